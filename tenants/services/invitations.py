"""Invitations: somebody is asked to join a tenant, and joins with what the inviter may give.

The link is a credential: of it the digest is kept, it works once and not for long. Joining happens
in the inviter's name, so an invitation gives no more than its inviter still holds on that day.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from downbeat.common import clock
from downbeat.common.errors import Denied, NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants import tokens
from tenants.access import require, require_grantable
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.errors import (
    AlreadyInside,
    EmailTaken,
    InvitationExists,
    InvitationForKnown,
    InvitationForOther,
    InvitationMissing,
    InvitationStale,
)
from tenants.models import Invitation, InvitationDoor, Namespace, Role, User
from tenants.models.invitations import InvitationState
from tenants.paths import ROOT
from tenants.selectors import identities
from tenants.services import audit, groups, shadows
from tenants.services.bindings import NewBinding, Principal, create_binding
from tenants.services.entries import let_in
from tenants.services.people import create_person, normal_email

LIFE: Final = timedelta(days=7)
LONGEST: Final = timedelta(days=30)


@dataclass(frozen=True)
class Grant:
    """A role on a namespace and below it; without one, in the whole tenant."""

    role_id: UUID
    namespace: str = ROOT


@dataclass(frozen=True)
class Invited:
    """An invitation with its link's secret, which exists at this moment only."""

    row: Invitation
    token: str = field(repr=False)


@dataclass(frozen=True)
class NewMember:
    """Somebody who joins and has no account yet."""

    password: str = field(repr=False)
    first_name: str = ""
    last_name: str = ""


def invite(
    actor: Actor, email: str, group_ids: Sequence[UUID], grants: Sequence[Grant], life: timedelta
) -> Invited:
    """A new invitation; raises InvitationExists while another one waits for the same address."""
    address = normal_email(email)
    with tenant_scope(current_tenant()):
        require(actor, "user.edit")
        _require_grants(actor, group_ids, grants)
        known = User.objects.filter(email=address, home_tenant_id=None).first()
        if known and known.accesses.filter(tenant_id=current_tenant()).exists():
            raise AlreadyInside(email=address)
        _make_room(address)
        row = Invitation(
            email=address,
            invited_by_id=actor.id,
            groups=[str(id) for id in group_ids],
            bindings=[{"roleId": str(it.role_id), "namespace": it.namespace} for it in grants],
        )
        token = _with_link(row, min(life, LONGEST))
        row.save(force_insert=True)
        facts = {"tenant_id": current_tenant(), "user_id": known.id if known else None}
        InvitationDoor.objects.create(invitation_id=row.id, **facts)
        _record(actor, row, "created")
    return Invited(row, token)


def renew(actor: Actor, id: UUID) -> Invited:
    """The same with a new link and all its time; the old link is void."""
    with tenant_scope(current_tenant()):
        require(actor, "user.edit")
        row = invitation(id, lock=True)
        if row.state != InvitationState.PENDING:
            raise InvitationMissing
        grants = _grants_of(row)
        _require_grants(actor, [UUID(item) for item in row.groups], grants)
        # From now on it is the invitation of whoever has sent it again.
        row.invited_by_id = actor.id
        token = _with_link(row, LIFE)
        row.save()
        _record(actor, row, "renewed")
    return Invited(row, token)


def revoke(actor: Actor, id: UUID) -> None:
    """Ends an invitation that nobody has accepted."""
    with tenant_scope(current_tenant()):
        require(actor, "user.edit")
        row = invitation(id, lock=True)
        pending = Invitation.objects.filter(id=row.id, state=InvitationState.PENDING)
        if not pending.update(state=InvitationState.REVOKED):
            raise InvitationMissing
        _record(actor, row, "revoked")


def invitation(id: UUID, *, lock: bool = False) -> Invitation:
    """The one with that id; call inside the tenant's scope."""
    rows = Invitation.objects.filter(id=id)
    found = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound("invitation")
    return found


def opened(id: UUID, link: str) -> tuple[UUID, Invitation]:
    """What a link is about, and of which tenant; raises InvitationMissing for all that is no good."""
    door = InvitationDoor.objects.filter(invitation_id=id).first()
    if door is None:
        raise InvitationMissing
    with tenant_scope(door.tenant_id):
        return door.tenant_id, _opened(id, link, lock=False)


