"""In whose name a block of code works: the tenant, in a context variable and in the database.

Theory of operation. A row of a tenant can be read only inside `tenant_scope(tenant)`. The scope
opens a transaction and sets `app.tenant` for exactly that transaction, so the policies of
row-level security let that tenant's rows through and no others; when the transaction ends, the
setting ends with it, and a pooled connection carries nothing over to the next user. Outside of a
scope the managers raise, and if some code reached the database past them, it would see no rows.

A scope stands around one service or one selector, never around a wait. A scope inside a scope of
the same tenant joins it, without a savepoint; one of another tenant is a mistake and raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections, transaction

GUC = "app.tenant"


class NoTenant(RuntimeError):
    """Code that needs a tenant ran outside of a tenant scope."""


class OtherTenant(RuntimeError):
    """A scope of one tenant was opened inside the scope of another."""


@dataclass(frozen=True)
class _Scope:
    tenant_id: UUID
    using: str
    outer: _Scope | None


_scope: ContextVar[_Scope | None] = ContextVar("downbeat_tenant_scope", default=None)
_entered: ContextVar[UUID | None] = ContextVar("downbeat_tenant", default=None)


_closing: ContextVar[Callable[[], None] | None] = ContextVar("downbeat_scope_closing", default=None)


@contextmanager
def scope_closing(hook: Callable[[], None]) -> Iterator[None]:
    """Calls the hook at the end of each transaction that a scope opens, before it commits."""
    token = _closing.set(hook)
    try:
        yield
    finally:
        _closing.reset(token)


def current_tenant() -> UUID:
    """The tenant of the innermost scope, or the one that was entered; raises NoTenant."""
    scope = _scope.get()
    found = scope.tenant_id if scope is not None else _entered.get()
    if found is None:
        raise NoTenant("No tenant is set here: open `with tenant_scope(tenant_id):` first.")
    return found


@contextmanager
def tenant_entered(tenant_id: UUID) -> Iterator[None]:
    """Work for one tenant from here on, without a transaction yet: a request, a task, a command.

    Queries still need a scope; a scope of another tenant is refused.
    """
    token = _entered.set(tenant_id)
    try:
        yield
    finally:
        _entered.reset(token)


def in_scope(using: str) -> bool:
    """Whether a scope is open on that connection."""
    scope = _scope.get()
    while scope is not None:
        if scope.using == using:
            return True
        scope = scope.outer
    return False


@contextmanager
def tenant_scope(tenant_id: UUID, *, using: str = "default") -> Iterator[None]:
    """Everything inside happens for one tenant, in one transaction of that connection."""
    outer = _scope.get()
    here = outer.tenant_id if outer is not None else _entered.get()
    if here is not None and here != tenant_id:
        raise OtherTenant(f"Working for tenant {here}, asked for {tenant_id}.")
    if in_scope(using):
        yield
        return
    token = _scope.set(_Scope(tenant_id=tenant_id, using=using, outer=outer))
    try:
        with _tenant_transaction(tenant_id, using):
            yield
    finally:
        _scope.reset(token)


@contextmanager
def _tenant_transaction(tenant_id: UUID, using: str) -> Iterator[None]:
    connection = connections[using]
    joined = connection.in_atomic_block
    with transaction.atomic(using=using):
        _set(using, str(tenant_id))
        yield
        hook = _closing.get()
        if hook is not None and using == "default":
            hook()
        if joined:
            # The transaction goes on after this scope: it must not keep the tenant.
            _set(using, "")


def one_row(sql: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The first row of a query of the current tenant, in one trip to the database.

    Inside a scope it is an ordinary statement. Outside it needs no transaction of its own: two
    statements sent together are one, so the tenant is set for the second and gone afterwards.
    """
    connection = connections["default"]
    with connection.cursor() as cursor:
        if in_scope("default"):
            cursor.execute(sql, dict(parameters))
        else:
            setting = {"scope_guc": GUC, "scope_tenant": str(current_tenant())}
            prefix = "select set_config(%(scope_guc)s, %(scope_tenant)s, true); "
            cursor.execute(prefix + sql, {**parameters, **setting})
            cursor.nextset()
        found: tuple[Any, ...] | None = cursor.fetchone()
        return found


def _set(using: str, value: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("select set_config(%s, %s, true)", [GUC, value])
