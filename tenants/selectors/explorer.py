"""Explains rights: who may, why somebody may, what would be lost, what nobody uses.

Reads bindings, the truth that guardian's rows are made from. Call inside the tenant's scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from downbeat.common.scope import current_tenant
from tenants.models import Binding, Membership, PermissionUse, TenantAccess, User
from tenants.paths import lineage
from tenants.selectors.nestings import left_behind


@dataclass(frozen=True)
class Chain:
    """One way to a right: a binding, the group it is for (or nobody's), its role, its place."""

    binding: Binding

    @property
    def permissions(self) -> frozenset[str]:
        """What it gives, at its place and below."""
        return frozenset(self.binding.role.permissions)


@dataclass(frozen=True)
class Holder:
    """Somebody who may, and every way by which they do."""

    user: User
    chains: tuple[Chain, ...]
    resting: bool = False
    """Whether the door is shut to them, here or everywhere: what they hold means nothing now."""


@dataclass(frozen=True)
class Kept:
    """What somebody could do all the same in a namespace and below it."""

    namespace: str
    permissions: tuple[str, ...]


@dataclass(frozen=True)
class Loss:
    """What somebody could no longer do in a namespace and below it, but for where they keep it."""

    user: User
    namespace: str
    permissions: tuple[str, ...]
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True)
class Idle:
    """Permissions of a binding that none of its people has used since a day."""

    binding: Binding
    unused: tuple[str, ...]
    used: Mapping[str, date]


def holders(permission: str, path: str) -> list[Holder]:
    """Everybody who holds that in a namespace, by name; four queries."""
    rows = [row for row in _reaching(path) if permission in row.role.permissions]
    members = _people_of(rows)
    users = _people({id for ids in members.values() for id in ids})
    shut = shut_out(user.id for user in users)
    return [
        Holder(
            user,
            tuple(Chain(row) for row in rows if user.id in members[row.id]),
            resting=user.id in shut or not user.active,
        )
        for user in users
    ]


def shut_out(user_ids: Iterable[UUID]) -> set[UUID]:
    """Those of them whose way into the current tenant is suspended."""
    rows = TenantAccess.objects.filter(tenant_id=current_tenant(), suspended=True)
    return set(rows.filter(user_id__in=list(user_ids)).values_list("user_id", flat=True))


def chains(user_id: UUID, permission: str, path: str) -> list[Chain]:
    """Every way by which somebody may do that there; none when they may not. Two queries."""
    rows = _of(user_id, _reaching(path))
    return [Chain(row) for row in rows if permission in row.role.permissions]


def everything_of(user_id: UUID) -> list[Binding]:
    """Every binding that names somebody or a group of theirs."""
    return _of(user_id, _bindings().order_by("namespace__path", "created_at", "id"))


def losses(going: Sequence[Binding], *, of_group: UUID | None = None) -> list[Loss]:
    """What whom would lose where, if those bindings went; with their group, when it is named.

    Whoever is in other groups only through that one leaves those with it. Super-admins lose
    nothing. Three queries, and one for each person and two for each group around that one.
    """
    gone = {row.id for row in going}
    left = left_behind(of_group) if of_group else set()
    around = list(_bindings().filter(group_id__in={group_id for group_id, _ in left}))
    members = _people_of(going)
    reached = {id for ids in members.values() for id in ids} | {id for _, id in left}
    found: list[Loss] = []
    for user in sorted(_people(reached), key=lambda user: str(user.id)):
        if not user.super_admin:
            lost = [row for row in going if user.id in members[row.id]]
            lost += [row for row in around if (row.group_id, user.id) in left]
            held = everything_of(user.id)
            out = {group_id for group_id, user_id in left if user_id == user.id}
            after = [row for row in held if row.id not in gone and row.group_id not in out]
            found += _losses_of(user, lost, held, after)
    return sorted(found, key=lambda loss: (loss.namespace, str(loss.user.id)))


