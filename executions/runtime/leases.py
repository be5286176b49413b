"""Keeps the leases of running attempts alive, and stops what is no longer ours.

The heartbeat runs in a thread of its own, so that no turn and no user code can starve it. The
database's clock decides when a lease is over; this worker's monotonic clock decides only when to
stop waiting for a database that does not answer: before the lease ends, so that the next worker
never starts beside a process that still runs.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from django.conf import settings
from django.db import Error, connections

from executions.runtime import checks, kills
from executions.runtime.identity import Rhythm, WorkerIdentity
from executions.runtime.slots import Slots
from executions.worker.work import AttemptKey, Work

log = logging.getLogger(__name__)

SYSTEM: Final = "system"
DRAINING: Final = "DRAINING"
KILL_LOOK: Final = 0.5
"""Seconds between two looks for attempts that are to be killed, while something runs."""
MARGIN: Final = 0.25
"""Part of a lease that is left when a worker without a database stops its processes."""

_RENEW: Final = """
update attempt a
   set lease_until = clock_timestamp() + %(lease)s
  from unnest(%(tenants)s::uuid[], %(executions)s::uuid[], %(runs)s::uuid[],
              %(numbers)s::int[], %(epochs)s::bigint[])
       as held(tenant_id, execution_id, task_run_id, number, lease_epoch)
 where (a.tenant_id, a.execution_id, a.task_run_id, a.number)
     = (held.tenant_id, held.execution_id, held.task_run_id, held.number)
   and a.lease_epoch = held.lease_epoch and a.state = 'RUNNING'
returning a.tenant_id, a.execution_id, a.task_run_id, a.number, a.lease_epoch, a.kill_requested
"""

_RENEW_POLLS: Final = """
update trigger_state t
   set lease_until = clock_timestamp() + %(lease)s
  from unnest(%(ids)s::uuid[], %(epochs)s::bigint[]) as held(id, lease_epoch)
 where t.id = held.id and t.lease_epoch = held.lease_epoch
returning t.tenant_id, t.id, t.lease_epoch
"""

_BEAT: Final = """
insert into worker (worker_group, id, host, pid, version, slots, busy, state, started_at, heartbeat_at)
values (%(group)s, %(id)s, %(host)s, %(pid)s, %(version)s, %(slots)s, %(busy)s, 'RUNNING',
        now(), now())
on conflict (id) do update set heartbeat_at = now(), busy = excluded.busy
returning state
"""

_DRAIN: Final = "update worker set state = 'DRAINING' where id = %s and state = 'RUNNING'"

_GONE: Final = """
update worker set state = 'STOPPED', stopped_at = now(), busy = 0 where id = %s
"""

_RELEASE: Final = """
update attempt a
   set state = 'QUEUED', lease_epoch = a.lease_epoch + 1, lease_until = null, worker_id = null
  from unnest(%(tenants)s::uuid[], %(executions)s::uuid[], %(runs)s::uuid[],
              %(numbers)s::int[], %(epochs)s::bigint[])
       as held(tenant_id, execution_id, task_run_id, number, lease_epoch)
 where (a.tenant_id, a.execution_id, a.task_run_id, a.number)
     = (held.tenant_id, held.execution_id, held.task_run_id, held.number)
   and a.lease_epoch = held.lease_epoch and a.state = 'RUNNING'
