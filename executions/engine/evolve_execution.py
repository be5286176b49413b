"""What an event about the execution as a whole makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final, assert_never

from executions.engine.events import (
    Admitted,
    ExecutionMoved,
    ExecutionReopened,
    Held,
    KillAsked,
    PauseAsked,
    RetryPlanned,
)
from executions.engine.rules.ending import END_AS, FAILURE
from executions.engine.rules.killing import ALONE
from executions.engine.state import Ask, Execution, Moment, State

RETRY_AT: Final = "retryAt"
ENDINGS: Final = frozenset({RETRY_AT, FAILURE, ALONE, END_AS, Ask.OUTPUTS})
"""Facts about an end, which are void once the execution is taken up again."""

OfExecution = (
    ExecutionMoved | RetryPlanned | Admitted | Held | KillAsked | PauseAsked | ExecutionReopened
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
        case PauseAsked():
            return replace(execution, pause_asked=True)
        case ExecutionReopened():
            return _reopened(execution, event)
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
    return replace(execution, kill_asked=True, pause_asked=False, facts=facts)


def _reopened(execution: Execution, event: ExecutionReopened) -> Execution:
    return replace(
        moved(execution, State.RESTARTED, event.at),
        scope=event.scope,
        facts={key: value for key, value in execution.facts.items() if key not in ENDINGS},
        kill_asked=False,
        pause_asked=False,
    )
