"""Groups of a directory inside others: what surrounds one, and who is in one through another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from tenants.models import DirectoryGroup, DirectoryNesting, Membership

Edges = Mapping[UUID, set[UUID]]


def source_of(client_id: UUID) -> str:
    """How memberships say that this directory has made them."""
    return f"scim:{client_id}"


def nested_source_of(client_id: UUID) -> str:
    """The same of who belongs to a group through a group inside it."""
    return f"nested:{client_id}"


def groups_around(row: DirectoryGroup) -> list[DirectoryGroup]:
    """The groups that a group belongs to, directly or through others."""
    found = _reached(row.id, _edges("inner_id", "outer_id")) - {row.id}
    return list(DirectoryGroup.objects.filter(id__in=found).select_related("group"))


def within(ids: Iterable[UUID]) -> set[UUID]:
    """Those groups and all that are inside of them."""
    inwards = _edges("outer_id", "inner_id")
    return {found for id in ids for found in _reached(id, inwards)}


def people_within(row: DirectoryGroup, *, without: UUID | None = None) -> set[UUID]:
    """The people that the directory named in the groups inside this one, as if one were gone."""
    inwards = _edges("outer_id", "inner_id", without=without)
    inside = _reached(row.id, inwards) - {row.id}
    rows = Membership.objects.filter(
        group__directory__id__in=inside, source=source_of(row.client_id)
    )
    return set(rows.values_list("user_id", flat=True))


def left_behind(group_id: UUID) -> set[tuple[UUID, UUID]]:
    """Whom other groups would lose if a group went, as pairs of group and person."""
    row = DirectoryGroup.objects.filter(group_id=group_id).first()
    if row is None:
        return set()
    found: set[tuple[UUID, UUID]] = set()
    for outer in groups_around(row):
        nested = Membership.objects.filter(
            group_id=outer.group_id, source=nested_source_of(outer.client_id)
        )
        gone = set(nested.values_list("user_id", flat=True)) - people_within(outer, without=row.id)
        found |= {(outer.group_id, user_id) for user_id in gone}
    return found


def _edges(here: str, there: str, *, without: UUID | None = None) -> Edges:
    found: dict[UUID, set[UUID]] = {}
    for one, other in DirectoryNesting.objects.values_list(here, there):
        if without not in (one, other):
            found.setdefault(one, set()).add(other)
    return found


def _reached(start: UUID, edges: Edges) -> set[UUID]:
    """Where one gets from there, the start with it."""
    found, waiting = {start}, [start]
    while waiting:
        for next in edges.get(waiting.pop(), set()) - found:
            found.add(next)
            waiting.append(next)
    return found