"""


class Heartbeat:
    """The thread that says every few seconds that this worker and its attempts live."""

    def __init__(
        self,
        *,
        worker: WorkerIdentity,
        slots: Slots,
        rhythm: Rhythm,
        draining: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._worker = worker
        self._draining = draining
        self._slots = slots
        self._rhythm = rhythm
        self._stopped = threading.Event()
        self._renewed_at = time.monotonic()
        self._thread = threading.Thread(target=self._beat_on, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Writes the worker's row and begins."""
        announce(self._worker)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and writes that the worker went."""
        self._stopped.set()
        self._thread.join(timeout=5)
        with suppress(Error):
            depart(self._worker)

    def _beat_on(self) -> None:
        # A kill is looked for often while something runs: the bell for it may be lost.
        pause = self._rhythm.heartbeat.total_seconds()
        look = min(KILL_LOOK, pause)
        due = 0.0
        while not self._stopped.wait(look):
            now = time.monotonic()
            try:
                if now >= due:
                    self._beat()
                    due = now + pause
                elif self._slots.free < self._slots.size:
                    self._look_for_kills()
            except Error as problem:
                log.warning("the heartbeat could not be written: %s", problem)
                connections[SYSTEM].close()
                self._fence_if_late()
        connections.close_all()

    def _beat(self) -> None:
        state = announce(self._worker, busy=self._slots.size - self._slots.free)
        self._draining(state == DRAINING)
        begun = time.monotonic()
        held = self._slots.running()
        kept = renew(held, rhythm=self._rhythm)
        self._renewed_at = begun
        for work in held:
            if work.key not in kept:
                self._slots.kill(work.key, lost=True)
            elif kept[work.key]:
                self._slots.kill(work.key)

    def _look_for_kills(self) -> None:
        for key in kills.requested(self._worker.id):
            self._slots.kill(key)

    def _fence_if_late(self) -> None:
        allowed = self._rhythm.lease.total_seconds() * (1 - MARGIN)
        if time.monotonic() - self._renewed_at > allowed:
            self._slots.lose_all()


def announce(worker: WorkerIdentity, *, busy: int = 0) -> str:
    """Writes that the worker lives; returns the state that people want it to be in."""
    facts: dict[str, Any] = {
        "id": worker.id,
        "group": worker.group,
        "slots": worker.slots,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "version": settings.DOWNBEAT.version,
        "busy": busy,
    }
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(_BEAT, facts)
        return str(cursor.fetchone()[0])


def drain(worker: WorkerIdentity) -> None:
    """Writes that the worker claims nothing more."""
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(_DRAIN, [worker.id])


def depart(worker: WorkerIdentity) -> None:
    """Writes that the worker went on purpose."""
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(_GONE, [worker.id])


def renew(held: Iterable[Work], *, rhythm: Rhythm) -> dict[AttemptKey, bool]:
    """The leases that are still ours, each with whether its attempt is asked to stop."""
    tasks = [work.key for work in held if work.kind != "poll"]
    polls = [work.key for work in held if work.kind == "poll"]
    # The test of a connection is bounded by its time limit, and never another worker's.
    kept = {key: False for key in polls if checks.is_check(key)}
    with connections[SYSTEM].cursor() as cursor:
        if tasks:
            held_tasks = {**columns(tasks), "lease": rhythm.lease}
            cursor.execute(_RENEW, held_tasks)
            kept |= {AttemptKey(*row[:5]): row[5] for row in cursor.fetchall()}
        if polls:
            held_polls: dict[str, Any] = {
                "ids": [key.task_run_id for key in polls],
                "epochs": [key.epoch for key in polls],
                "lease": rhythm.lease,
            }
            cursor.execute(_RENEW_POLLS, held_polls)
            ours = {(row[0], row[1], row[2]) for row in cursor.fetchall()}
            kept |= {
                key: False for key in polls if (key.tenant_id, key.task_run_id, key.epoch) in ours
            }
    return kept


def release(held: Iterable[AttemptKey]) -> None:
    """Puts attempts back into the queue: this worker goes before it can finish them."""
    keys = list(held)
    if keys:
        with connections[SYSTEM].cursor() as cursor:
            cursor.execute(_RELEASE, columns(keys))


def columns(keys: Iterable[AttemptKey]) -> dict[str, Any]:
    """Attempt keys as the arrays that ``unnest`` takes apart."""
    listed = list(keys)
    return {
        "tenants": [key.tenant_id for key in listed],
        "executions": [key.execution_id for key in listed],
        "runs": [key.task_run_id for key in listed],
        "numbers": [key.number for key in listed],
        "epochs": [key.epoch for key in listed],
    }
