"""Identity and ownership of rows: time-ordered ids and the base of every tenant's table."""

from __future__ import annotations

import os
import threading
import time
from typing import ClassVar, Self, TypeVar
from uuid import UUID

from django.db import models

from downbeat.common.scope import NoTenant, current_tenant, in_scope

_lock = threading.Lock()
_last = 0
_RANDOM_BITS = 62


def uuid7() -> UUID:
    """A UUIDv7 (RFC 9562) that sorts after every earlier one of this process.

    The 12 bits after the milliseconds count fractions of them, so that ids made within one
    millisecond keep their order too.
    """
    global _last
    stamp = (time.time_ns() << 12) // 1_000_000
    with _lock:
        stamp = _last = max(stamp, _last + 1)
    milliseconds, fraction = stamp >> 12, stamp & 0xFFF
    random = int.from_bytes(os.urandom(8), "big") & ((1 << _RANDOM_BITS) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80
    return UUID(int=value | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random)


_Model = TypeVar("_Model", bound=models.Model, covariant=True)


class TenantManager(models.Manager[_Model]):
    """Rows of the current tenant only; raises where no tenant is set.

    Row-level security would show no rows there, and silence is how isolation bugs live long.
    """

    def get_queryset(self) -> models.QuerySet[_Model]:
        """Every query that begins at `Model.objects` begins here."""
        alias = self.db
        if not in_scope(alias):
            raise NoTenant(f"{self.model.__name__} was queried outside of a tenant scope.")
        return super().get_queryset().filter(tenant_id=current_tenant())

    def using(self, alias: str | None) -> models.QuerySet[_Model]:
        """The same on another connection, whose scope has to be open."""
        return self.db_manager(alias).get_queryset()

    def unscoped(self, *, reason: str, using: str | None = None) -> models.QuerySet[_Model]:
        """All rows that the database role may see. The reason stands in the code for reviewers."""
        if not reason.strip():
            raise ValueError("unscoped() needs a reason that a stranger accepts.")
        return models.QuerySet(self.model, using=using or self.db)


class TenantOwned(models.Model):
    """A row that belongs to one tenant: keyed by UUIDv7, filled and guarded by the scope."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant_id = models.UUIDField(default=current_tenant, editable=False)

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_permissions = ()
