"""Remembers which permissions people use, at no cost to their requests.

Theory of operation. A use is noted in memory, once a day for each person and permission: after the
first, noting is one look into a map. What is new is written in one statement per tenant, at the
end of a request, at most once a minute. A process that dies takes up to a minute of first uses
with it; the next use of that day by another process, or of the next day, notes them again. So the
record is good for "not in 90 days" and for nothing finer.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from django.db import DatabaseError

from downbeat.common.scope import tenant_entered, tenant_scope
from tenants.models import PermissionUse

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 60.0
REMEMBERED: Final = 200_000
_DAY: Final = 86_400

Use = tuple[UUID, UUID, str]
_lock = threading.Lock()
_known: dict[Use, int] = {}
_new: set[Use] = set()
_written = time.monotonic()


def note(tenant_id: UUID, user_id: UUID, permission: str) -> None:
    """Somebody used a permission."""
    use = (tenant_id, user_id, permission)
    today = int(time.time()) // _DAY
    if _known.get(use) == today:
        return
    with _lock:
        if len(_known) >= REMEMBERED:
            _known.clear()
        _known[use] = today
        _new.add(use)


def write_if_due() -> None:
    """Writes what is new, if the last time was long enough ago. Call it outside of any scope."""
    if _new and time.monotonic() - _written >= EVERY_SECONDS:
        write()


def write() -> None:
    """Writes what is new; what cannot be written is dropped, for it is only a statistic."""
    global _written
    with _lock:
        uses, _written = set(_new), time.monotonic()
        _new.clear()
    today = datetime.now(UTC).date()
    for tenant_id in {use[0] for use in uses}:
        try:
            _write(tenant_id, [use for use in uses if use[0] == tenant_id], today)
        except DatabaseError as problem:
            log.warning("uses of permissions were not written: %s", problem)


def _write(tenant_id: UUID, uses: list[Use], today: date) -> None:
    with tenant_entered(tenant_id), tenant_scope(tenant_id):
        PermissionUse.objects.bulk_create(
            (
                PermissionUse(user_id=user_id, permission=permission, first_on=today, last_on=today)
                for _, user_id, permission in sorted(uses)
            ),
            update_conflicts=True,
            unique_fields=["tenant_id", "user", "permission"],
            update_fields=["last_on"],
        )
