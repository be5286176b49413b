"""Who belongs to a directory's groups: the people that it names, and those of the groups that it names.

Theory of operation. Groups inside groups are kept as the directory wrote them, and flattened into
memberships, which are all that rights look at. A membership says by its source whether the directory
named the person (`scim:`) or one came by a group inside (`nested:`). Whatever changes a group changes
those around it: they are flattened anew, in the same transaction. Call where rights are locked.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.models import DirectoryGroup, DirectoryNesting, DirectoryPerson, Membership
from tenants.scim.errors import BadValue
from tenants.scim.paths import Document
from tenants.selectors.nestings import (
    groups_around,
    nested_source_of,
    people_within,
    source_of,
    within,
)
from tenants.services import audit, shadows


def set_members(actor: Actor, row: DirectoryGroup, document: Document) -> None:
    """Exactly those members, each a person or a group of this directory."""
    wanted = set(_ids(document.get("members") or []))
    people = _people(row.client_id, wanted)
    inner = {
        found.id: found
        for found in DirectoryGroup.objects.filter(
            client_id=row.client_id, group_id__in=wanted - people
        )
    }
    unknown = wanted - people - {found.group_id for found in inner.values()}
    if unknown:
        raise BadValue(f"the directory has no person and no group {sorted(unknown)[0]}")
    _set_inner(row, set(inner))
    around = groups_around(row)
    _flatten(actor, row, named=people)
    for outer in around:
        _flatten(actor, outer, named=None)


def flatten_anew(actor: Actor, rows: Iterable[DirectoryGroup]) -> None:
    """Takes out of those groups whoever was in them through one that is gone."""
    for row in rows:
        _flatten(actor, row, named=None)


def _set_inner(row: DirectoryGroup, wanted: set[UUID]) -> None:
    rows = DirectoryNesting.objects.filter(outer=row)
    have = set(rows.values_list("inner_id", flat=True))
    rows.filter(inner_id__in=have - wanted).delete()
    DirectoryNesting.objects.bulk_create(
        DirectoryNesting(outer=row, inner_id=id) for id in sorted(wanted - have)
    )
    if wanted and row.id in within(wanted):
        raise BadValue("a group cannot belong to itself, not through another group either")


def _flatten(actor: Actor, row: DirectoryGroup, *, named: set[UUID] | None) -> None:
    """Makes the memberships of one group; `named` are the people in it, None for those who are."""
    source, nested = source_of(row.client_id), nested_source_of(row.client_id)
    rows = Membership.objects.filter(group=row.group)
    have = dict(rows.values_list("user_id", "source"))
    if named is None:
        named = {id for id, said in have.items() if said != nested}
    wanted = dict.fromkeys(people_within(row), nested) | dict.fromkeys(named, source)
    gone, come = set(have) - set(wanted), set(wanted) - set(have)
    rows.filter(user_id__in=gone).delete()
    for said in (source, nested):
        changed = [id for id in wanted if wanted[id] == said and have.get(id, said) != said]
        rows.filter(user_id__in=changed).update(source=said)
    Membership.objects.bulk_create(
        Membership(group=row.group, user_id=id, source=wanted[id]) for id in sorted(come)
    )
    for id in sorted(gone | come):
        shadows.of_access(id)
    if gone or come:
        change = Change.of("group", "members changed", row.group_id, name=row.group.name)
        audit.record(actor, change, before={"left": sorted(gone)}, after={"joined": sorted(come)})


def _people(client_id: UUID, wanted: set[UUID]) -> set[UUID]:
    known = DirectoryPerson.objects.filter(client_id=client_id, user_id__in=wanted)
    return set(known.values_list("user_id", flat=True))


def _ids(members: Iterable[Document]) -> Iterable[UUID]:
    for member in members:
        try:
            yield UUID(str(member.get("value")))
        except ValueError:
            raise BadValue(f"{member.get('value')} is no member's id") from None
