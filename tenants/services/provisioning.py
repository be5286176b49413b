"""People as a directory says: let into the tenant, shut out, and described.

A directory never changes an account: one person may work in several tenants. What it says about
somebody is kept beside their entry of this tenant, and `active` opens and shuts this door only.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from downbeat.common.errors import NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require
from tenants.actors import Actor, system_actor
from tenants.audit_words import Change
from tenants.errors import EmailTaken
from tenants.models import DirectoryPerson, Role, TenantAccess, User
from tenants.models.people import UserKind
from tenants.scim.errors import BadValue, Stale, Taken
from tenants.scim.paths import Document
from tenants.services import audit, shadows, sign_in
from tenants.services.bindings import NewBinding, Principal, create_binding
from tenants.services.entries import suspend, take_out
from tenants.services.people import create_person

LONGEST_NAME: Final = 300
LONGEST_PART: Final = 150
LONGEST_ADDRESS: Final = 254


def add_person(actor: Actor, client_id: UUID, document: Document) -> DirectoryPerson:
    """Somebody new in the tenant: an account that exists under their address, or a new one."""
    with tenant_scope(current_tenant()):
        require(actor, "user.edit")
        shadows.rights_locked()
        row = DirectoryPerson(client_id=client_id, user=_account(actor, document))
        if DirectoryPerson.objects.filter(user=row.user).exists():
            raise Taken("a directory has this person already")
        _describe(row, document)
        _save(row)
        _open(actor, row.user)
        suspend(actor, row.user, suspended=not row.active)
        _record(actor, row, "provisioned", before=None)
    sign_in.forget_checked()
    return row


def change_person(
    actor: Actor, row: DirectoryPerson, document: Document, *, version: int | None = None
) -> DirectoryPerson:
    """Describes somebody anew; raises Stale when `version` is no longer the newest."""
    with tenant_scope(current_tenant()):
        require(actor, "user.edit")
        _require_version(row, version)
        before = _state(row)
        _describe(row, document)
        row.version += 1
        _save(row)
        suspend(actor, row.user, suspended=not row.active)
        _record(actor, row, "described", before=before)
    sign_in.forget_checked()
    return row


def remove_person(actor: Actor, row: DirectoryPerson, *, version: int | None = None) -> None:
    """Takes somebody out of the tenant with all that they hold in it; raises LastAdmin."""
    with tenant_scope(current_tenant()):
        require(actor, "user.edit")
        shadows.rights_locked()
        _require_version(row, version)
        take_out(actor, row.user)
        _record(actor, row, "deprovisioned", before=_state(row))
        DirectoryPerson.objects.filter(id=row.id).delete()
    sign_in.forget_checked()


def person_of(client_id: UUID, user_id: UUID) -> DirectoryPerson:
    """One of a directory's people, for a change; call inside the tenant's scope."""
    rows = DirectoryPerson.objects.filter(client_id=client_id, user_id=user_id)
    found = rows.select_related("user").select_for_update(of=("self",)).first()
    if found is None:
        raise NotFound("user")
    return found


def _account(actor: Actor, document: Document) -> User:
    """The account under somebody's address; one that is made now belongs to this tenant alone."""
    address = _address(document)
    found = _known(address)
    if found is not None:
        return found
    name = document.get("name") or {}
    names = {"first_name": name.get("givenName", ""), "last_name": name.get("familyName", "")}
    parts = {key: str(value)[:LONGEST_PART] for key, value in names.items()}
    try:
        made = create_person(address, None, admin=False, **parts)
    except EmailTaken:
        raise Taken(f"an account that is not this tenant's has the address {address}") from None
    # Its address is this tenant's word, so it means nothing in another.
    User.objects.filter(id=made.id).update(home_tenant_id=current_tenant())
    made.home_tenant_id = current_tenant()
    audit.record(actor, Change.of("user", "created", made.id, email=address))
    return made


def _known(address: str) -> User | None:
    """This tenant's own account with that address before the instance's."""
    mine = Q(home_tenant_id=current_tenant()) | Q(home_tenant=None)
    rows = User.objects.filter(mine, email=address, kind=UserKind.STANDARD)
    return rows.order_by(F("home_tenant_id").asc(nulls_last=True)).first()


def _address(document: Document) -> str:
    """The address under which the person signs in: the user name, or their mail's."""
    mails = sorted(
        (item for item in document.get("emails") or [] if item.get("value")),
        key=lambda item: (not item.get("primary"), item.get("type") != "work"),
    )
    for text in (document.get("userName", ""), *(item["value"] for item in mails)):
        address = str(text).strip().lower()
        try:
            validate_email(address)
        except ValidationError:
            continue
        if len(address) <= LONGEST_ADDRESS:
            return address
    raise BadValue("neither userName nor emails hold an e-mail address")


def _describe(row: DirectoryPerson, document: Document) -> None:
    rest = dict(document)
    row.user_name = str(rest.pop("userName"))
    row.external_id = str(rest.pop("externalId", ""))
    row.active = bool(rest.pop("active", True))
    row.document = rest
    if max(len(row.user_name), len(row.external_id)) > LONGEST_NAME:
        raise BadValue(f"userName and externalId have at most {LONGEST_NAME} characters")


def _open(actor: Actor, user: User) -> None:
    """The entry, with the tenant's default role for who did not have one."""
    facts = {"user": user, "tenant_id": current_tenant()}
    _, made = TenantAccess.objects.get_or_create(**facts, defaults={"granted": True})
    TenantAccess.objects.filter(**facts).update(granted=True)
    role = Role.objects.filter(is_default=True).first() if made else None
    if role is not None:
        create_binding(system_actor(actor.name), NewBinding(Principal.USER, user.id, role.id))
    if made:
        audit.record(actor, Change.of("access", "created", user.id, user=user.display_name))


def _save(row: DirectoryPerson) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Taken(f"userName {row.user_name}") from None


def _require_version(row: DirectoryPerson, version: int | None) -> None:
    if version is not None and version != row.version:
        raise Stale(f"it is at version {row.version}")


def _state(row: DirectoryPerson) -> dict[str, object]:
    return {
        "userName": row.user_name,
        "externalId": row.external_id,
        "active": row.active,
        "version": row.version,
    }


def _record(
    actor: Actor, row: DirectoryPerson, event: str, *, before: dict[str, object] | None
) -> None:
    after = None if event == "deprovisioned" else _state(row)
    audit.record(actor, Change.of("user", event, row.user_id), before=before, after=after)