def join(id: UUID, link: str, user: User, *, by: Actor) -> None:
    """Somebody who has an account joins; raises InvitationForOther for another address."""
    tenant_id, _ = opened(id, link)
    with tenant_scope(tenant_id):
        row = _opened(id, link, lock=True)
        if (user.email or "").lower() != row.email:
            raise InvitationForOther(email=row.email)
        _join(row, user, by)


def join_as_new(id: UUID, link: str, new: NewMember) -> User:
    """Somebody makes an account and joins; raises InvitationForKnown where there is one."""
    tenant_id, _ = opened(id, link)
    with tenant_scope(tenant_id):
        row = _opened(id, link, lock=True)
        names = {"first_name": new.first_name, "last_name": new.last_name}
        try:
            user = create_person(row.email, new.password, admin=False, **names)
        except EmailTaken:
            raise InvitationForKnown(email=row.email) from None
        identity = identities.by_id(user.id)
        if identity is None:
            raise NotFound("user")
        actor = identity.actor()
        audit.record(actor, Change.of("user", "created", user.id, email=user.email))
        _join(row, user, actor)
    return user


def _join(row: Invitation, user: User, by: Actor) -> None:
    inviter = identities.by_id(row.invited_by_id) if row.invited_by_id else None
    if inviter is None or not inviter.active:
        raise InvitationStale
    actor = inviter.actor()
    try:
        let_in(actor, user.id)
        for group_id in row.groups:
            groups.add_member(actor, UUID(group_id), user.id)
        for grant in _grants_of(row):
            new = NewBinding(Principal.USER, user.id, grant.role_id, grant.namespace or None)
            create_binding(actor, new)
    except (Denied, NotFound):
        # Who invited no longer may, or a group or a role is gone.
        raise InvitationStale from None
    facts = {"accepted_at": clock.now(), "accepted_by": user.id}
    pending = Invitation.objects.filter(id=row.id, state=InvitationState.PENDING)
    if not pending.update(state=InvitationState.ACCEPTED, **facts):
        raise InvitationMissing
    _record(by, row, "accepted")


def _opened(id: UUID, link: str, *, lock: bool) -> Invitation:
    token = tokens.parse(link)
    rows = Invitation.objects.filter(id=id, state=InvitationState.PENDING)
    row = (rows.select_for_update() if lock else rows).first()
    good = token is not None and row is not None and token.kind is tokens.TokenKind.INVITATION
    if row is None or token is None or not good or row.expires_at <= clock.now():
        raise InvitationMissing
    if not hmac.compare_digest(bytes(row.digest), token.digest):
        raise InvitationMissing
    return row


def _require_grants(actor: Actor, group_ids: Sequence[UUID], grants: Sequence[Grant]) -> None:
    """Nobody invites with what they do not hold."""
    for group_id in group_ids:
        require(actor, "group.edit")
        groups.require_may_fill(actor, groups.group(group_id))
    for grant in grants:
        role = Role.objects.filter(id=grant.role_id).first()
        place = Namespace.objects.filter(path=grant.namespace).first()
        if role is None or place is None:
            raise NotFound("role" if role is None else "namespace")
        require(actor, "binding.edit", place.id)
        require_grantable(actor, frozenset(role.permissions), place.id)


def _make_room(address: str) -> None:
    """One invitation waits for an address at a time; those whose time is over make room."""
    shadows.rights_locked()
    pending = Invitation.objects.filter(email=address, state=InvitationState.PENDING)
    if pending.filter(expires_at__gt=clock.now()).exists():
        raise InvitationExists(email=address)
    pending.update(state=InvitationState.REVOKED)


def _with_link(row: Invitation, life: timedelta) -> str:
    token = tokens.make(tokens.TokenKind.INVITATION, secrets.choice)
    row.lookup, row.digest = token.lookup, token.digest
    row.expires_at = clock.now() + life
    return token.text


def _grants_of(row: Invitation) -> list[Grant]:
    return [Grant(UUID(item["roleId"]), item["namespace"]) for item in row.bindings]


def _record(actor: Actor, row: Invitation, event: str) -> None:
    change = Change.of("invitation", event, row.id, email=row.email)
    audit.record(actor, change.noting(groups=row.groups, bindings=row.bindings))
