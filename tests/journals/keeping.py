"""Journals that are kept: read, played and decided again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from executions.engine.plan import Plan, compile_plan
from executions.engine.replay import play
from executions.engine.state import Execution, Run, Snapshot
from executions.runtime import journal
from executions.runtime.store_codec import RUN_COLUMNS, run_of, scope_of
from flows.spec.parse import parse_flow
from flows.spec.registry import Registry, load_registry
from tests.journals.deciding import decide_again

FOLDER: Final = Path(__file__).parent / "kept"


@cache
def _registry() -> Registry:
    return load_registry()


def plan_of(source: str) -> Plan:
    """The plan of a kept source, which has to stay a valid one."""
    found = parse_flow(source, _registry())
    assert found.flow is not None, found.diagnostics
    return compile_plan(found.flow)


def outcome_of(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The end to which the events of a journal lead."""
    plan = plan_of(kept["source"])
    events = [event for turn in kept["turns"] for event in journal.read(turn)]
    return _outcome(plan, play(plan, _begun(kept), events, _runs(kept)))


def told_again(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The end to which the engine comes if it is told the same; every turn is compared."""
    plan = plan_of(kept["source"])
    turns = [journal.read(turn) for turn in kept["turns"]]
    return _outcome(plan, decide_again(plan, _begun(kept), turns, _runs(kept)))


def _begun(kept: Mapping[str, Any]) -> Execution:
    created = datetime.fromisoformat(kept["created_at"])
    scope = scope_of(kept.get("begun", {}).get("scope", {}))
    return Execution(id=UUID(kept["execution"]), created_at=created, scope=scope)


def beginning(scope: Mapping[str, Any], runs: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """What a replay begins with, as it is kept: rows by the names of their columns."""
    names = [name.strip() for name in RUN_COLUMNS.split(",")]
    rows = [dict(zip(names, map(_plain, row), strict=True)) for row in runs]
    return {"scope": dict(scope), "runs": rows}


def _runs(kept: Mapping[str, Any]) -> list[Run]:
    """The runs with which a replay began."""
    names = [name.strip() for name in RUN_COLUMNS.split(",")]
    rows = [[row[name] for name in names] for row in kept.get("begun", {}).get("runs", ())]
    return [_run(run_of(row)[1]) for row in rows]


def _run(run: Run) -> Run:
    """Ids and moments are texts in a file."""
    return replace(
        run,
        id=UUID(str(run.id)),
        parent=UUID(str(run.parent)) if run.parent else None,
        ancestors=tuple(UUID(str(id)) for id in run.ancestors),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, (UUID, datetime)) else value


def _outcome(plan: Plan, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "state": snapshot.execution.state.value,
        "runs": sorted(
            [
                str(run.id),
                run.task_id or plan.nodes[run.node].id,
                list(run.path),
                run.state.value,
                run.attempts,
            ]
            for run in snapshot.runs.values()
        ),
    }
