"""How a scope counts its children as they come and go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from downbeat.sdk.shapes import Graph, Iteration
from executions.engine.events import BatchEnded, BatchesStarted
from executions.engine.plan import Node, Plan
from executions.engine.state import Phase, Scope, State


def phase_of(branch: str) -> Phase:
    """The phase in which a scope walks a list."""
    match branch:
        case "errors":
            return Phase.ERRORS
        case "finally":
            return Phase.FINALLY
        case "after":
            return Phase.AFTER
        case _:
            return Phase.TASKS


def plus(tally: Mapping[str, int], state: State) -> dict[str, int]:
    """The tally with one more of a state."""
    return {**tally, state: tally.get(state, 0) + 1}


def with_child(plan: Plan, scope: Scope, node: Node, iteration: int | None) -> Scope:
    """The scope once it has a new child."""
    shape = _shape_around(plan, node)
    live = scope.live + 1
    if shape is None or phase_of(node.branch) is not Phase.TASKS:
        return replace(scope, live=live, cursor=node.place + 1)
    if isinstance(shape, Graph):
        return replace(scope, live=live, started=(*scope.started, node.index))
    if not isinstance(shape, Iteration) or iteration is None:
        return replace(scope, live=live, cursor=node.place + 1)
    if not shape.ordered:
        return replace(scope, live=live, cursor=iteration * len_of(plan, node) + node.place + 1)
    if iteration < scope.cursor:
        return replace(scope, live=live)
    return replace(scope, live=live, cursor=iteration + 1, open=scope.open + 1)


def without_child(plan: Plan, scope: Scope, node: Node, state: State) -> Scope:
    """The scope once a child has ended and is counted."""
    live = scope.live - 1
    match phase_of(node.branch):
        case Phase.TASKS:
            ended = scope.ended
            if isinstance(_shape_around(plan, node), Graph):
                ended = (*ended, node.index)
            return replace(scope, live=live, tally=plus(scope.tally, state), ended=ended)
        case Phase.FINALLY:
            return replace(scope, live=live, late=plus(scope.late, state))
        case _:
            return replace(scope, live=live)


def step_of(plan: Plan, node: Node, iteration: int | None, value: str | None) -> str | None:
    """What a run adds to the path of iterations: the value, or the number where values repeat."""
    shape = _shape_around(plan, node)
    if value is None or not isinstance(shape, Iteration):
        return value
    return str(iteration) if shape.isolated else value


def with_batches(scope: Scope, event: BatchesStarted | BatchEnded) -> Scope:
    """The scope of a loop over child executions once some have started, or one has ended."""
    tally = dict(scope.tally)
    scope = replace(scope, parts=max(scope.parts, event.part))
    if isinstance(event, BatchEnded):
        return replace(scope, open=scope.open - 1, tally=plus(tally, event.state))
    for state, number in event.ended.items():
        tally[state] = tally.get(state, 0) + number
    waited_for = event.upto - scope.cursor - sum(event.ended.values())
    return replace(scope, cursor=event.upto, open=scope.open + waited_for, tally=tally)


def len_of(plan: Plan, node: Node) -> int:
    """How many tasks the list of a node has."""
    above = plan.nodes[node.parent] if node.parent is not None else None
    return len(plan.branch(above, node.branch))


def _shape_around(plan: Plan, node: Node) -> object | None:
    return plan.nodes[node.parent].shape if node.parent is not None else None
