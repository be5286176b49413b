"""What a turn loads of each execution: as little as its messages need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from executions.engine.rules import lining
from executions.engine.state import TERMINAL, Run, Snapshot
from executions.runtime import store
from executions.runtime.inbox import Message, Note
from executions.runtime.plans import Compiled, compiled
from executions.runtime.store import Held
from executions.runtime.store_codec import execution_of
from executions.runtime.turn_results import Accepted, message_of

NEEDS_LIVE: Final = frozenset(
    {
        Message.KILL,
        Message.RESUME,
        Message.FORCE_RUN,
        Message.RELEASED,
        Message.SET_STATUS,
        Message.NO_WORKER,
    }
)
MOST_IN_LINE: Final = 250
"""Runs that leave a line in one turn."""
NEEDS_ALL: Final = frozenset({Message.RESTART, Message.SET_STATE})


@dataclass(slots=True)
class Case:
    """One execution with what has arrived for it and the runs that this is about."""

    held: Held
    compiled: Compiled
    snapshot: Snapshot
    notes: list[Note] = field(default_factory=list)
    fresh: bool = False
    """Whether nothing of it was stored before but its row."""
    outputs: dict[UUID, Mapping[str, Any]] = field(default_factory=dict)
    """Outputs that came with results, by task run; not written yet."""
    waits_for: dict[str, Any] | None = None
    """The quota or switch that keeps the execution out."""

    @property
    def rest(self) -> list[str | None]:
        """What earlier turns have left and this one does not look at."""
        return [run for note in self.notes for run in note.payload.get("rest") or ()]

    @property
    def limit(self) -> int | None:
        """The flow's concurrency limit."""
        concurrency = self.compiled.revision.spec.concurrency
        return None if concurrency is None else concurrency.limit


@dataclass(frozen=True, slots=True)
class Hopeless:
    """An execution that a turn holds and cannot take further, and why."""

    held: Held
    why: str
    limit: int | None = 1
    """The flow's concurrency limit; while it cannot be known, that there is one."""

    @property
    def over(self) -> bool:
        """Whether it has ended already: then there is nothing to end, only something to say."""
        return self.held.row[1] in TERMINAL


def loaded_cases(
    tenant_id: UUID,
    held: Mapping[UUID, Held],
    notes: Mapping[UUID, Sequence[Note]],
    accepted: Sequence[Accepted],
) -> tuple[list[Case], list[Hopeless]]:
    """The cases of a turn, each loaded; executions with nothing to do are left out.

    Beside them those whose revision cannot be read any more: nothing can be done for them.
    """
    found: dict[UUID, list[Note]] = {id: list(notes.get(id, ())) for id in held}
    outputs: dict[UUID, dict[UUID, Mapping[str, Any]]] = {}
    for item in accepted:
        if item.execution_id in held:
            found[item.execution_id].append(Note(Message.RESULT, message_of(item)))
            if item.result.outputs:
                outputs.setdefault(item.execution_id, {})[item.run] = item.result.outputs
    busy = {id: arrived for id, arrived in found.items() if arrived}
    plans, hopeless = _plans(tenant_id, {id: held[id] for id in busy}, busy)
    runs = _runs(tenant_id, {id: busy[id] for id in plans})
    for id, plan in plans.items():
        _load_lines(tenant_id, id, plan, runs.get(id, {}))
    cases = [
        _case(held[id], plan, busy[id], runs.get(id, {}), outputs.get(id, {}))
        for id, plan in plans.items()
    ]
    return cases, hopeless


def _plans(
    tenant_id: UUID, held: Mapping[UUID, Held], notes: Mapping[UUID, Sequence[Note]]
) -> tuple[dict[UUID, Compiled], list[Hopeless]]:
    plans: dict[UUID, Compiled] = {}
    hopeless: list[Hopeless] = []
    for id, one in held.items():
        try:
            plans[id] = compiled(tenant_id, one.flow_uid, one.facts.revision, one.facts.namespace)
        except LookupError as problem:
            found = Hopeless(one, str(problem))
            # Late messages to an execution that is over say nothing; a person wants an answer.
            if not found.over or any(note.kind in NEEDS_ALL for note in notes[id]):
                hopeless.append(found)
    return plans, hopeless


def _runs(tenant_id: UUID, busy: Mapping[UUID, Sequence[Note]]) -> dict[UUID, dict[UUID, Run]]:
    whole = {id for id, notes in busy.items() if any(note.kind in NEEDS_ALL for note in notes)}
    live = {
        id for id, notes in busy.items() if any(note.kind in NEEDS_LIVE for note in notes)
    } - whole
    some = {
        id: {run for note in notes for run in _named(note)}
        for id, notes in busy.items()
        if id not in whole
    }
    found = store.runs_with_ancestors(tenant_id, some)
    if live:
        for id, runs in store.live_runs(tenant_id, live).items():
            found.setdefault(id, {}).update(runs)
    if whole:
        found |= store.all_runs(tenant_id, whole)
    return found


def _load_lines(tenant_id: UUID, id: UUID, plan: Compiled, runs: dict[UUID, Run]) -> None:
    """Beside a run that waits in line, those after it that may begin in the same turn."""
    first: dict[int, list[UUID]] = {}
    for run in runs.values():
        if lining.waits(run) and run.parent in runs and not run.dynamic:
            limit = lining.limit_of(plan.plan.nodes[runs[run.parent].node].shape)
            first.setdefault(min(limit or MOST_IN_LINE, MOST_IN_LINE), []).append(run.id)
    for most, waiting in first.items():
        more = store.next_in_line(tenant_id, id, waiting, most) - runs.keys()
        for loaded in store.runs_with_ancestors(tenant_id, {id: more}).values():
            runs.update({run: value for run, value in loaded.items() if run not in runs})


def _named(note: Note) -> Iterator[UUID]:
    if run := note.payload.get("task_run_id"):
        yield UUID(str(run))
    for run in note.payload.get("agenda") or ():
        if run is not None:
            yield UUID(str(run))


def _case(
    held: Held,
    plan: Compiled,
    notes: list[Note],
    runs: dict[UUID, Run],
    outputs: dict[UUID, Mapping[str, Any]],
) -> Case:
    snapshot = Snapshot(execution_of(held.row, limited=plan.limited), runs)
    # A replay begins with runs, which its first message names.
    fresh = held.seq == 0 and not runs
    return Case(held, plan, snapshot, notes, fresh=fresh, outputs=outputs)
