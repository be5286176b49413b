"""Between the engine's values and the columns of their rows.

``progress`` holds what only the engine reads: a scope, a pending outcome, what was sent. Fields
that have their usual value are left out, so most rows carry none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from downbeat.common.clock import wire
from executions.engine.plan import Plan
from executions.engine.rules import lining
from executions.engine.state import (
    Execution,
    Moment,
    Outcome,
    Phase,
    Run,
    Scope,
    State,
    Try,
)

Json = dict[str, Any]
_EMPTY: Final = Scope()
_NUMBERS: Final = ("cursor", "live", "open", "total", "round", "parts", "waiting", "broken")
_MOMENTS: Final = ("since", "wake")
_MAPS: Final = ("tally", "late")
_LISTS: Final = ("started", "ended")


def text(value: Any) -> str:
    """A value as JSON for a jsonb parameter; zero bytes are not storable there."""
    packed = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=_plain)
    return packed.decode().replace("\\u0000", "\\ufffd")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)


def loaded(value: Any) -> Any:
    """A jsonb column as data; Django's cursors hand it over as text."""
    return orjson.loads(value) if isinstance(value, (str, bytes)) else value


def scope_json(scope: Scope) -> Json:
    """A scope as it is stored."""
    found: Json = {}
    for name in _NUMBERS:
        if number := getattr(scope, name):
            found[name] = number
    if scope.phase is not Phase.TASKS:
        found["phase"] = scope.phase
    if scope.branch != _EMPTY.branch:
        found["branch"] = scope.branch
    for name in _MOMENTS:
        if moment := getattr(scope, name):
            found[name] = wire(moment)
    if scope.next_in_line is not None:
        found["next_in_line"] = str(scope.next_in_line)
    for name in (*_MAPS, *_LISTS):
        if value := getattr(scope, name):
            found[name] = value
    return found


def scope_of(stored: Mapping[str, Any]) -> Scope:
    """A scope as it was stored."""
    found = dict(stored)
    if "phase" in found:
        found["phase"] = Phase(found["phase"])
    for name in _MOMENTS:
        if name in found:
            found[name] = moment_of(found[name])
    if "next_in_line" in found:
        found["next_in_line"] = UUID(found["next_in_line"])
    for name in _LISTS:
        if name in found:
            found[name] = tuple(found[name])
    return Scope(**found)


