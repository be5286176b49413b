"""Reads and writes executions for a turn: few statements, each over all rows of the turn.

No objects are mapped here: a turn may carry hundreds of task runs, and what it costs is the number
of round trips and of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from executions.engine.state import Run
from executions.runtime import store_statements as sql
from executions.runtime.context import ExecutionFacts
from executions.runtime.sql import Facts, rows, run_all
from executions.runtime.store_codec import EXECUTION_COLUMNS, RUN_COLUMNS, loaded, run_of, text

Json = dict[str, Any]
FACT_COLUMNS: Final = (
    "namespace, flow_id, flow_uid, revision, inputs, variables, labels, trigger, original_id,"
    " kind, parent_id, parent_task_run_id, worker_group, priority, seq, namespace_id"
)
_FACTS_AT: Final = EXECUTION_COLUMNS.count(",") + 1


@dataclass(frozen=True, slots=True)
class Held:
    """An execution whose row this transaction has locked."""

    facts: ExecutionFacts
    row: Sequence[Any]
    flow_uid: UUID
    parent_id: UUID | None
    parent_task_run_id: UUID | None
    worker_group: str
    priority: int
    seq: int
    namespace_id: UUID
    limits: int = 0
    """The version of the tenant's limits when the row was locked."""

    @property
    def progress(self) -> Mapping[str, Any]:
        """How far the execution has come, as it is stored."""
        return loaded(self.row[3]) or {}


@dataclass(slots=True)
class Sheet:
    """All that a turn writes, gathered over its executions."""

    tenant_id: UUID
    new_runs: list[Json] = field(default_factory=list)
    runs: list[Json] = field(default_factory=list)
    dropped: list[tuple[UUID, UUID]] = field(default_factory=list)
    executions: list[Json] = field(default_factory=list)
    attempts: list[Json] = field(default_factory=list)
    kills: list[Json] = field(default_factory=list)
    timers: list[Json] = field(default_factory=list)
    lines: list[Json] = field(default_factory=list)
    metrics: list[Json] = field(default_factory=list)
    journal: list[Json] = field(default_factory=list)
    loop_values: list[Json] = field(default_factory=list)
    outputs: list[Json] = field(default_factory=list)
    moves: list[Json] = field(default_factory=list)
    """States that executions came into, for triggers that listen to them."""
    heard: int = 0
    """How many triggers have something to judge, once the sheet is written."""


def hold(tenant_id: UUID, executions: Iterable[UUID]) -> dict[UUID, Held]:
    """Locks those of the executions that nobody else holds."""
    statement = sql.HOLD.format(columns=f"{EXECUTION_COLUMNS}, {FACT_COLUMNS}")
    found = rows(statement, {"tenant": tenant_id, "ids": sorted(set(executions))})
    return {row[0]: _held(tenant_id, row[:-1], row[-1] or 0) for row in found}


def look(tenant_id: UUID, executions: Iterable[UUID]) -> dict[UUID, Held]:
    """The executions as they are, without locking them."""
    statement = sql.LOOK.format(columns=f"{EXECUTION_COLUMNS}, {FACT_COLUMNS}")
    found = rows(statement, [tenant_id, sorted(set(executions))])
    return {row[0]: _held(tenant_id, row) for row in found}


def _held(tenant_id: UUID, row: Sequence[Any], limits: int = 0) -> Held:
    (namespace, flow_id, flow_uid, revision, inputs, variables, labels, trigger, original_id, kind,
     parent_id, parent_task_run_id, worker_group, priority, seq, namespace_id) = row[_FACTS_AT:]  # fmt: skip
    facts = ExecutionFacts(
        tenant_id=tenant_id,
        id=row[0],
        namespace=namespace,
        flow_id=flow_id,
        revision=revision,
        created_at=row[8],
        original_id=original_id,
        inputs=loaded(inputs),
        variables=loaded(variables),
        labels=loaded(labels),
        trigger=loaded(trigger),
        kind=kind,
    )
    return Held(
        facts,
        row,
        flow_uid,
        parent_id,
        parent_task_run_id,
        worker_group,
        priority,
        seq,
        namespace_id,
        limits,
    )


