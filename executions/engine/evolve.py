"""Folds one event into a snapshot: the only code that changes states, histories and scopes.

Whatever an event is about goes on the agenda, so the next ``decide`` looks exactly at what may
have something to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, assert_never
from uuid import UUID

from executions.engine import counting, evolve_execution
from executions.engine.events import (
    AttemptQueued,
    BatchEnded,
    BatchesStarted,
    BreakpointReached,
    ChildStarted,
    Event,
    Folded,
    KillSent,
    LinedUp,
    Opened,
    PhaseEntered,
    Removed,
    Rendered,
    RenderFailed,
    Reopened,
    ResumeAsked,
    RoundBegun,
    RoundEnded,
    RunCreated,
    RunMoved,
    RunReported,
    TryEnded,
    TurnTaken,
)
from executions.engine.plan import Plan
from executions.engine.rules import breaking, lining
from executions.engine.rules.ending import FAILURE
from executions.engine.state import (
    Ask,
    Moment,
    Outcome,
    Reason,
    Run,
    Scope,
    Snapshot,
    State,
    Try,
)

KEY: Final = "key"
"""The fact which key of a map an iteration is about."""
ON_RESUME: Final = "onResume"


def evolve(plan: Plan, snapshot: Snapshot, event: Event) -> Snapshot:
    """The snapshot with the event in it."""
    match event:
        case RunCreated():
            _create(plan, snapshot, event)
        case TryEnded():
            _end_try(snapshot, event)
        case Folded():
            _fold(plan, snapshot, event)
        case RunMoved():
            _move(snapshot, event)
        case Rendered() | RenderFailed():
            _rendered(snapshot, event)
        case AttemptQueued(run=run):
            _change(snapshot, replace(snapshot.runs[run], live_attempt=True, run_after=None))
        case RunReported():
            _report(plan, snapshot, event)
        case ChildStarted() | Opened() | PhaseEntered() | RoundEnded() | RoundBegun():
            _of_group(snapshot, event)
        case KillSent(run=run):
            _change(snapshot, replace(snapshot.runs[run], kill_sent=True))
        case BatchesStarted() | BatchEnded():
            scope = counting.with_batches(snapshot.scope_of(event.run), event)
            _rescope(snapshot, event.run, scope)
        case Reopened():
            _reopen(snapshot, event)
        case LinedUp() | TurnTaken():
            _wait_in_line(snapshot, event)
        case Removed(runs=runs):
            _remove(snapshot, runs)
        case ResumeAsked():
            _resume(snapshot, event)
        case BreakpointReached():
            _stop(snapshot, event)
        case _:
            snapshot.execution = evolve_execution.after(snapshot.execution, event)
            snapshot.look_at(None)
    return snapshot


def _of_group(
    snapshot: Snapshot, event: ChildStarted | Opened | PhaseEntered | RoundEnded | RoundBegun
) -> None:
    match event:
        case ChildStarted(run=run, child=child, at=at):
            _change(snapshot, replace(_to(snapshot.runs[run], State.RUNNING, at), child=child))
        case Opened(run=run, scope=scope, at=at):
            scope = replace(scope, since=at) if scope.round else scope
            _change(snapshot, replace(_to(snapshot.runs[run], State.RUNNING, at), scope=scope))
        case PhaseEntered(owner=owner, phase=phase):
            scope = snapshot.scope_of(owner)
            _rescope(snapshot, owner, replace(scope, phase=phase, cursor=0))
        case RoundEnded(run=run, wake=wake):
            _rescope(snapshot, run, replace(snapshot.scope_of(run), wake=wake))
        case RoundBegun():
            _begin_round(snapshot, event)
        case _:
            assert_never(event)


def _create(plan: Plan, snapshot: Snapshot, event: RunCreated) -> None:
    above = snapshot.runs[event.parent] if event.parent is not None else None
    path = above.path if above else ()
    step = counting.step_of(plan, plan.nodes[event.node], event.iteration, event.value)
    snapshot.runs[event.run] = Run(
        id=event.run,
        node=event.node,
        parent=event.parent,
        ancestors=(*above.ancestors, above.id) if above else (),
        path=path if step is None else (*path, step),
        iteration=event.iteration,
        value=event.value,
        facts={} if event.key is None else {KEY: event.key},
        history=(Moment(State.CREATED, event.at),),
    )
    snapshot.created.add(event.run)
    snapshot.changed.add(event.run)
    snapshot.look_at(event.run)
    scope = snapshot.scope_of(event.parent)
    node = plan.nodes[event.node]
    _rescope(snapshot, event.parent, counting.with_child(plan, scope, node, event.iteration))


def _end_try(snapshot: Snapshot, event: TryEnded) -> None:
    run = snapshot.runs[event.run]
    begun = run if run.state is State.RUNNING else _to(run, State.RUNNING, event.started_at)
    tries = run.tries
    if not event.by_worker:
        tries = (*tries, Try(event.ending, event.started_at, event.at, event.log_file))
    _change(
        snapshot,
        replace(
            begun,
            live_attempt=False,
            kill_sent=False,
            attempts=run.attempts + 1,
            lost=run.lost + (event.reason == Reason.WORKER_LOST),
            first_try_at=run.first_try_at or event.started_at,
            outcome=Outcome(event.ending, event.reason, event.error),
            tries=tries,
        ),
    )


def _fold(plan: Plan, snapshot: Snapshot, event: Folded) -> None:
    run = _out_of_line(snapshot, snapshot.runs[event.run])
    snapshot.runs[run.id] = replace(run, folded=True)
    snapshot.changed.add(run.id)
    scope = counting.without_child(
        plan, snapshot.scope_of(run.parent), plan.nodes[run.node], run.state
    )
    if event.closes_iteration:
        scope = replace(scope, open=scope.open - 1)
    if run.facts.get(Ask.BREAK):
        scope = replace(scope, broken=True)
    _rescope(snapshot, run.parent, scope)


def _move(snapshot: Snapshot, event: RunMoved) -> None:
    run = _to(snapshot.runs[event.run], event.state, event.at)
    scope = run.scope
    if event.verdict is not None and scope is not None:
        scope = replace(scope, tally=counting.plus(scope.tally, event.verdict))
    facts = run.facts
    if event.state is State.RETRYING:
        facts = {key: value for key, value in facts.items() if key == Ask.RUN_IF}
    retrying = event.state is State.RETRYING
    outcome = None if retrying else run.outcome
    child = None if retrying else run.child
    _pause_count(snapshot, before=snapshot.runs[event.run].state, after=event.state)
    _change(
        snapshot,
        replace(
            run,
            scope=scope,
            run_after=event.due,
            facts=facts,
            outcome=outcome,
            child=child,
        ),
    )


def _pause_count(snapshot: Snapshot, *, before: State, after: State) -> None:
    step = (after is State.PAUSED) - (before is State.PAUSED)
    if step:
        execution = snapshot.execution
        snapshot.execution = replace(execution, paused=execution.paused + step)
        snapshot.look_at(None)


def _rendered(snapshot: Snapshot, event: Rendered | RenderFailed) -> None:
    if event.run is None:
        execution = snapshot.execution
        key, value = (
            (event.ask, event.value) if isinstance(event, Rendered) else (FAILURE, event.message)
        )
        snapshot.execution = replace(execution, facts={**execution.facts, key: value})
        snapshot.look_at(None)
        return
    run = snapshot.runs[event.run]
    if isinstance(event, Rendered):
        _change(snapshot, replace(run, facts={**run.facts, event.ask: event.value}))
        return
    reason = Reason.RUN_IF if event.ask is Ask.RUN_IF else Reason.RENDER
    # What a policy may repeat is a try, though nobody began it; else it would be repeated for ever.
    counts = event.ask in (Ask.CHILD, Ask.BATCHES, Ask.DELAY, Ask.TIMEOUT)
    _change(
        snapshot,
        replace(
            run,
            outcome=Outcome(State.FAILED, reason, event.message),
            attempts=run.attempts + counts,
            first_try_at=run.first_try_at or (run.history[-1].at if counts else None),
        ),
    )


def _report(plan: Plan, snapshot: Snapshot, event: RunReported) -> None:
    above = snapshot.runs[event.parent]
    # A run that was skipped was never tried, and never ran.
    tried = (Try(event.state, event.started_at, event.at),) if event.attempts else ()
    states = (State.CREATED, State.RUNNING) if event.attempts else (State.CREATED,)
    began = tuple(Moment(state, event.started_at) for state in states)
    history = (*began, Moment(event.state, event.at))
    snapshot.runs[event.run] = Run(
        id=event.run,
        node=-1 if event.node is None else event.node,
        parent=above.id,
        ancestors=(*above.ancestors, above.id),
        path=above.path,
        value=event.value,
        state=event.state,
        history=history,
        attempts=event.attempts,
        tries=event.tries or tried,
        outcome=Outcome(event.state, event.reason, event.error) if event.error else None,
        first_try_at=event.started_at,
        folded=True,
        dynamic=event.node is None,
        task_id=event.task_id,
    )
    snapshot.created.add(event.run)
    snapshot.changed.add(event.run)


def _begin_round(snapshot: Snapshot, event: RoundBegun) -> None:
    _remove(snapshot, event.dropped)
    scope = snapshot.scope_of(event.run)
    fresh = Scope(branch=scope.branch, round=scope.round + 1, since=scope.since)
    _rescope(snapshot, event.run, fresh)


def _resume(snapshot: Snapshot, event: ResumeAsked) -> None:
    execution = snapshot.execution
    if event.run is not None:
        run = _to(snapshot.runs[event.run], State.RUNNING, event.at)
        _pause_count(snapshot, before=State.PAUSED, after=State.RUNNING)
        facts = {**run.facts, ON_RESUME: dict(event.inputs)}
        _change(snapshot, replace(run, facts=facts, run_after=None))
        execution = snapshot.execution
    if execution.state is State.PAUSED:
        history = (*execution.history, Moment(State.RESTARTED, event.at))
        execution = replace(execution, state=State.RESTARTED, history=history)
    facts = {key: value for key, value in execution.facts.items() if key != breaking.STOPPED_AT}
    snapshot.execution = replace(execution, pause_asked=False, facts=facts)
    snapshot.look_at(None)


def _stop(snapshot: Snapshot, event: BreakpointReached) -> None:
    """Pauses the execution; a second breakpoint of the same moment stays for after the resume."""
    execution = snapshot.execution
    if execution.held:
        return
    run = snapshot.runs[event.run]
    _change(snapshot, replace(run, facts={**run.facts, breaking.PASSED: True}))
    facts = {**execution.facts, breaking.STOPPED_AT: event.task_id}
    snapshot.execution = replace(execution, pause_asked=True, facts=facts)
    snapshot.look_at(None)


def _reopen(snapshot: Snapshot, event: Reopened) -> None:
    run = snapshot.runs[event.run]
    history = (*run.history, Moment(event.state, event.at))
    again = replace(
        run,
        state=event.state,
        history=history,
        scope=event.scope,
        outcome=None,
        folded=False,
        run_after=None,
        kill_sent=False,
        facts=_kept_facts(run, event),
        child=None if event.fresh and not event.resumes else run.child,
    )
    _pause_count(snapshot, before=run.state, after=event.state)
    _change(snapshot, again)


def _kept_facts(run: Run, event: Reopened) -> Mapping[str, Any]:
    """A group that goes on tells its outputs anew; what an iteration is about never changes."""
    if not event.fresh:
        void = (Ask.OUTPUTS, Ask.BREAK, lining.IN_LINE)
        return {name: fact for name, fact in run.facts.items() if name not in void}
    names = (KEY, Ask.CHILD, Ask.BATCHES) if event.resumes else (KEY,)
    return {name: run.facts[name] for name in names if name in run.facts}


def _wait_in_line(snapshot: Snapshot, event: LinedUp | TurnTaken) -> None:
    if isinstance(event, TurnTaken):
        run = _out_of_line(snapshot, snapshot.runs[event.run])
        goes_on = run.scope is not None and not run.ended
        _change(snapshot, _to(run, State.RUNNING, event.at) if goes_on else run)
        return
    for id, then in zip(event.runs, (*event.runs[1:], ""), strict=True):
        run = snapshot.runs[id]
        _change(snapshot, replace(run, facts={**run.facts, lining.IN_LINE: str(then)}))
    line = replace(
        snapshot.scope_of(event.group), waiting=len(event.runs), next_in_line=event.runs[0]
    )
    _rescope(snapshot, event.group, line)


def _out_of_line(snapshot: Snapshot, run: Run) -> Run:
    """The run, which waits no longer; the group around it counts one less, and knows the next."""
    if not lining.waits(run):
        return run
    scope = snapshot.scope_of(run.parent)
    then = lining.after(run) if scope.next_in_line == run.id else scope.next_in_line
    _rescope(snapshot, run.parent, replace(scope, waiting=scope.waiting - 1, next_in_line=then))
    facts = {name: fact for name, fact in run.facts.items() if name != lining.IN_LINE}
    return replace(run, facts=facts)


def _remove(snapshot: Snapshot, runs: tuple[UUID, ...]) -> None:
    for run in runs:
        gone = snapshot.runs.pop(run, None)
        if gone is not None:
            _pause_count(snapshot, before=gone.state, after=State.CREATED)
        snapshot.agenda.pop(run, None)
        snapshot.changed.discard(run)
        if run in snapshot.created:
            snapshot.created.discard(run)
        else:
            snapshot.dropped.add(run)


def _to(run: Run, state: State, at: datetime) -> Run:
    if run.state is state:
        return run
    return replace(run, state=state, history=(*run.history, Moment(state, at)))


def _change(snapshot: Snapshot, run: Run) -> None:
    snapshot.runs[run.id] = run
    snapshot.changed.add(run.id)
    snapshot.look_at(run.id)


def _rescope(snapshot: Snapshot, owner: UUID | None, scope: Scope) -> None:
    if owner is None:
        snapshot.execution = replace(snapshot.execution, scope=scope)
    else:
        snapshot.runs[owner] = replace(snapshot.runs[owner], scope=scope)
        snapshot.changed.add(owner)
    snapshot.look_at(owner)
