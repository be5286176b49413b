"""Results and log lines that remote workers hand over: written once, under their lease.

The web process writes them and leaves a message in the inbox; a worker beside the database advances
the execution. Whatever is sent again, because an answer was lost, finds its lease over and changes
nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from django.db import Error, connection, transaction

from downbeat.common import doorbell, notify, storage
from downbeat.common.scope import tenant_scope
from executions.models import WorkerAssignment
from executions.runtime import (
    checks,
    lineage,
    log_store,
    polls,
    queues,
    remote_leases,
    turn_results,
)
from executions.runtime.work_places import Place
from executions.worker import result_wire
from executions.worker.work import AttemptKey, AttemptResult, LogRecord

log = logging.getLogger(__name__)

_FORGET: Final = """
delete from worker_assignment
 where worker_id = %s and tenant_id = %s and execution_id = %s and task_run_id = %s
   and number = %s and epoch = %s
"""


class ForeignLine(remote_leases.NotHeld):
    """A line belongs to a task run that this attempt has nothing to do with."""

    code = "worker.foreign_line"


def accept(worker_id: UUID, queue: str, result: AttemptResult) -> bool:
    """Whether the result was written; False when it was before, or its lease is over."""
    key = result.key
    place = remote_leases.place_of(worker_id, key)
    if checks.is_check(key):
        checks.finish(result)
        remote_leases.forget(worker_id, [key])
    elif polls.is_poll(key):
        _accept_poll(worker_id, result_wire.polled(_bounded(place, result)))
    elif not _accept_attempt(worker_id, _bounded(place, result)):
        return False
    notify.on_commit(queues.CHANNEL, queue)
    return True


def _accept_poll(worker_id: UUID, result: AttemptResult) -> None:
    """Starts what a poll has found; a poll that cannot be finished is polled again later."""
    started: Sequence[UUID] = ()
    try:
        started = polls.finish(result)
    except Error:
        raise
    except Exception:
        log.exception("the poll %s could not be finished", result.key)
    remote_leases.forget(worker_id, [result.key])
    for id in started:
        doorbell.ring_on_commit("advance", result.key.tenant_id, id)


def _accept_attempt(worker_id: UUID, result: AttemptResult) -> bool:
    """One transaction: the attempt's end, its outputs, the message, and the free slot."""
    key = result.key
    with tenant_scope(key.tenant_id):
        accepted = turn_results.accept(key.tenant_id, [result])
        if not accepted:
            return False
        turn_results.leave_for_others(key.tenant_id, accepted, ())
        lineage.keep(key.tenant_id, lineage.of_results(key.tenant_id, accepted))
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, _facts(worker_id, key))
    return True


def store_lines(worker_id: UUID, key: AttemptKey, lines: Sequence[LogRecord]) -> None:
    """Stores lines of an attempt, and of the tasks inside it if it is a directory."""
    remote_leases.place_of(worker_id, key)
    for line in lines:
        run = line.key.task_run_id
        if run not in (key.task_run_id, uuid5(key.task_run_id, line.task_id)):
            raise ForeignLine
    if polls.is_poll(key) or not lines:
        return
    with tenant_scope(key.tenant_id):
        log_store.store(key.tenant_id, lines)


def depart(worker_id: UUID, keys: Sequence[AttemptKey]) -> int:
    """Gives attempts back to their queues, and wakes whoever may take them; how many went."""
    gone = remote_leases.release(worker_id, keys)
    for key, queue in gone:
        queues.ring("attempt", key.tenant_id, key.execution_id, queue=queue)
    return len(gone)


def drop_all(worker_id: UUID) -> None:
    """Forgets all that was given to a worker that is over; leases end by themselves."""
    with transaction.atomic():
        WorkerAssignment.objects.filter(worker_id=worker_id).delete()


def _bounded(place: Place, result: AttemptResult) -> AttemptResult:
    """The result, if its log lies in the attempt's own folder."""
    own = storage.uri_of(place.folder(result.key))
    if result.log_file is not None and not result.log_file.startswith(f"{own}/"):
        raise ForeignLine
    return result


def _facts(worker_id: UUID, key: AttemptKey) -> list[Any]:
    return [worker_id, key.tenant_id, key.execution_id, key.task_run_id, key.number, key.epoch]
