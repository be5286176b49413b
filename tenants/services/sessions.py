"""Ends sessions: one, those that a provider names, or all of a person, with their tokens if asked.

What ends is noticed at the next request, and by open streams at their next check (a few seconds).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connections, transaction
from django.db.models import F

from downbeat.common.scope import tenant_scope
from tenants.access import require
from tenants.actors import Actor, system_actor
from tenants.audit_words import Change, Type
from tenants.models import ApiToken, ExternalIdentity, FederatedSession, User
from tenants.services import audit, sign_in
from tenants.services.entries import inside
from tenants.sso.known import Known

EXPIRED_BATCH: Final = 5_000
_EXPIRED: Final = """
    delete from tenants_portalsession where session_key in (
        select session_key from tenants_portalsession where expire_date < now() limit %(batch)s)
"""


def end_mine(actor: Actor, user: User, *, tokens: bool) -> None:
    """Ends all of one's sessions; from a session of one tenant's provider, those of that tenant."""
    if actor.confined_to is not None:
        with tenant_scope(actor.confined_to):
            _end_in_tenant(actor, user, actor.confined_to, tokens=tokens)
    else:
        _end_everywhere(actor, user, tokens=tokens)
    sign_in.forget_checked()


def end_of_person(actor: Actor, user: User, *, tokens: bool) -> None:
    """The same of anybody, by an admin of the instance, everywhere."""
    _end_everywhere(actor, user, tokens=tokens)
    sign_in.forget_checked()


def end_in_tenant(actor: Actor, tenant_id: UUID, user_id: UUID, *, tokens: bool) -> None:
    """The same by an admin of a tenant: everything of a person of that tenant; of somebody who
    also belongs elsewhere only what the tenant's providers vouched for."""
    with tenant_scope(tenant_id):
        require(actor, "user.edit")
        user = inside(user_id)
        _end_in_tenant(actor, user, tenant_id, tokens=tokens)
    sign_in.forget_checked()


def end_by_provider(known: Known, *, subject: str | None, sids: Sequence[str] = ()) -> int:
    """A provider says that somebody logged out there; says how many sessions ended here."""
    with tenant_scope(known.tenant_id):
        rows = FederatedSession.objects.filter(provider_id=known.id)
        if subject is not None:
            people = ExternalIdentity.objects.filter(subject=subject, kind=known.description.type)
            rows = rows.filter(identity_id__in=people.values("id"))
        if sids:
            rows = rows.filter(sid__in=list(sids))
        ended = list(rows.values_list("user_id", flat=True))
        rows.delete()
        for user_id in sorted(set(ended)):
            detail = {"provider": known.description.name, "by": "provider"}
            change = Change(Type.LOGOUT, "session.logout", "USER", str(user_id), detail=detail)
            audit.record(system_actor(f"log-out by {known.description.name}"), change)
        return len(ended)


def end_one(tenant_id: UUID, session_id: UUID, actor: Actor) -> None:
    """Ends the session that a provider vouched for, at a log-out here."""
    with tenant_scope(tenant_id):
        FederatedSession.objects.filter(id=session_id).delete()
        change = Change(Type.LOGOUT, "session.logout", "USER", str(actor.id or ""))
        audit.record(actor, change)


def session_of(tenant_id: UUID, session_id: UUID) -> FederatedSession | None:
    """A live session with its identity and provider."""
    with tenant_scope(tenant_id):
        rows = FederatedSession.objects.select_related("identity", "provider")
        return rows.filter(id=session_id).first()


def _end_everywhere(actor: Actor, user: User, *, tokens: bool) -> None:
    with transaction.atomic():
        _raise_epoch(user)
        count = _revoke(ApiToken.objects.filter(user=user).values_list("id", flat=True), tokens)
        change = Change.of("user", "logged out everywhere", user.id, tokensRevoked=count)
        audit.record_instance(actor, change)


def _end_in_tenant(actor: Actor, user: User, tenant_id: UUID, *, tokens: bool) -> None:
    FederatedSession.objects.filter(user=user).delete()
    rows = ApiToken.objects.filter(user=user)
    if user.home_tenant_id == tenant_id:
        _raise_epoch(user)
    else:
        rows = rows.filter(confined_to_id=tenant_id)
    count = _revoke(rows.values_list("id", flat=True), tokens)
    change = Change.of("user", "logged out everywhere", user.id, tokensRevoked=count)
    audit.record(actor, change)


def _raise_epoch(user: User) -> None:
    """Every session carries the epoch that it began in, inside its hash."""
    User.objects.filter(id=user.id).update(session_epoch=F("session_epoch") + 1)


def _revoke(ids: object, wanted: bool) -> int:
    if not wanted:
        return 0
    listed = list(ids)  # type: ignore[call-overload]
    ApiToken.objects.filter(id__in=listed).delete()
    return len(listed)


def forget_expired() -> int:
    """Deletes browser sessions that are over, a batch at a time; returns how many.

    Nobody is signed in by them any more; without this a row of each log-in stays for ever.
    """
    gone = 0
    while True:
        with connections["default"].cursor() as cursor:
            cursor.execute(_EXPIRED, {"batch": EXPIRED_BATCH})
            found = int(cursor.rowcount)
        gone += found
        if found < EXPIRED_BATCH:
            return gone
