"""Replaces text in the sources of flows, each change a revision like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from downbeat.common.errors import AppError, Denied, NotFound
from flows.models import Flow
from flows.selectors import definitions
from flows.services import publish
from flows.services.publish import Address
from flows.spec.source_search import Search
from tenants.access import can
from tenants.actors import Actor


class Reason(StrEnum):
    """Why a flow was left as it is."""

    NOT_FOUND = "NOT_FOUND"
    READ_ONLY = "READ_ONLY"
    NO_CHANGE = "NO_CHANGE"
    NO_MATCH = "NO_MATCH"
    INVALID_FLOW = "INVALID_FLOW"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A flow that was not changed."""

    address: Address
    reason: Reason
    message: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to replace: everywhere, on one line, or at one column of it."""

    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A flow with the source that it has now."""

    row: Flow
    source: str


def replace_in(
    addresses: Sequence[Address],
    search: Search,
    replacement: str,
    *,
    actor: Actor,
    place: Place = Place(),
) -> tuple[list[Changed], list[Skipped]]:
    """Replaces in each flow for itself: what is not valid afterwards is skipped, not stored."""
    changed: list[Changed] = []
    skipped: list[Skipped] = []
    for address in dict.fromkeys(addresses):
        outcome = _replaced(address, search, replacement, place, actor)
        if isinstance(outcome, Changed):
            changed.append(outcome)
        else:
            skipped.append(outcome)
    return changed, skipped


def _replaced(
    address: Address, search: Search, replacement: str, place: Place, actor: Actor
) -> Changed | Skipped:
    try:
        row = definitions.find(address.namespace, address.flow_id)
    except NotFound as problem:
        return Skipped(address, Reason.NOT_FOUND, problem.message)
    if not can(actor, "flow.view", row.namespace_id):
        return Skipped(address, Reason.NOT_FOUND)
    if not can(actor, "flow.edit", row.namespace_id):
        return Skipped(address, Reason.READ_ONLY)
    before = definitions.source(row).source
    if not search.matches(before):
        return Skipped(address, Reason.NO_MATCH)
    after = search.replaced(before, replacement, line=place.line, column=place.column)
    if after == before:
        return Skipped(address, Reason.NO_MATCH if place.line else Reason.NO_CHANGE)
    try:
        with transaction.atomic():
            return Changed(publish.update_flow(after, address=address, actor=actor), after)
    except Denied:
        return Skipped(address, Reason.READ_ONLY)
    except AppError as problem:
        return Skipped(address, Reason.INVALID_FLOW, problem.message)