def _losses_of(
    user: User, lost: Sequence[Binding], held: Sequence[Binding], after: Sequence[Binding]
) -> Iterator[Loss]:
    for path in sorted({row.namespace.path for row in lost}):
        above = set(lineage(path))
        less = _union(_at(held, above)) - _union(_at(after, above))
        if less:
            below = [row for row in after if row.namespace.path not in above]
            yield Loss(user, path, tuple(sorted(less)), tuple(_kept(below, path, less)))


def _kept(rows: Iterable[Binding], path: str, less: frozenset[str]) -> Iterator[Kept]:
    """Where below a place other bindings give what is lost at it."""
    places: dict[str, frozenset[str]] = {}
    for row in rows:
        place, given = row.namespace.path, less & frozenset(row.role.permissions)
        if given and path in lineage(place):
            places[place] = places.get(place, frozenset()) | given
    for place, given in sorted(places.items()):
        yield Kept(place, tuple(sorted(given)))


def _at(rows: Iterable[Binding], above: set[str]) -> Iterator[Binding]:
    return (row for row in rows if row.namespace.path in above)


def idle(since: date, made_before: datetime) -> list[Idle]:
    """Bindings with permissions that nobody who has them used since a day; young ones left out."""
    rows = list(_bindings().filter(created_at__lt=made_before).order_by("created_at", "id"))
    members = _people_of(rows)
    uses = PermissionUse.objects.filter(last_on__gte=since)
    used: dict[UUID, dict[str, date]] = {}
    for user_id, permission, last in uses.values_list("user_id", "permission", "last_on"):
        used.setdefault(user_id, {})[permission] = last
    found = [_idle(row, [used.get(user, {}) for user in members[row.id]]) for row in rows]
    return [row for row in found if row.unused]


def recorded_since() -> date | None:
    """The first day whose uses are known."""
    first: date | None = PermissionUse.objects.aggregate(first=Min("first_on"))["first"]
    return first


def bindings_of(group_id: UUID) -> list[Binding]:
    """The bindings of a group."""
    return list(_bindings().filter(group_id=group_id))


def binding(binding_id: UUID) -> list[Binding]:
    """One binding, if it exists."""
    return list(_bindings().filter(id=binding_id))


def super_admins() -> list[User]:
    """Those who need no binding."""
    return list(User.objects.filter(super_admin=True, active=True).order_by("email", "id"))


def _idle(row: Binding, uses: Iterable[Mapping[str, date]]) -> Idle:
    latest: dict[str, date] = {}
    for each in uses:
        for permission, last in each.items():
            latest[permission] = max(last, latest.get(permission, last))
    given = sorted(row.role.permissions)
    return Idle(
        row,
        tuple(name for name in given if name not in latest),
        {name: latest[name] for name in given if name in latest},
    )


def _bindings() -> QuerySet[Binding]:
    return Binding.objects.select_related("role", "namespace", "group", "user")


def _reaching(path: str) -> QuerySet[Binding]:
    """Bindings on a namespace and above it: rights flow down."""
    rows = _bindings().filter(namespace__path__in=lineage(path))
    return rows.order_by("namespace__path", "created_at", "id")


def _of(user_id: UUID, rows: QuerySet[Binding]) -> list[Binding]:
    groups = Membership.objects.filter(user_id=user_id).values("group_id")
    return list(rows.filter(Q(user_id=user_id) | Q(group_id__in=groups)))


def _people_of(rows: Sequence[Binding]) -> dict[UUID, set[UUID]]:
    """Who each binding is for: its person, or its group's members."""
    groups: dict[UUID, set[UUID]] = {row.group_id: set() for row in rows if row.group_id}
    members = Membership.objects.filter(group_id__in=list(groups))
    for group_id, user_id in members.values_list("group_id", "user_id"):
        groups[group_id].add(user_id)
    return {
        row.id: {row.user_id} if row.user_id else groups[row.group_id] if row.group_id else set()
        for row in rows
    }


def _people(ids: Iterable[UUID]) -> list[User]:
    return list(User.objects.filter(id__in=list(ids)).order_by("email", "name", "id"))


def _union(rows: Iterable[Binding]) -> frozenset[str]:
    return frozenset(name for row in rows for name in row.role.permissions)
