"""Moves sealed values from older keys to those that seal now.

The first key of DOWNBEAT_ENCRYPTION_KEY seals the tenants' data keys, all of them open. So a new key
is put first, every process is restarted, and the data keys are sealed anew: a row for each tenant.
What data keys seal is not touched by that. Two kinds of values are, a batch at a time: those that an
operator's key seals itself, as all did once, and those whose data key has been replaced. Each batch
is a transaction of its own: a rotation that is stopped goes on where it was, and everything can be
read all the while. A row that somebody changes meanwhile is left as they leave it, for what they
write is sealed with the current key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connections, models, transaction

from downbeat.common.models import TenantOwned
from downbeat.common.scope import tenant_scope
from tenants.models import (
    AuditStream,
    Connection,
    DataKey,
    IdentityProvider,
    SecondFactor,
    Secret,
    SecretManager,
    SignInAttempt,
)
from tenants.services import (
    audit_delivery,
    data_keys,
    identity_providers,
    keys,
    master_keys,
    second_factors,
    secret_managers,
    secret_resolution,
    sign_in_attempts,
)
from tenants.services import connections as kept
from tenants.services.keys import Undecryptable

BATCH: Final = 200


@dataclass(frozen=True)
class Sealed:
    """A column of sealed values, and what each is authenticated with."""

    model: type[models.Model]
    column: str
    context: Callable[[Any], str]
    by_master: bool = False
    """Sealed by the operator's key itself: a data key, or what belongs to no tenant."""

    @property
    def table(self) -> str:
        """The name of the table."""
        return str(self.model._meta.db_table)

    @property
    def place(self) -> str:
        """The column, as operators are told of it."""
        return f"{self.table}.{self.column}"

    @property
    def of_tenants(self) -> bool:
        """Whether the rows belong to tenants."""
        return issubclass(self.model, TenantOwned)

    def seal(self, text: str, context: str) -> str:
        """The text as it is sealed now."""
        seal = master_keys.seal if self.by_master else keys.encrypt
        return seal(text, context=context)


SEALED: Final = (
    Sealed(DataKey, "wrapped", data_keys.context_of, by_master=True),
    Sealed(SecondFactor, "sealed", second_factors.context_of, by_master=True),
    Sealed(Secret, "value", secret_resolution.context_of),
    Sealed(Connection, "values", kept.context_of),
    Sealed(AuditStream, "secret", audit_delivery.context_of),
    Sealed(SecretManager, "credentials", secret_managers.context_of),
    Sealed(IdentityProvider, "sealed", identity_providers.context_of),
    Sealed(SignInAttempt, "sealed", sign_in_attempts.context_of),
)
# What is not sealed with a key that seals now: by column, for who is sealed by an operator's key.
_BY_OLDER_MASTER: Final = "split_part(t.{column}, '.', 2) <> %(current)s"
_BY_OLDER_DATA_KEY: Final = """
    not exists (select 1 from tenants_datakey k where k.tenant_id = t.tenant_id
       and k.retired_at is null and t.{column} like 'v2.' || k.name || '.%%')
"""


@dataclass(frozen=True)
class Rotated:
    """What a rotation did."""

    moved: int
    unreadable: tuple[str, ...]
    """Values that no key opens, as table and id."""


def rotate(*, data_keys_too: bool = False) -> Rotated:
    """Seals everything with the current keys that is sealed with others.

    With ``data_keys_too`` every tenant gets a new data key first, so that every value is sealed
    anew. The keys before stay while executions keep what they have sealed (`retired_keys`).
    """
    if data_keys_too:
        _replace_data_keys()
    moved, unreadable = 0, []
    for one in SEALED:
        after = UUID(int=0)
        while rows := _older(one, after):
            after = rows[-1][1]
            for tenant_id, id in rows:
                try:
                    moved += _moved(one, tenant_id, id)
                except Undecryptable:
                    unreadable.append(f"{one.table} {id}")
    return Rotated(moved, tuple(unreadable))


def _replace_data_keys() -> None:
    """Another data key for every tenant that has one; the others get theirs when they need it."""
    with connections["system"].cursor() as cursor:
        cursor.execute("select tenant_id from tenants_datakey where retired_at is null order by 1")
        tenants = [tenant_id for (tenant_id,) in cursor.fetchall()]
    for tenant_id in tenants:
        with tenant_scope(tenant_id):
            data_keys.replace()


def _older(one: Sealed, after: UUID) -> list[tuple[UUID | None, UUID]]:
    """The next rows that are sealed with another key, in the order of their ids."""
    older = (_BY_OLDER_MASTER if one.by_master else _BY_OLDER_DATA_KEY).format(column=one.column)
    owner = "t.tenant_id" if one.of_tenants else "null::uuid"
    facts: dict[str, Any] = {
        "after": after,
        "current": master_keys.current_key_name(),
        "batch": BATCH,
    }
    with connections["system"].cursor() as cursor:
        cursor.execute(
            f"select {owner}, t.id from {one.table} t where t.id > %(after)s"
            f" and t.{one.column} <> '' and {older} order by t.id limit %(batch)s",
            facts,
        )
        return list(cursor.fetchall())


def _moved(one: Sealed, tenant_id: UUID | None, id: UUID) -> int:
    """Seals one row anew, under its lock; nothing if it is gone or was written meanwhile."""
    with _scope_of(tenant_id):
        rows: Any = one.model._default_manager.filter(id=id)
        row = rows.select_for_update().first()
        token = getattr(row, one.column, "")
        if not token or not _is_older(one, token):
            return 0
        context = one.context(row)
        again = one.seal(keys.decrypt(token, context=context), context)
        rows.update(**{one.column: again})
    return 1


def _is_older(one: Sealed, token: str) -> bool:
    version, name, _ = master_keys.parts(token)
    if one.by_master:
        return name != master_keys.current_key_name()
    return version != keys.VERSION or name != data_keys.current().name


@contextmanager
def _scope_of(tenant_id: UUID | None) -> Iterator[None]:
    """A transaction of the row's tenant, or of the instance."""
    with transaction.atomic() if tenant_id is None else tenant_scope(tenant_id):
        yield
