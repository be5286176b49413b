"""Who a remote worker is: its token, its group, and the session under which it works.

A checked token is trusted for at most two seconds without asking the database again, so that a
revocation holds everywhere within that time.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings

from downbeat.common import clock
from executions.models import WorkerToken
from tenants import tokens

LAST_USED_EVERY: Final = 60.0
CACHED_AT_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class WorkerKey:
    """A token that was found good: which one, and the group that it opens."""

    token_id: UUID
    name: str
    group_id: UUID
    queue: str
    tenant_id: UUID | None

    @property
    def is_authenticated(self) -> bool:
        """The framework's question; a worker is nobody's actor and has no right of a person."""
        return True


_checked: dict[str, tuple[WorkerKey, float]] = {}


def forget_checked() -> None:
    """Asks the database again from here on; called where tokens of this process change."""
    _checked.clear()


def key_of(text: str) -> WorkerKey | None:
    """What a token opens; None for one that is unknown, revoked, expired, or of another kind."""
    moment = time.monotonic()
    known = _checked.get(text)
    if known is not None and moment < known[1]:
        return known[0]
    _checked.pop(text, None)
    found = _check(text)
    if found is None:
        return None
    if len(_checked) >= CACHED_AT_MOST:
        _checked.clear()
    _checked[text] = (found[0], moment + found[1])
    return found[0]


def _check(text: str) -> tuple[WorkerKey, float] | None:
    token = tokens.parse(text)
    if token is None or token.kind is not tokens.TokenKind.WORKER:
        return None
    row = WorkerToken.objects.select_related("group").filter(lookup=token.lookup).first()
    if row is None or not hmac.compare_digest(bytes(row.digest), token.digest):
        return None
    now = clock.now()
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    if row.last_used_at is None or (now - row.last_used_at).total_seconds() > LAST_USED_EVERY:
        WorkerToken.objects.filter(id=row.id).update(last_used_at=now)
    trusted = settings.DOWNBEAT.token_cache.total_seconds()
    if row.expires_at is not None:
        trusted = min(trusted, (row.expires_at - now).total_seconds())
    group = row.group
    return WorkerKey(row.id, row.name, group.id, group.queue, group.tenant_id), trusted
