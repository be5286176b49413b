"""What an event about the execution as a whole makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, assert_never

from executions.engine.events import (
    Admitted,
    Awaited,
    Breached,
    BreakpointsSet,
    ExecutionMoved,
    ExecutionReopened,
    Held,
    KillAsked,
    PauseAsked,
    RetryPlanned,
)
from executions.engine.rules.agreements import BREACHED, acted
from executions.engine.rules.breaking import BREAKPOINTS, STOPPED_AT
from executions.engine.rules.ending import FAILURE
from executions.engine.rules.killing import ALONE, ASKED_BY, END_AS, END_RUN
from executions.engine.rules.retrying import RETRY_AT
from executions.engine.state import Ask, Execution, Moment, State

ENDINGS: Final = frozenset(
    {
        RETRY_AT,
        FAILURE,
        ALONE,
        ASKED_BY,
        END_AS,
        END_RUN,
        BREACHED,
        STOPPED_AT,
        Ask.OUTPUTS,
        Ask.LISTENERS,
    }
)
"""Facts about an end, which are void once the execution is taken up again."""

TOLD: Final = "parentTold"
"""The fact that the parent knows of an earlier end, and waits for no other."""

OfExecution = (
    ExecutionMoved
    | RetryPlanned
    | Admitted
    | Held
    | KillAsked
    | Breached
    | BreakpointsSet
    | PauseAsked
    | ExecutionReopened
    | Awaited
)


def after(execution: Execution, event: OfExecution) -> Execution:
    """The execution with the event in it."""
    match event:
        case ExecutionMoved(state=state, at=at):
            return moved(execution, state, at)
        case RetryPlanned(due=due):
            return replace(execution, facts={**execution.facts, RETRY_AT: due.isoformat()})
        case Admitted(forced=forced):
            scheduled = None if forced else execution.scheduled_at
            return replace(execution, admitted=True, scheduled_at=scheduled)
        case Held(at=at):
            return replace(moved(execution, State.QUEUED, at), admitted=False)
        case KillAsked():
            return _killed(execution, event)
        case Breached():
            return _breached(execution, event)
        case BreakpointsSet(breakpoints=points):
            wanted = [dict(point) for point in points]
            return replace(execution, facts={**execution.facts, BREAKPOINTS: wanted})
        case PauseAsked():
            return replace(execution, pause_asked=True)
        case ExecutionReopened():
            return _reopened(execution, event)
        case Awaited():
            return replace(execution, facts=_without(execution.facts, {TOLD}))
        case _:
            assert_never(event)


def moved(execution: Execution, state: State, at: datetime) -> Execution:
    """The execution in another state."""
    return replace(execution, state=state, history=(*execution.history, Moment(state, at)))


def _killed(execution: Execution, event: KillAsked) -> Execution:
    facts = dict(execution.facts)
    if not event.cascade:
        facts[ALONE] = True
    if event.end_as is not None:
        facts[END_AS] = event.end_as
    if event.run is not None:
        facts.setdefault(END_RUN, str(event.run))
    if event.by is not None:
        facts.setdefault(ASKED_BY, event.by)
    return replace(execution, kill_asked=True, pause_asked=False, facts=facts)


def _breached(execution: Execution, event: Breached) -> Execution:
    facts = {**execution.facts, BREACHED: [*acted(execution), event.agreement]}
    if event.failure is not None:
        facts[FAILURE] = event.failure
    return replace(execution, facts=facts)


def _reopened(execution: Execution, event: ExecutionReopened) -> Execution:
    facts = _without(execution.facts, ENDINGS | {TOLD} if event.awaited else ENDINGS)
    if execution.ended and not event.awaited:
        facts[TOLD] = True
    return replace(
        moved(execution, State.RESTARTED, event.at),
        scope=event.scope,
        facts=facts,
        kill_asked=False,
        pause_asked=False,
    )


def _without(facts: Mapping[str, Any], names: AbstractSet[str]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if key not in names}
