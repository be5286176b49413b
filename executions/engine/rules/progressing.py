"""A scope walks its lists: the tasks in the order of its shape, then ``errors``, then ``finally``.

``errors`` run once all tasks have ended and one of them FAILED; a failing handler does not stop
the handlers after it. ``finally`` runs whatever happened before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never
from uuid import UUID

from downbeat.sdk.shapes import Hold, Iteration, Repetition, Sequence
from executions.engine.commands import Command, CreateRun, Enter, Move, Render
from executions.engine.plan import Node, Plan
from executions.engine.rules import lining, outcome, pausing, repeating, walking
from executions.engine.state import Ask, Phase, Run, Scope, Snapshot, State


def progress(plan: Plan, snapshot: Snapshot, run: Run, now: datetime) -> Iterator[Command]:
    """What a group that has begun does next."""
    node = plan.nodes[run.node]
    scope = snapshot.scope_of(run.id)
    yield from lining.call(plan, snapshot, run)
    if isinstance(node.shape, Hold) and pausing.must_wait(run):
        yield pausing.pause(run, now)
        return
    if isinstance(node.shape, Repetition) and scope.phase is Phase.TASKS:
        held = tuple(repeating.repeat(plan, node, run, scope, now, held=_held(snapshot)))
        if held or scope.wake is not None:
            yield from held
            return
    step = next_step(plan, node, run.id, scope, held=_held(snapshot))
    if step is not None:
        yield from step
    elif scope.live == 0 and _must_tell(node, run):
        yield Render(run.id, Ask.OUTPUTS)
    elif scope.live == 0 and _must_judge(node, run):
        yield Render(run.id, Ask.BREAK)
    elif scope.live == 0:
        state = outcome.of_scope(node.shape, scope)
        if run.outcome is not None:
            state = outcome.worst({state: 1, run.outcome.ending: 1})
        yield Move(run.id, outcome.forgiven(node, state))


def _must_tell(node: Node, run: Run) -> bool:
    """Whether outputs of the group itself are still to be rendered; once, also if they cannot."""
    tells = (isinstance(node.shape, Sequence) and node.shape.tells) or (
        isinstance(node.shape, Iteration) and node.shape.isolated
    )
    return tells and run.outcome is None and Ask.OUTPUTS not in run.facts


def _must_judge(node: Node, run: Run) -> bool:
    """Whether it is still to be asked if the item stops its loop."""
    breaks = isinstance(node.shape, Sequence) and node.shape.breaks
    return breaks and run.outcome is None and Ask.BREAK not in run.facts


def _held(snapshot: Snapshot) -> bool:
    return snapshot.execution.held


def next_step(
    plan: Plan, node: Node | None, owner: UUID | None, scope: Scope, *, held: bool
) -> tuple[Command, ...] | None:
    """The next children or the next list; None if the scope has walked all of its lists.

    While ``held`` nothing is created; an empty answer means: wait.
    """
    match scope.phase:
        case Phase.TASKS:
            created: tuple[Command, ...] = walking.walk(plan, node, owner, scope)
            if created:
                return () if held else created
            return () if scope.live else _after_tasks(plan, node, owner, scope)
        case Phase.ERRORS | Phase.FINALLY | Phase.AFTER:
            created = _one_after_the_other(plan, node, owner, scope)
            if created:
                return () if held else created
            return () if scope.live else _after(plan, node, owner, scope)
        case Phase.CLOSED:
            return None
        case _:
            assert_never(scope.phase)


def _after_tasks(
    plan: Plan, node: Node | None, owner: UUID | None, scope: Scope
) -> tuple[Command, ...] | None:
    if scope.tally.get(State.FAILED) and plan.branch(node, "errors"):
        return (Enter(owner, Phase.ERRORS),)
    return _finally(plan, node, owner)


def _after(
    plan: Plan, node: Node | None, owner: UUID | None, scope: Scope
) -> tuple[Command, ...] | None:
    return _finally(plan, node, owner) if scope.phase is Phase.ERRORS else None


def _finally(plan: Plan, node: Node | None, owner: UUID | None) -> tuple[Command, ...] | None:
    return (Enter(owner, Phase.FINALLY),) if plan.branch(node, "finally") else None


def _one_after_the_other(
    plan: Plan, node: Node | None, owner: UUID | None, scope: Scope
) -> tuple[Command, ...]:
    tasks = plan.branch(node, scope.phase)
    if scope.live or scope.cursor >= len(tasks):
        return ()
    return (CreateRun(owner, tasks[scope.cursor]),)
