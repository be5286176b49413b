"""A run starts when its condition holds and nobody has paused the execution.

A condition that is false skips the run; one that cannot be rendered fails it. What starting means
depends on the kind: a quick task runs at once, others wait for a worker, groups open.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from downbeat.sdk.shapes import Choice, Hold, Iteration, Repetition
from executions.engine.commands import (
    Break,
    Command,
    Move,
    Open,
    QueueAttempt,
    Refuse,
    Render,
    RunInline,
    StartChild,
)
from executions.engine.plan import CASE, Kind, Node
from executions.engine.rules import breaking
from executions.engine.state import Ask, Execution, Run, Scope, State


def start(node: Node, run: Run, execution: Execution) -> Iterator[Command]:
    """The start of a run that is CREATED, or was taken up again."""
    if run.live_attempt or execution.held:
        return
    if breaking.stops(node, run, execution):
        yield Break(run.id)
        return
    if not node.always_runs:
        if Ask.RUN_IF not in run.facts:
            yield Render(run.id, Ask.RUN_IF)
            return
        if not run.facts[Ask.RUN_IF]:
            yield Move(run.id, State.SKIPPED)
            return
    yield from begin(node, run)


def begin(node: Node, run: Run) -> Iterator[Command]:
    """The start itself, its condition being met."""
    match node.kind:
        case Kind.ATTEMPT:
            yield QueueAttempt(run.id, run.attempts + 1, "task")
        case Kind.DIRECTORY:
            yield QueueAttempt(run.id, run.attempts + 1, "directory")
        case Kind.INLINE:
            yield RunInline(run.id)
        case Kind.CHILD:
            yield from _timed(node, run, Ask.CHILD, StartChild(run.id))
        case Kind.CHILDREN:
            yield _open_batches(run)
        case Kind.DELAY:
            yield from _timed(node, run, Ask.DELAY, Move(run.id, State.RUNNING))
        case Kind.GROUP:
            yield from _open(node, run)
        case _:
            assert_never(node.kind)


def _timed(node: Node, run: Run, ask: Ask, command: Command) -> Iterator[Command]:
    """A wait for something else, which the task may bound by a time of its own."""
    if node.task.timeout is not None and Ask.TIMEOUT not in run.facts:
        yield Render(run.id, Ask.TIMEOUT)
    else:
        yield from _after_rendering(run, ask, command)


def _after_rendering(run: Run, ask: Ask, command: Command) -> Iterator[Command]:
    yield command if ask in run.facts else Render(run.id, ask)


def _open_batches(run: Run) -> Command:
    if Ask.BATCHES not in run.facts:
        return Render(run.id, Ask.BATCHES)
    return Open(run.id, Scope(total=int(run.facts[Ask.BATCHES]["count"])))


def _open(node: Node, run: Run) -> Iterator[Command]:
    match node.shape:
        case Choice():
            yield from _choose(node, node.shape, run)
        case Iteration():
            if Ask.VALUES in run.facts:
                yield Open(run.id, Scope(total=int(run.facts[Ask.VALUES])))
            else:
                yield Render(run.id, Ask.VALUES)
        case Repetition():
            yield Open(run.id, Scope(round=1))
        case Hold():
            yield from _after_rendering(run, Ask.HOLD, Open(run.id, Scope()))
        case _:
            yield Open(run.id, Scope())


def _choose(node: Node, shape: Choice, run: Run) -> Iterator[Command]:
    if Ask.CHOICE not in run.facts:
        yield Render(run.id, Ask.CHOICE)
        return
    choice = str(run.facts[Ask.CHOICE])
    if choice in shape.cases:
        yield Open(run.id, Scope(branch=CASE + choice))
    elif shape.default is not None:
        yield Open(run.id, Scope(branch="default"))
    elif shape.by == "truth":
        yield Open(run.id, Scope(branch=CASE + choice))
    else:
        yield Refuse(run.id, Ask.CHOICE, f"No case matches the value '{choice}'")
