"""Writes the audit trail: one entry in the transaction of the change, or the change does not happen.

    audit.record(actor, Change.of("role", "updated", role.id), before=..., after=...)

Theory of operation. Services record what they change, with the facts before and after. Behind them
stands a net: while a request that may change something is followed (`following`), the first
transaction of it that wrote anything and recorded nothing gets an entry of the request itself,
before it commits. So a new route is audited before anybody thinks of it. Refusals are recorded in
a transaction of their own, because that of the request is undone.

What happens to the instance, and not in a tenant, has a chain of its own under a nil id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connections

from downbeat.common import clock
from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant, scope_closing, tenant_scope
from tenants.actors import Actor
from tenants.audit_words import Change, Type, clean
from tenants.services.audit_budget import allowance

INSTANCE: Final = UUID(int=0)
_INSERT: Final = """
    insert into tenants_auditentry (id, tenant_id, at, type, action, resource, object_id, namespace,
           actor_id, actor_name, body, digest)
    select %(id)s, %(tenant)s, %(at)s, %(type)s, %(action)s, %(resource)s, %(object_id)s,
           %(namespace)s, %(actor_id)s, %(actor_name)s, %(body)s, %(digest)s
"""
# One trip for the question and the entry: a transaction that wrote nothing has no number.
_IF_WROTE: Final = f"{_INSERT} where pg_current_xact_id_if_assigned() is not null"


@dataclass(frozen=True)
class Origin:
    """Where a request comes from."""

    address: str = ""
    agent: str = ""


@dataclass
class Trail:
    """A request that is followed: who asks for what, and whether something was recorded yet."""

    actor: Actor
    change: Change
    recorded: bool = False
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


_NOWHERE: Final = Origin()
_origin: ContextVar[Origin] = ContextVar("downbeat_audit_origin", default=_NOWHERE)
_trail: ContextVar[Trail | None] = ContextVar("downbeat_audit_trail", default=None)


def record(
    actor: Actor,
    change: Change,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> UUID:
    """One entry of the current tenant, in this transaction; values that may be secret are hidden."""
    facts = _entry(actor, change, before, after)
    with connections["default"].cursor() as cursor:
        cursor.execute(_INSERT, facts)
    trail = _trail.get()
    if trail is not None:
        trail.recorded = True
    return UUID(str(facts["id"]))


def tell(
    *, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None
) -> None:
    """What the request under way changes, for the entry that the net makes of it.

    Told more than once, the states are joined: a bulk tells one object after the other, each under
    its own name. Without a request under way nothing happens.
    """
    trail = _trail.get()
    if trail is None:
        return
    trail.before = {**(trail.before or {}), **(before or {})} or None
    trail.after = {**(trail.after or {}), **(after or {})} or None


def _entry(
    actor: Actor,
    change: Change,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The columns of an entry; the body is what its digest is taken of."""
    entry_id, now = uuid7(), clock.now()
    said = {
        "id": entry_id,
        "tenantId": current_tenant(),
        "at": now.isoformat(),
        "type": change.type,
        "action": change.action,
        "resource": change.resource,
        "objectId": change.object_id,
        "namespace": change.namespace,
        "actor": _actor(actor),
        "origin": _from(),
        "detail": clean(change.detail),
        "before": clean(before),
        "after": clean(after),
    }
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    body = orjson.dumps(said, option=options, default=str)
    return {
        "id": entry_id,
        "tenant": current_tenant(),
        "at": now,
        "type": change.type.value,
        "action": change.action,
        "resource": change.resource,
        "object_id": change.object_id,
        "namespace": change.namespace,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "body": body.decode(),
        "digest": hashlib.sha256(body).digest(),
    }


def record_instance(
    actor: Actor,
    change: Change,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """One entry of the instance. Call it outside of a tenant's scope; joins an open transaction."""
    with tenant_scope(INSTANCE):
        record(actor, change, before=before, after=after)


@contextmanager
def from_(origin: Origin) -> Iterator[None]:
    """Entries say that what happens inside comes from there."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


@contextmanager
def following(trail: Trail) -> Iterator[None]:
    """The net under a request: its first transaction that writes leaves an entry."""

    def before_commit() -> None:
        if trail.recorded:
            return
        facts = _entry(trail.actor, trail.change, trail.before, trail.after)
        with connections["default"].cursor() as cursor:
            cursor.execute(_IF_WROTE, facts)
            trail.recorded = cursor.rowcount == 1

    token = _trail.set(trail)
    try:
        with scope_closing(before_commit):
            yield
    finally:
        _trail.reset(token)


def refused(tenant_id: UUID, actor: Actor, change: Change) -> None:
    """Records a refusal, in a transaction of its own; a flood of them is counted, not stored."""
    kept, suppressed = allowance.take()
    if not kept:
        return
    with tenant_scope(tenant_id):
        record(actor, change.noting(suppressed=suppressed) if suppressed else change)


def signed_in(actor: Actor, type: Type, **detail: object) -> None:
    """Records that somebody came, went, or was turned away."""
    change = Change(type, f"session.{type.lower()}", "USER", str(actor.id or ""), detail=detail)
    if type is Type.LOGIN_FAILURE:
        refused(INSTANCE, actor, change)
    else:
        record_instance(actor, change)


def _actor(actor: Actor) -> dict[str, Any]:
    return {
        "id": actor.id,
        "name": actor.name,
        "kind": actor.kind,
        "tokenId": actor.token_id,
        "superAdmin": actor.super_admin,
    }


def _from() -> dict[str, Any]:
    origin = _origin.get()
    return {"address": origin.address, "agent": origin.agent[:200]}