def moment_of(value: str | datetime) -> datetime:
    """A stored date, aware, in UTC."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.astimezone(UTC)


def history_json(history: Sequence[Moment]) -> list[Json]:
    """A history as it is stored and shown."""
    return [{"state": moment.state, "date": wire(moment.at)} for moment in history]


def history_of(stored: Any) -> tuple[Moment, ...]:
    """A history as it was stored."""
    return tuple(Moment(State(item["state"]), moment_of(item["date"])) for item in loaded(stored))


RUN_COLUMNS: Final = (
    "id, execution_id, node, parent_id, ancestors, path, iteration, value, state, histories,"
    " progress, facts, attempts, lost, run_after, child_id, folded, dynamic, task_id, tries"
)


def run_of(row: Sequence[Any]) -> tuple[UUID, Run]:
    """A run, and the execution it belongs to, from a row of ``RUN_COLUMNS``."""
    progress = loaded(row[10]) or {}
    outcome = progress.get("outcome")
    return row[1], Run(
        id=row[0],
        node=row[2],
        parent=row[3],
        ancestors=tuple(row[4]),
        path=tuple(row[5]),
        iteration=row[6],
        value=row[7],
        state=State(row[8]),
        history=history_of(row[9]),
        scope=scope_of(progress["scope"]) if "scope" in progress else None,
        facts=loaded(row[11]),
        attempts=row[12],
        lost=row[13],
        live_attempt=progress.get("live", False),
        kill_sent=progress.get("kill", False),
        run_after=row[14],
        child=row[15],
        outcome=Outcome(State(outcome[0]), outcome[1], outcome[2]) if outcome else None,
        tries=tuple(try_of(item) for item in loaded(row[19])),
        first_try_at=moment_of(progress["first"]) if "first" in progress else None,
        folded=row[16],
        dynamic=row[17],
        task_id=row[18],
    )


def run_json(execution_id: UUID, run: Run, plan: Plan) -> Json:
    """A run as a record of ``RUN_RECORD``."""
    outcome = run.outcome
    failed = outcome is not None and outcome.ending is State.FAILED
    return {
        "execution_id": execution_id,
        "id": run.id,
        "node": run.node,
        "task_id": run.task_id if run.dynamic else plan.nodes[run.node].id,
        "parent_id": run.parent,
        "ancestors": list(run.ancestors),
        "path": list(run.path),
        "iteration": run.iteration,
        "value": run.value,
        "state": run.state,
        "histories": history_json(run.history),
        "progress": _progress(run) or None,
        "facts": run.facts,
        "attempts": run.attempts,
        "lost": run.lost,
        "run_after": wire(run.run_after) if run.run_after else None,
        "child_id": run.child,
        "folded": run.folded,
        "dynamic": run.dynamic,
        "error": outcome.error if outcome and failed else None,
        "reason": {"code": outcome.reason} if outcome and failed and outcome.reason else None,
        "tries": [try_json(item) for item in run.tries],
        "created_at": wire(run.history[0].at),
        "started_at": _first(run.history, State.RUNNING),
        # Whoever still waits in line is not over, whatever state somebody gave it by hand.
        "ended_at": wire(run.history[-1].at) if run.ended and not lining.waits(run) else None,
    }


def _progress(run: Run) -> Json:
    found: Json = {}
    if run.scope is not None:
        found["scope"] = scope_json(run.scope)
    if run.live_attempt:
        found["live"] = True
    if run.kill_sent:
        found["kill"] = True
    if run.outcome is not None and (not run.ended or run.outcome.ending is State.FAILED):
        found["outcome"] = [run.outcome.ending, run.outcome.reason, run.outcome.error]
    if run.first_try_at is not None:
        found["first"] = wire(run.first_try_at)
    return found


def _first(history: Sequence[Moment], state: State) -> str | None:
    return next((wire(moment.at) for moment in history if moment.state is state), None)


def try_json(item: Try) -> Json:
    found = {"state": item.state, "start": wire(item.started_at), "end": wire(item.ended_at)}
    if item.log_file is not None:
        found["logFile"] = item.log_file
    return found


def try_of(stored: Mapping[str, Any]) -> Try:
    began, ended = moment_of(stored["start"]), moment_of(stored["end"])
    return Try(State(stored["state"]), began, ended, stored.get("logFile"))


EXECUTION_COLUMNS: Final = (
    "id, state, histories, progress, facts, kill_requested_at is not null,"
    " pause_requested_at is not null, scheduled_at, created_at, attempt_number"
)


def execution_of(row: Sequence[Any], *, limited: bool) -> Execution:
    """The engine's view of a row that begins with ``EXECUTION_COLUMNS``."""
    progress = loaded(row[3]) or {}
    return Execution(
        id=row[0],
        state=State(row[1]),
        history=history_of(row[2]),
        scope=scope_of(progress.get("scope", {})),
        facts=loaded(row[4]) or {},
        kill_asked=row[5],
        pause_asked=row[6],
        scheduled_at=row[7],
        created_at=row[8],
        attempt_number=row[9],
        paused=progress.get("paused", 0),
        admitted=progress.get("admitted", not limited),
    )


def execution_progress(execution: Execution, *, limited: bool) -> Json:
    """The ``progress`` of an execution's row."""
    found: Json = {"scope": scope_json(execution.scope)}
    if execution.paused:
        found["paused"] = execution.paused
    if limited or not execution.admitted:
        found["admitted"] = execution.admitted
    return found


def first_running(execution: Execution) -> str | None:
    """When the execution began to run."""
    return _first(execution.history, State.RUNNING)
