"""Which queue a key of a worker group means, and whether workers far away serve it.

A key is looked up in the tenant first: a group of its own hides the instance's of that key. Queues
of a tenant's groups carry its slug before a slash, which no key may hold, so that no tenant can
name the queue of another one. What is known here is two seconds old at the most; ``regrouping`` moves what
went elsewhere meanwhile.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection

from downbeat.common import doorbell, notify
from tenants import facade as tenants

DEFAULT: Final = "default"
CHANNEL: Final = "downbeat_remote_work"
"""Names, by NOTIFY, a queue that remote workers serve and that may have work."""
SECONDS: Final = 2.0

_GROUPS: Final = "select tenant_id, key, queue from worker_group"
_OWN: Final = "select queue from worker_group where tenant_id = %s and key = %s"
_SERVED: Final = """
select worker_group, bool_or(remote), bool_or(not remote) from worker
 where stopped_at is null and heartbeat_at > now() - %s::interval group by worker_group
"""


@dataclass(frozen=True, slots=True)
class _Known:
    until: float = 0.0
    own: dict[tuple[UUID, str], str] = field(default_factory=dict)
    of_instance: frozenset[str] = frozenset({DEFAULT})
    remote: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()


_known = _Known()
_lock = Lock()


def queue_for(tenant_id: UUID, key: str) -> str:
    """The queue that a tenant means by a key; a key that nobody knows yet is looked up anew."""
    known = _look()
    own = known.own.get((tenant_id, key))
    if own is not None:
        return own
    if "/" not in key:
        return key if key in known.of_instance else _own(tenant_id, key) or key
    mine = f"{tenants.tenant_slug(tenant_id)}/"
    return key if key.startswith(mine) else mine + key


def engine_queue(queue: str) -> str:
    """The queue whose workers advance executions: remote workers cannot, so others do it for them."""
    known = _look()
    return DEFAULT if queue in known.remote and queue not in known.local else queue


def ring(kind: str, tenant_id: UUID, id: UUID, *, queue: str, using: str = "default") -> None:
    """Says after the commit, near and far, that a queue may have work."""
    known = _look()
    if queue in known.remote:
        notify.on_commit(CHANNEL, queue, using=using)
        if queue not in known.local:
            return  # a broker would keep messages that nobody takes
    doorbell.ring_on_commit(kind, tenant_id, id, group=queue, using=using)


def forget() -> None:
    """Asks the database again from here on; called where groups change."""
    global _known
    _known = _Known()


def _look() -> _Known:
    global _known
    known = _known
    if time.monotonic() < known.until:
        return known
    with _lock:
        if time.monotonic() >= _known.until:
            _known = _read()
        return _known


def _own(tenant_id: UUID, key: str) -> str | None:
    """The queue of a group that was made since the groups were read."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN, [tenant_id, key])
        row = cursor.fetchone()
    return str(row[0]) if row else None


def _read() -> _Known:
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS)
        groups = cursor.fetchall()
        late: list[Any] = [settings.DOWNBEAT.lease * 2]
        cursor.execute(_SERVED, late)
        served = cursor.fetchall()
    return _Known(
        until=time.monotonic() + SECONDS,
        own={(tenant, key): queue for tenant, key, queue in groups if tenant is not None},
        of_instance=frozenset(key for tenant, key, _ in groups if tenant is None) | {DEFAULT},
        remote=frozenset(row[0] for row in served if row[1]),
        local=frozenset(row[0] for row in served if row[2]),
    )
