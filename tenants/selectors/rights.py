"""Reads of roles, groups and memberships; call inside the tenant's scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from tenants.models import Membership


def memberships_of(user_ids: Iterable[UUID]) -> dict[UUID, list[Membership]]:
    """The groups that people belong to, by person, in one query."""
    found: dict[UUID, list[Membership]] = {id: [] for id in user_ids}
    rows = Membership.objects.filter(user_id__in=list(found)).select_related("group")
    for row in rows.order_by("group__name"):
        found[row.user_id].append(row)
    return found


def memberships_in(group_id: UUID) -> Sequence[Membership]:
    """Who belongs to a group."""
    return list(Membership.objects.filter(group_id=group_id).select_related("group"))
