"""What a directory reads back: its people and groups as SCIM resources. Call inside the scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from downbeat.common.clock import wire
from tenants.models import DirectoryGroup, DirectoryNesting, DirectoryPerson, Membership
from tenants.scim.documents import schemas_of
from tenants.scim.errors import BadPath
from tenants.scim.filters import Both, Compare, Either, Filter, Op
from tenants.scim.matching import check, matches, ordered
from tenants.scim.paths import Document, compared, locate
from tenants.scim.schema import GROUPS, PEOPLE, ResourceType
from tenants.selectors.rights import memberships_of

AT_ONCE: Final = 500
NESTED: Final = "nested:"
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Wanted:
    """Which resources a client asks for; `start` counts from 1."""

    filter: Filter | None = None
    sort_by: str | None = None
    falling: bool = False
    start: int = 1
    count: int = 100
    members: bool = True


@dataclass(frozen=True)
class Found:
    """A part of what was asked for, and how much there is in all."""

    total: int
    resources: Sequence[Document]


def people(client_id: UUID, wanted: Wanted, base: str) -> Found:
    """Those of a directory's people that are asked for.

    `userName`, `externalId` and `id` are looked up by index; other filters read all of them.
    """
    rows = DirectoryPerson.objects.filter(client_id=client_id).order_by("created_at", "id")
    return _found(rows, wanted, PEOPLE, lambda part: _people(part, base))


def groups(client_id: UUID, wanted: Wanted, base: str) -> Found:
    """Those of a directory's groups that are asked for."""
    rows = DirectoryGroup.objects.filter(client_id=client_id).select_related("group")
    needed = wanted.members or wanted.filter is not None
    return _found(
        rows.order_by("created_at", "id"),
        wanted,
        GROUPS,
        lambda part: _groups(part, base, members=needed),
    )


def person(row: DirectoryPerson, base: str) -> Document:
    """One person."""
    return next(_people([row], base))


def group(row: DirectoryGroup, base: str, *, members: bool = True) -> Document:
    """One group."""
    return next(_groups([row], base, members=members))


def _found(
    rows: QuerySet[M],
    wanted: Wanted,
    type: ResourceType,
    shown: Callable[[Sequence[M]], Iterator[Document]],
) -> Found:
    first = wanted.start - 1
    if wanted.filter is None and wanted.sort_by is None:
        part = list(rows[first : first + wanted.count])
        return Found(rows.count(), list(shown(part)))
    if wanted.filter is not None:
        check(wanted.filter, type)
        rows = rows.filter(_narrowed(wanted.filter, type))
    parts = _batched(rows.iterator(chunk_size=AT_ONCE))
    all_of_them = (document for part in parts for document in shown(part))
    fitting: Iterable[Document] = (
        document
        for document in all_of_them
        if wanted.filter is None or matches(document, wanted.filter, type)
    )
    if wanted.sort_by is not None:
        fitting = ordered(fitting, wanted.sort_by, type, falling=wanted.falling)
    return _page(fitting, first, wanted.count)


def _batched(rows: Iterator[M]) -> Iterator[list[M]]:
    while part := list(islice(rows, AT_ONCE)):
        yield part


def _page(documents: Iterable[Document], first: int, count: int) -> Found:
    kept: list[Document] = []
    total = 0
    for total, document in enumerate(documents, start=1):
        if first < total <= first + count:
            kept.append(document)
    return Found(total, kept)


def _narrowed(filter: Filter, type: ResourceType) -> Q:
    """Rows among which all that fit the filter are; how few they are depends on the columns."""
    match filter:
        case Both(left, right):
            return _narrowed(left, type) & _narrowed(right, type)
        case Either(left, right):
            sides = [_narrowed(side, type) for side in (left, right)]
            return sides[0] | sides[1] if all(sides) else Q()
        case Compare(path, Op.EQ, str() as value):
            return _column(path, value, type)
        case _:
            return Q()


