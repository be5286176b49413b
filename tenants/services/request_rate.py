"""Quotas of API requests: one cell per tenant in the database, asked before anything else.

The generic cell rate algorithm (ITU-T I.371): each request moves the moment when the next is due by
a minute over the limit; who comes more than the tolerance before it is refused. All web processes
share the moment, so the rate holds across them: in any minute at most the limit and a tenth of it
(at least one) more. The tenant's quota itself is read again every two seconds by each process.
"""

from __future__ import annotations

import math
import time
from typing import Any, Final
from uuid import UUID

from django.db import connections

from tenants.ceilings import QuotaKind
from tenants.errors import TooManyRequests
from tenants.selectors.limits import limits_of

KNOWN_FOR: Final = 2.0
MINUTE: Final = 60.0
_TAKE: Final = """
insert into tenants_requestbucket as b (tenant_id, due_at)
values (%(tenant)s, clock_timestamp() + make_interval(secs => %(step)s))
on conflict (tenant_id) do update
   set due_at = greatest(b.due_at, clock_timestamp()) + make_interval(secs => %(step)s)
 where b.due_at <= clock_timestamp() + make_interval(secs => %(tolerance)s)
returning 1
"""
_WAIT: Final = """
select extract(epoch from due_at - clock_timestamp()) - %s from tenants_requestbucket
 where tenant_id = %s
"""
_known: dict[UUID, tuple[float, int | None]] = {}


def take(tenant_id: UUID) -> None:
    """Counts a request; raises ``TooManyRequests`` when the tenant has none left.

    Without such a quota it costs a look into memory; with one, a statement of its own.
    """
    amount = _amount(tenant_id)
    if amount is None:
        return
    if amount == 0:
        raise TooManyRequests(amount=0, wait=int(MINUTE))
    step = MINUTE / amount
    tolerance = step * max(1, amount // 10)
    with connections["default"].cursor() as cursor:
        facts: dict[str, Any] = {"tenant": tenant_id, "step": step, "tolerance": tolerance}
        cursor.execute(_TAKE, facts)
        if cursor.fetchone() is not None:
            return
        cursor.execute(_WAIT, [tolerance, tenant_id])
        (wait,) = cursor.fetchone() or (step,)
    raise TooManyRequests(amount=amount, wait=max(1, math.ceil(wait)))


def _amount(tenant_id: UUID) -> int | None:
    """The smallest limit of requests, remembered for a moment."""
    now = time.monotonic()
    read_at, amount = _known.get(tenant_id, (-KNOWN_FOR, None))
    if now - read_at < KNOWN_FOR:
        return amount
    found = limits_of(tenant_id).any_of(QuotaKind.API_REQUESTS_PER_MINUTE)
    amount = min((one.amount for one in found), default=None)
    if len(_known) > 10_000:
        _known.clear()
    _known[tenant_id] = (now, amount)
    return amount


def forget() -> None:
    """Reads every quota anew at the next request of this process."""
    _known.clear()
