"""How long tenants and namespaces keep what has ended: shorter than the instance, never longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.contracts import RetentionRule
from tenants.errors import NamespaceNotFound
from tenants.life_errors import (
    RetentionBeyond,
)
from tenants.models import Namespace, Retention
from tenants.paths import ROOT, lineage
from tenants.services import audit

KINDS: Final = ("executions", "logs", "metrics", "audit")
OF_NAMESPACES: Final = ("executions", "logs", "metrics")
LEAST_AUDIT_DAYS: Final = 30
"""So that nobody shortens the trail until it says nothing of what they just did."""


@dataclass(frozen=True)
class Days:
    """Days of one kind: those set here, those that hold, and where they come from."""

    own: int | None
    holds: int
    source: str


def limits() -> dict[str, int]:
    """The most days of each kind: what the instance keeps."""
    ours = settings.DOWNBEAT
    executions = ours.retention_executions.days
    return {
        "executions": executions,
        "logs": ours.retention_logs.days,
        "metrics": executions,
        "audit": ours.retention_audit.days,
    }


def retention_of(path: str) -> dict[str, Days]:
    """What holds in a namespace (the empty path: the tenant), by kind. Raises NamespaceNotFound."""
    with tenant_scope(current_tenant()):
        steps = lineage(path)
        rows = {
            row.namespace.path: row
            for row in Retention.objects.filter(namespace__path__in=steps).select_related(
                "namespace"
            )
        }
        if not Namespace.objects.filter(path=path).exists():
            raise NamespaceNotFound(path)
    most = limits()
    kinds = KINDS if path == ROOT else OF_NAMESPACES
    return {kind: _days(kind, rows, steps, most[kind]) for kind in kinds}


def _days(kind: str, rows: Mapping[str, Retention], steps: list[str], most: int) -> Days:
    own = getattr(rows[steps[-1]], kind) if steps[-1] in rows else None
    for step in reversed(steps):
        days = getattr(rows[step], kind) if step in rows else None
        if days is not None:
            return Days(own, min(days, most), step or "tenant")
    return Days(own, most, "instance")


def set_retention(actor: Actor, path: str, days: Mapping[str, int | None]) -> None:
    """Sets days by kind; null follows what is above. Raises RetentionBeyond and NamespaceNotFound.

    Applied by the next round of the retention job, which runs every hour.
    """
    with tenant_scope(current_tenant()):
        place = Namespace.objects.filter(path=path).first()
        if place is None:
            raise NamespaceNotFound(path)
        if path == ROOT:
            require(actor, "tenant.edit")
        else:
            require(actor, "namespace.edit", place.id)
        _check(days)
        row, _ = Retention.objects.select_for_update().get_or_create(namespace_id=place.id)
        before = _state(row)
        for kind, value in days.items():
            setattr(row, kind, value)
        row.save()
        what = Change.of("tenant" if path == ROOT else "namespace", "retention changed", path,
                         namespace=path)  # fmt: skip
        audit.record(actor, what, before=before, after=_state(row))


def _check(days: Mapping[str, int | None]) -> None:
    most = limits()
    for kind, value in days.items():
        least = LEAST_AUDIT_DAYS if kind == "audit" else 1
        if value is not None and not least <= value <= most[kind]:
            raise RetentionBeyond(what=kind.title(), least=least, most=most[kind], days=value)


def _state(row: Retention) -> dict[str, object]:
    return {kind: getattr(row, kind) for kind in KINDS}


def retention_rules(kind: str) -> list[RetentionRule]:
    """Every rule of the instance for one kind, as the retention job applies them.

    Reads on the system's connection, for all tenants at once.
    """
    rows = Retention.objects.unscoped(
        reason="the retention job applies every tenant's rules", using="system"
    ).filter(**{f"{kind}__isnull": False})
    by_tenant: dict[UUID, dict[str, int]] = {}
    paths = {
        place.id: place.path
        for place in Namespace.objects.unscoped(
            reason="the retention job applies every tenant's rules", using="system"
        ).filter(id__in=rows.values_list("namespace_id", flat=True))
    }
    for row in rows:
        if row.namespace_id in paths:
            by_tenant.setdefault(row.tenant_id, {})[paths[row.namespace_id]] = getattr(row, kind)
    return [
        RetentionRule(tenant_id, path, timedelta(days=value), _below(path, days))
        for tenant_id, days in by_tenant.items()
        for path, value in days.items()
    ]


def _below(path: str, days: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(
        other
        for other in sorted(days)
        if other != path and (path == ROOT or other.startswith(f"{path}."))
    )
