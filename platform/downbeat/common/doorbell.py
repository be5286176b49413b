"""The doorbell: after a commit, tells workers that there may be something to do.

A ring may be lost, late, doubled or forged; it changes nothing but how soon a worker looks. Two
adapters: LISTEN/NOTIFY when there is no broker, a Celery message when there is one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction

from downbeat.common import notify

log = logging.getLogger(__name__)

BELL_CHANNEL = "downbeat_bell"
TRIGGER_CHANNEL = "downbeat_trigger"
TASK = "executions.tasks.ring"
RING_SECONDS = 60
"""A ring that nobody heard for so long says nothing that the poll has not found."""
SILENCE = 5.0
"""Seconds without a try to ring after a broker did not answer: the poll serves meanwhile."""


class Kind(StrEnum):
    """What the listener should look at."""

    ADVANCE = "advance"
    ATTEMPT = "attempt"
    SCHEDULE = "schedule"


@dataclass(frozen=True)
class Ring:
    """Look at this object of this tenant."""

    kind: Kind
    tenant_id: UUID
    id: UUID

    def encode(self) -> str:
        """`kind:tenant:id`."""
        return f"{self.kind}:{self.tenant_id}:{self.id}"

    @classmethod
    def decode(cls, payload: str) -> Ring | None:
        """Reads a ring; None for what nobody of ours has sent."""
        try:
            kind, tenant, id = payload.split(":")
            return cls(Kind(kind), UUID(tenant), UUID(id))
        except ValueError:
            return None


class Bell(Protocol):
    """Rings once the transaction of `using` is committed."""

    def ring(self, ring: Ring, *, group: str | None, using: str) -> None:
        """Costs one statement or message per commit; never raises after the commit."""


class NotifyBell:
    """Rings by NOTIFY."""

    def ring(self, ring: Ring, *, group: str | None, using: str) -> None:
        """All rings of one commit travel in one statement; every group hears every ring."""
        notify.on_commit(BELL_CHANNEL, ring.encode(), using=using)


class CeleryBell:
    """Rings by a Celery message."""

    def __init__(self) -> None:
        self._silent_until = 0.0

    def ring(self, ring: Ring, *, group: str | None, using: str) -> None:
        """Sends after the commit; a broker that is away costs one connect timeout per silence."""
        transaction.on_commit(lambda: self._send(ring, group), using=using, robust=True)

    def _send(self, ring: Ring, group: str | None) -> None:
        from celery import current_app

        if time.monotonic() < self._silent_until:
            return
        try:
            current_app.send_task(
                TASK,
                args=[ring.encode()],
                queue=queue_of(group or settings.DOWNBEAT.worker_group),
                expires=RING_SECONDS,
                ignore_result=True,
                retry=False,
            )
        except Exception as problem:
            # Whoever has committed must not wait again and again for a broker that is away.
            self._silent_until = time.monotonic() + SILENCE
            log.warning(
                "the broker does not answer, workers find their work by polling: %s", problem
            )


@lru_cache(maxsize=1)
def bell() -> Bell:
    """The adapter that the settings choose."""
    return CeleryBell() if settings.DOWNBEAT.broker_url else NotifyBell()


def ring_on_commit(
    kind: str, tenant_id: UUID, id: UUID, *, group: str | None = None, using: str = "default"
) -> None:
    """Rings for an object after the commit of the current transaction.

    ``group`` names the worker group that has to hear it; without one, the default group does.
    """
    bell().ring(Ring(Kind(kind), tenant_id, id), group=group, using=using)


def queue_of(group: str) -> str:
    """The broker's queue of a worker group."""
    return f"downbeat.{group}"


class Trigger(StrEnum):
    """What a scheduler should look at."""

    JUDGE = "judge"
    """Changes of executions that triggers listen to."""
    SETTLE = "settle"
    """Schedules whose execution has ended."""


_TRIGGERS = {what.value: what for what in Trigger}


def ring_triggers_on_commit(what: Trigger, *, using: str = "default") -> None:
    """Tells the schedulers, after the commit, that triggers have something to do.

    By NOTIFY also where there is a broker: schedulers are no consumers of it.
    """
    notify.on_commit(TRIGGER_CHANNEL, what, using=using)


def listen(
    callback: Callable[[Ring], None],
    *,
    stop: threading.Event,
    connected: Callable[[], None] = lambda: None,
    using: str = "default",
) -> None:
    """Calls back for each ring by NOTIFY until `stop` is set; blocks, so give it a thread."""

    def heard(_channel: str, payload: str) -> None:
        ring = Ring.decode(payload)
        if ring is not None:
            callback(ring)

    notify.listen([BELL_CHANNEL], heard, stop=stop, connected=connected, using=using)
    connections[using].close()


def listen_for_triggers(
    callback: Callable[[Trigger], None], *, stop: threading.Event, using: str = "default"
) -> None:
    """Calls back when triggers may have something to do; blocks, so give it a thread."""

    def heard(_channel: str, payload: str) -> None:
        if payload in _TRIGGERS:
            callback(_TRIGGERS[payload])

    def connected() -> None:
        for what in Trigger:
            callback(what)

    notify.listen([TRIGGER_CHANNEL], heard, stop=stop, connected=connected, using=using)
    connections[using].close()