def runs_with_ancestors(
    tenant_id: UUID, wanted: Mapping[UUID, set[UUID]]
) -> dict[UUID, dict[UUID, Run]]:
    """The named runs of several executions, and the groups around them."""
    executions = [id for id, runs in wanted.items() if runs]
    ids = {run for runs in wanted.values() for run in runs}
    if not ids:
        return {}
    found = _runs(sql.RUNS_BY_ID, [tenant_id, executions, list(ids)])
    known = {id for runs in found.values() for id in runs}
    around = {id for runs in found.values() for run in runs.values() for id in run.ancestors}
    if missing := around - known:
        _join(found, _runs(sql.RUNS_BY_ID, [tenant_id, executions, list(missing)]))
    return found


def next_in_line(
    tenant_id: UUID, execution_id: UUID, first: Iterable[UUID], most: int
) -> set[UUID]:
    """Those who come after runs that wait in line, at most so many after each."""
    facts = {"tenant": tenant_id, "execution": execution_id, "first": list(first), "most": most}
    return {row[0] for row in rows(sql.IN_LINE, facts)}


def live_runs(tenant_id: UUID, executions: Iterable[UUID]) -> dict[UUID, dict[UUID, Run]]:
    """All runs of executions that have not ended."""
    return _runs(sql.LIVE_RUNS, [tenant_id, list(executions)])


def all_runs(tenant_id: UUID, executions: Iterable[UUID]) -> dict[UUID, dict[UUID, Run]]:
    """All runs of executions."""
    return _runs(sql.ALL_RUNS, [tenant_id, list(executions)])


def _runs(statement: str, facts: Sequence[Any]) -> dict[UUID, dict[UUID, Run]]:
    found: dict[UUID, dict[UUID, Run]] = {}
    for row in rows(statement.format(columns=RUN_COLUMNS), facts):
        execution_id, run = run_of(row)
        found.setdefault(execution_id, {})[run.id] = run
    return found


def _join(into: dict[UUID, dict[UUID, Run]], more: Mapping[UUID, Mapping[UUID, Run]]) -> None:
    for execution_id, runs in more.items():
        into.setdefault(execution_id, {}).update(runs)


def write(sheet: Sheet) -> list[tuple[UUID, UUID, int, str]]:
    """Writes a sheet; returns the attempts that were asked to stop.

    A number below zero stands for an attempt that runs: its worker has to be told. The others had
    not been claimed by anybody, and are over.
    """
    touched = run_all(_statements(sheet))
    sheet.heard = touched[-1] if sheet.moves else 0
    if not sheet.kills:
        return []
    facts = _facts(sql.KILL_ATTEMPTS, sheet.tenant_id, sheet.kills)
    return [(row[0], row[1], row[2], row[3]) for row in rows(sql.KILL_ATTEMPTS, facts)]


def _statements(sheet: Sheet) -> Iterator[tuple[str, Facts]]:
    if sheet.dropped:
        executions, runs = zip(*sheet.dropped, strict=True)
        yield sql.DROP_RUNS, [sheet.tenant_id, list(set(executions)), list(runs)]
    for statement, records in (
        (sql.NEW_RUNS, sheet.new_runs),
        (sql.UPDATE_RUNS, sheet.runs),
        (sql.LOOP_VALUES, sheet.loop_values),
        (sql.NEW_ATTEMPTS, sheet.attempts),
        (sql.WRITE_OUTPUTS, sheet.outputs),
        (sql.TIMERS, sheet.timers),
        (sql.LINES, sheet.lines),
        (sql.METRICS, sheet.metrics),
        (sql.JOURNAL, sheet.journal),
        (sql.UPDATE_EXECUTIONS, sheet.executions),
        (sql.TELL_TRIGGERS, sheet.moves),
    ):
        if records:
            yield statement, _facts(statement, sheet.tenant_id, records)


def _facts(statement: str, tenant_id: UUID, records: Sequence[Json]) -> dict[str, Any]:
    facts: dict[str, Any] = {"tenant": tenant_id, "records": text(records)}
    if "%(executions)s" in statement:
        facts["executions"] = list({record["execution_id"] for record in records})
    return facts
