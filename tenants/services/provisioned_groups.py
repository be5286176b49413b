"""Groups as a directory says: their names and members. What they may do is said here, by bindings."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from downbeat.common.errors import NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.errors import NameTaken
from tenants.models import DirectoryGroup, Group
from tenants.scim.errors import BadValue, Stale, Taken
from tenants.scim.paths import Document
from tenants.selectors.nestings import groups_around
from tenants.services import audit, shadows
from tenants.services.groups import create_group, delete_store_groups
from tenants.services.provisioned_members import flatten_anew, set_members
from tenants.services.provisioning import LONGEST_NAME, LONGEST_PART


def add_group(actor: Actor, client_id: UUID, document: Document) -> DirectoryGroup:
    """A new group that nobody changes by hand; raises Taken where there is one of that name."""
    with tenant_scope(current_tenant()):
        shadows.rights_locked()
        name, external_id = _named(document)
        try:
            made = create_group(actor, name, "")
        except NameTaken:
            raise Taken(f"displayName {name}") from None
        row = DirectoryGroup.objects.create(
            client_id=client_id, group=made, external_id=external_id
        )
        set_members(actor, row, document)
    return row


def change_group(
    actor: Actor, row: DirectoryGroup, document: Document, *, version: int | None = None
) -> DirectoryGroup:
    """Another name, other members; raises Stale when `version` is no longer the newest."""
    with tenant_scope(current_tenant()):
        require(actor, "group.edit")
        shadows.rights_locked()
        _require_version(row, version)
        before = _state(row)
        name, row.external_id = _named(document)
        _rename(row.group, name)
        set_members(actor, row, document)
        row.version += 1
        row.save()
        change = Change.of("group", "updated", row.group_id)
        audit.record(actor, change, before=before, after=_state(row))
    return row


def remove_group(actor: Actor, row: DirectoryGroup, *, version: int | None = None) -> None:
    """Takes a group away, and with it what its members held through it."""
    with tenant_scope(current_tenant()):
        require(actor, "group.edit")
        shadows.rights_locked()
        _require_version(row, version)
        members = list(row.group.memberships.values_list("user_id", flat=True))
        before = {**_state(row), "members": members}
        audit.record(actor, Change.of("group", "deleted", row.group_id), before=before)
        around = groups_around(row)
        delete_store_groups([row.group.store_group_id])
        flatten_anew(actor, around)
        for member in members:
            shadows.of_access(member)


def group_of(client_id: UUID, group_id: UUID) -> DirectoryGroup:
    """One of a directory's groups, for a change; call inside the tenant's scope."""
    rows = DirectoryGroup.objects.filter(client_id=client_id, group_id=group_id)
    found = rows.select_related("group").select_for_update(of=("self",)).first()
    if found is None:
        raise NotFound("group")
    return found


def _named(document: Document) -> tuple[str, str]:
    name, external_id = str(document["displayName"]), str(document.get("externalId", ""))
    if len(name) > LONGEST_PART or len(external_id) > LONGEST_NAME:
        raise BadValue(
            f"displayName has at most {LONGEST_PART} characters, externalId {LONGEST_NAME}"
        )
    return name, external_id


def _rename(found: Group, name: str) -> None:
    if found.name == name:
        return
    found.name = name
    try:
        with transaction.atomic():
            found.save(update_fields=["name"])
    except IntegrityError:
        raise Taken(f"displayName {name}") from None


def _require_version(row: DirectoryGroup, version: int | None) -> None:
    if version is not None and version != row.version:
        raise Stale(f"it is at version {row.version}")


def _state(row: DirectoryGroup) -> dict[str, object]:
    return {"name": row.group.name, "externalId": row.external_id, "version": row.version}