def _column(path: str, value: str, type: ResourceType) -> Q:
    try:
        place = compared(locate(path, type))
    except BadPath:
        return Q()
    names = (type.name, place.attribute.name)
    if place.extension is not None:
        return Q()
    match names:
        case (_, "externalId"):
            return Q(external_id=value)
        case ("User", "userName"):
            return Q(user_name__iexact=value)
        case ("User", "id"):
            return Q(user_id=_id(value))
        case ("Group", "displayName"):
            return Q(group__name__iexact=value)
        case ("Group", "id"):
            return Q(group_id=_id(value))
        case ("Group", "members") if place.last.name == "value":
            return _with_member(_id(value))
        case _:
            return Q()


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _people(rows: Sequence[DirectoryPerson], base: str) -> Iterator[Document]:
    belonging = memberships_of(row.user_id for row in rows)
    for row in rows:
        inside = [
            {"value": str(each.group_id), "display": each.group.name, "type": _way(each)}
            for each in belonging[row.user_id]
        ]
        document = {**row.document, "userName": row.user_name, "active": row.active}
        if row.external_id:
            document["externalId"] = row.external_id
        if inside:
            document["groups"] = inside
        yield _with_meta(document, PEOPLE, row.user_id, row, base)


def _groups(rows: Sequence[DirectoryGroup], base: str, *, members: bool) -> Iterator[Document]:
    belonging = _members(rows, base) if members else {row.group_id: [] for row in rows}
    for row in rows:
        document: Document = {"displayName": row.group.name}
        if row.external_id:
            document["externalId"] = row.external_id
        if belonging[row.group_id]:
            document["members"] = belonging[row.group_id]
        yield _with_meta(document, GROUPS, row.group_id, row, base)


def _members(rows: Sequence[DirectoryGroup], base: str) -> dict[UUID, list[Document]]:
    """People and groups that a directory named in its groups; whom those bring along is not said."""
    belonging: dict[UUID, list[Document]] = {row.group_id: [] for row in rows}
    joined = Membership.objects.filter(group_id__in=list(belonging)).order_by("id")
    direct = list(joined.exclude(source__startswith=NESTED))
    names = _names({each.user_id for each in direct})
    for each in direct:
        shown = {
            "value": str(each.user_id),
            "display": names.get(each.user_id, str(each.user_id)),
            "type": "User",
            "$ref": f"{base}/Users/{each.user_id}",
        }
        belonging[each.group_id].append(shown)
    inside = DirectoryNesting.objects.filter(outer__in=rows).order_by("id")
    for edge in inside.select_related("outer", "inner__group"):
        shown = {
            "value": str(edge.inner.group_id),
            "display": edge.inner.group.name,
            "type": "Group",
            "$ref": f"{base}/Groups/{edge.inner.group_id}",
        }
        belonging[edge.outer.group_id].append(shown)
    return belonging


def _with_member(id: UUID) -> Q:
    """Groups in which a person or a group is named."""
    people = Membership.objects.filter(user_id=id).values("group_id")
    groups = DirectoryNesting.objects.filter(inner__group_id=id).values("outer_id")
    return Q(group_id__in=people) | Q(id__in=groups)


def _way(row: Membership) -> str:
    return "indirect" if row.source.startswith(NESTED) else "direct"


def _names(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What the directory itself calls people; the names of their accounts are none of its business."""
    rows = DirectoryPerson.objects.filter(user_id__in=list(user_ids))
    found = rows.values_list("user_id", "user_name", "document__displayName")
    return {id: shown or name for id, name, shown in found}


def _with_meta(document: Document, type: ResourceType, id: UUID, row: Any, base: str) -> Document:
    return {
        "schemas": schemas_of(document, type),
        "id": str(id),
        **document,
        "meta": {
            "resourceType": type.name,
            "created": wire(row.created_at),
            "lastModified": wire(row.updated_at),
            "location": f"{base}{type.endpoint}/{id}",
            "version": f'W/"{row.version}"',
        },
    }
