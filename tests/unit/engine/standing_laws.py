"""Laws about what stands when an execution has settled, beside those that the engine names itself.

Nothing idles: what may begin has begun. Whatever waits for a moment has a bell that rings then.
The journal tells the same story as the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from downbeat.sdk.shapes import Concurrent, Delay, Graph, Iteration
from executions.engine import laws
from executions.engine.plan import Node
from executions.engine.replay import play
from executions.engine.state import Ask, Execution, Phase, Run, Scope, Snapshot, State
from tests.unit.engine.known import BAD
from tests.unit.engine.shell import Shell
from tests.unit.engine.trace import LawBroken


def check(shell: Shell) -> None:
    """Raises for the first law that is broken; nothing is held against a turn half done."""
    if shell.stored.agenda:
        return
    snapshot = shell.whole()
    unrung = min(shell.stored.timers.values(), default=shell.clock)
    now = min(shell.clock, unrung - timedelta(microseconds=1))
    named = laws.violations(shell.plan, snapshot, now)
    for broken in (
        *named,
        *_nothing_idles(shell, snapshot),
        *_bells(shell, snapshot),
        *_tries(shell),
    ):
        raise LawBroken(broken)


def check_journal(shell: Shell, begun: Execution | None = None) -> None:
    """Playing all events from the beginning leads to what is stored."""
    first = begun or Execution(id=shell.execution.id, created_at=shell.execution.created_at)
    played = play(shell.plan, first, shell.trace.events)
    if played.execution != shell.execution:
        raise LawBroken(f"the journal tells of {played.execution}, not of {shell.execution}")
    if played.runs != shell.stored.runs:
        raise LawBroken("the journal tells of other runs than are stored")


def _nothing_idles(shell: Shell, snapshot: Snapshot) -> Iterator[str]:
    it = snapshot.execution
    if it.held or it.kill_asked:
        return
    children: dict[UUID | None, list[Run]] = {}
    for run in snapshot.runs.values():
        children.setdefault(run.parent, []).append(run)
    for run in snapshot.runs.values():
        scope = run.scope
        if run.state is not State.RUNNING or scope is None or scope.phase is not Phase.TASKS:
            continue
        node = shell.plan.nodes[run.node]
        yield from _group_idles(shell, node, scope, children.get(run.id, []))


def _group_idles(shell: Shell, node: Node, scope: Scope, runs: list[Run]) -> Iterator[str]:
    tasks = node.branches.get("tasks", ())
    live = [run for run in runs if not run.ended]
    states = {run.state for run in runs if run.ended}
    if states & (BAD - {State.FAILED}):
        return
    match node.shape:
        case Concurrent(limit=limit):
            wanted = len(tasks) - len(runs) + len(live)
            if len(live) < (min(limit, wanted) if limit else wanted):
                yield f"{node.id} runs {len(live)} tasks at once of {wanted}, within {limit}"
        case Graph(limit=limit):
            ended, begun = {run.node for run in runs if run.ended}, {run.node for run in runs}
            ready = [n for n in tasks if n not in begun and shell.plan.nodes[n].needs <= ended]
            if ready and (not limit or len(live) < limit):
                yield f"{node.id} does not begin {ready}"
        case Iteration(limit=limit, ordered=ordered, isolated=isolated) if (
            isolated or limit != 1 or State.FAILED not in states
        ):
            units = {run.iteration if ordered else run.id for run in live}
            seen = {run.iteration if ordered else (run.iteration, run.node) for run in runs}
            left = scope.total * (1 if ordered else len(tasks)) - len(seen)
            if tasks and left and (not limit or len(units) < limit):
                yield f"{node.id} has room for more than {len(units)} iterations, {left} are left"


def _bells(shell: Shell, snapshot: Snapshot) -> Iterator[str]:
    """Whatever waits for a moment is woken then."""
    if snapshot.execution.held or snapshot.execution.kill_asked:
        return
    for run in snapshot.runs.values():
        if run.dynamic:
            continue
        node = shell.plan.nodes[run.node]
        due = run.run_after if run.state in (State.RETRYING, State.PAUSED) else None
        if isinstance(node.shape, Delay) and run.state is State.RUNNING:
            due = run.history[-1].at + timedelta(seconds=run.facts[Ask.DELAY])
        if run.scope is not None and not run.ended and run.scope.phase is Phase.TASKS:
            due = due or run.scope.wake
        bells = [at for (rung, _), at in shell.stored.timers.items() if rung == run.id]
        if due is not None and not run.live_attempt and due not in bells:
            yield f"{node.id} waits until {due}, and no bell rings then: {bells}"


def _tries(shell: Shell) -> Iterator[str]:
    """Somebody works on whatever is at a worker."""
    for run in shell.stored.runs.values():
        if run.live_attempt is not (run.id in shell.stored.working) and not run.child:
            yield f"{run.id} has a live attempt: {run.live_attempt}; somebody works on it: not so"


def ends(shell: Shell) -> dict[tuple[str, tuple[str, ...]], tuple[State, int]]:
    """The end of every task run, by task and iteration values."""
    return {
        (shell.plan.nodes[run.node].id, run.path): (run.state, run.attempts)
        for run in shell.stored.runs.values()
        if not run.dynamic
    }
