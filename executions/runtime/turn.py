"""A turn: the executions of one tenant are taken as far as they go, in one transaction.

Theory of operation. Results of attempts are accepted by compare-and-set on their lease. The
executions that nobody else holds are locked; for the others a message is left, and whoever holds
them looks at the inbox again after the commit. What has arrived becomes events, the engine settles,
everything is written in bulk, and attempts of the worker's own group are claimed at once while it
has free slots. After the commit the inbox is looked at once more: a message that was committed
between the drain and our commit has rung while the lock was still held, and nobody else will come.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from downbeat.common import faultpoints
from downbeat.common.scope import tenant_scope
from executions.runtime import inbox, lineage, store, turn_results, work_of
from executions.runtime.turn_desk import Desk
from executions.runtime.turn_loading import loaded_cases
from executions.worker.work import AttemptResult, Work

MOST_EXECUTIONS: Final = 64
"""Executions settled in one transaction; more are taken in several."""


@dataclass(frozen=True, slots=True)
class Worker:
    """The worker that turns: attempts of its group may be claimed for it at once."""

    id: UUID
    group: str
    start: Callable[[Work], None] | None = None
    """Called for each claimed attempt right after the commit, before anybody is told of it."""


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """What came of a turn."""

    claimed: tuple[Work, ...] = ()
    busy: frozenset[UUID] = frozenset()
    """Executions that somebody else holds; their messages are taken by whoever it is."""
    again: frozenset[UUID] = frozenset()
    """Executions for which more has arrived."""
    unfinished: frozenset[UUID] = frozenset()
    """Executions that were taken as far as one turn may go, and have more to do."""
    queued_groups: frozenset[str] = frozenset()
    """Worker groups for which attempts were queued."""
    ended: tuple[UUID, ...] = ()


def turn(
    tenant_id: UUID,
    *,
    executions: Collection[UUID],
    results: Sequence[AttemptResult],
    worker: Worker | None,
    free_slots: int,
) -> TurnOutcome:
    """Advances the executions, and those of the results; a few transactions when there are many."""
    todo = list(dict.fromkeys([*executions, *(result.key.execution_id for result in results)]))
    found = TurnOutcome()
    for first in range(0, len(todo), MOST_EXECUTIONS):
        part = set(todo[first : first + MOST_EXECUTIONS])
        own = [result for result in results if result.key.execution_id in part]
        free = free_slots - len(found.claimed)
        found = _joined(found, _turn(tenant_id, part, own, worker, free))
    return found


def _turn(
    tenant_id: UUID,
    executions: set[UUID],
    results: Sequence[AttemptResult],
    worker: Worker | None,
    free_slots: int,
) -> TurnOutcome:
    claimed: list[Work] = []
    with tenant_scope(tenant_id):
        faultpoints.after_commit("turn.after_commit")
        if worker and worker.start:
            transaction.on_commit(lambda: _start(worker, claimed))
        held = store.hold(tenant_id, executions)
        accepted = turn_results.accept(tenant_id, results)
        turn_results.leave_for_others(tenant_id, accepted, held)
        notes = inbox.drain(tenant_id, sorted(held))
        desk = Desk(tenant_id, worker.group if worker else None, worker.id if worker else None)
        desk.free_slots = free_slots if worker else 0
        cases, hopeless = loaded_cases(tenant_id, held, notes, accepted)
        desk.gate.lock(cases)
        for one in hopeless:
            desk.give_up(one)
        for case in cases:
            desk.settle(case)
        desk.write()
        lineage.keep(tenant_id, [*lineage.of_results(tenant_id, accepted), *desk.assets])
        claimed += work_of.works_at_once(tenant_id, desk.claimed)
        faultpoints.passing("turn.before_commit")
    waiting = _left_behind(tenant_id, held)
    return TurnOutcome(
        claimed=tuple(claimed),
        busy=frozenset(executions - held.keys()),
        again=frozenset(desk.again) | (waiting - desk.unfinished),
        unfinished=frozenset(desk.unfinished),
        queued_groups=frozenset(desk.queued_groups),
        ended=tuple(desk.ended),
    )


def _start(worker: Worker, claimed: Sequence[Work]) -> None:
    for work in claimed:
        if worker.start:
            worker.start(work)


def _left_behind(tenant_id: UUID, held: Collection[UUID]) -> frozenset[UUID]:
    """Executions with messages that came while we held them."""
    if not held:
        return frozenset()
    with tenant_scope(tenant_id):
        return inbox.waiting(tenant_id, held)


def _joined(one: TurnOutcome, other: TurnOutcome) -> TurnOutcome:
    return TurnOutcome(
        claimed=one.claimed + other.claimed,
        busy=one.busy | other.busy,
        again=one.again | other.again,
        unfinished=one.unfinished | other.unfinished,
        queued_groups=one.queued_groups | other.queued_groups,
        ended=one.ended + other.ended,
    )
