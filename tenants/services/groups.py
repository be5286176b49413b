"""Groups of people and service accounts; membership gives rights, so it needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.contrib.auth.models import Group as StoreGroup
from django.db import IntegrityError, connections, transaction

from downbeat.common.errors import Denied, NotFound
from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import can, require, require_grantable
from tenants.actors import Actor, some_id, system_actor
from tenants.audit_words import Change
from tenants.errors import GroupIsExternal, NameTaken
from tenants.models import Binding, DirectoryGroup, Group, Membership, User
from tenants.services import audit, shadows
from tenants.services.people import principal


def create_group(actor: Actor, name: str, description: str) -> Group:
    """A new group of people."""
    with tenant_scope(current_tenant()):
        require(actor, "group.edit")
        if Group.objects.filter(name=name).exists():
            raise NameTaken(name=name)
        store = StoreGroup.objects.create(name=str(uuid7()))
        made = Group.objects.create(name=name, description=description, store_group=store)
        audit.record(actor, Change.of("group", "created", made.id), after=_state(made))
        return made


def update_group(actor: Actor, group_id: UUID, name: str, description: str | None) -> Group:
    """Another name or description; the members and what they hold stay."""
    with tenant_scope(current_tenant()):
        require(actor, "group.edit")
        found = group(group_id)
        require_by_hand(found)
        before = _state(found)
        found.name = name
        if description is not None:
            found.description = description
        try:
            with transaction.atomic():
                found.save(update_fields=["name", "description"])
        except IntegrityError:
            raise NameTaken(name=name) from None
        change = Change.of("group", "updated", found.id)
        audit.record(actor, change, before=before, after=_state(found))
        return found


def delete_group(actor: Actor, group_id: UUID) -> None:
    """Takes a group away, and with it what its members held through it."""
    with tenant_scope(current_tenant()):
        require(actor, "group.edit")
        shadows.rights_locked()
        found = group(group_id)
        require_by_hand(found)
        members = list(found.memberships.values_list("user_id", flat=True))
        _require_own_rights(actor, found)
        delete_store_groups([found.store_group_id])
        for member in members:
            shadows.of_access(member)
        before = {**_state(found), "members": members}
        audit.record(actor, Change.of("group", "deleted", found.id), before=before)


def delete_store_groups(ids: list[int]) -> None:
    """Takes guardian's groups away, and with them, in the database, all that hangs on them.

    Not through the ORM: it would look for rows in guardian's generic tables, which are closed.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("delete from auth_group where id = any(%s)", [ids])


def add_member(actor: Actor, group_id: UUID, user_id: UUID, *, owner: bool | None = None) -> User:
    """Lets somebody in; an owner of a group looks after its members. None leaves that as it is."""
    with tenant_scope(current_tenant()):
        found, user = _members_of(actor, group_id, user_id)
        row, made = Membership.objects.get_or_create(group=found, user=user)
        before = None if made else _belonging(row)
        if owner is not None and row.owner != owner:
            row.owner = owner
            row.save(update_fields=["owner"])
        shadows.of_access(user.id)
        _record_member(actor, found, user, before=before, after=_belonging(row))
        return user


def remove_member(actor: Actor, group_id: UUID, user_id: UUID) -> User:
    """Takes somebody out; who belongs by their identity provider leaves there."""
    with tenant_scope(current_tenant()):
        found, user = _members_of(actor, group_id, user_id)
        rows = Membership.objects.filter(group=found, user=user)
        if rows.exclude(source="").exists():
            raise GroupIsExternal(name=found.name)
        before = next((_belonging(row) for row in rows), None)
        rows.delete()
        shadows.of_access(user.id)
        _record_member(actor, found, user, before=before, after=None)
        return user


def set_groups(actor: Actor, user_id: UUID, group_ids: Iterable[UUID]) -> None:
    """The groups that somebody belongs to, exactly; each change needs what the group holds."""
    wanted = set(group_ids)
    with tenant_scope(current_tenant()):
        require(actor, "group.edit")
        principal(user_id)
        rows = Membership.objects.filter(user_id=user_id, source="")
        have = set(rows.values_list("group_id", flat=True))
        for group_id in sorted(wanted - have):
            add_member(actor, group_id, user_id)
        for group_id in sorted(have - wanted):
            remove_member(actor, group_id, user_id)


def enter_groups(
    user_id: UUID,
    names: Iterable[str],
    *,
    source: str,
    parents: Mapping[str, Iterable[str]] | None = None,
) -> None:
    """What an identity provider says at a log-in: the groups of a person in the current tenant.

    Groups that hold groups are flattened here, once; names that the tenant does not know mean
    nothing. What people set by hand stays, and what other providers said stays too.
    """
    if not source:
        raise ValueError("the identity provider needs a name")
    named = flattened(names, parents or {})
    with tenant_scope(current_tenant()):
        shadows.rights_locked()
        known = set(Group.objects.filter(name__in=named).values_list("id", flat=True))
        said = Membership.objects.filter(user_id=user_id, source=source)
        said.exclude(group_id__in=known).delete()
        Membership.objects.bulk_create(
            (Membership(user_id=user_id, group_id=id, source=source) for id in sorted(known)),
            ignore_conflicts=True,
        )
        shadows.of_access(user_id)
        change = Change.of("group", "entered", user_id, source=source, groups=sorted(named))
        audit.record(system_actor(f"log-in by {source}"), change)


def flattened(names: Iterable[str], parents: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The groups and all groups that they lie in, also when those lie in each other."""
    found: set[str] = set()
    ahead = list(names)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead.extend(parents.get(name, ()))
    return frozenset(found)


def group(group_id: UUID) -> Group:
    """The group with that id; call inside the tenant's scope."""
    found = Group.objects.filter(id=group_id).first()
    if found is None:
        raise NotFound("group")
    return found


def require_may_fill(actor: Actor, found: Group) -> None:
    """Raises unless the actor may let people into a group: by hand, and holding what it holds."""
    require_by_hand(found)
    _require_own_rights(actor, found)


def require_by_hand(found: Group) -> None:
    """Raises GroupIsExternal for a group that a directory looks after."""
    if DirectoryGroup.objects.filter(group=found).exists():
        raise GroupIsExternal(name=found.name)


def _state(found: Group) -> dict[str, object]:
    return {"name": found.name, "description": found.description}


def _belonging(row: Membership) -> dict[str, object]:
    return {"membership": "OWNER" if row.owner else "MEMBER", "source": row.source}


def _record_member(
    actor: Actor,
    found: Group,
    user: User,
    *,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
) -> None:
    if before != after:
        change = Change.of("group", "members changed", found.id, name=found.name)
        change = change.noting(userId=user.id, user=user.display_name)
        audit.record(actor, change, before=before, after=after)


def _members_of(actor: Actor, group_id: UUID, user_id: UUID) -> tuple[Group, User]:
    """A group and somebody, for whoever may change its members."""
    found = group(group_id)
    if not can(actor, "group.edit") and not _owns(actor, found):
        raise Denied(permission="group.edit")
    shadows.rights_locked()
    require_may_fill(actor, found)
    return found, principal(user_id)


def _owns(actor: Actor, found: Group) -> bool:
    rows = Membership.objects.filter(group=found, user_id=some_id(actor), owner=True)
    return can(actor, "group.view") and rows.exists()


def _require_own_rights(actor: Actor, found: Group) -> None:
    """Membership gives rights away: it needs them, as a binding does."""
    for binding in Binding.objects.filter(group=found).select_related("role"):
        require_grantable(actor, frozenset(binding.role.permissions), binding.namespace_id)
