"""Where namespaces are now that had other paths before: what is named by an old path finds its owner.

Of any path there is a namespace or a former path, never both, so that an old path leads to one
namespace only. It leads there as a name: what may be reached is decided by where the namespace is.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from downbeat.common.scope import current_tenant, tenant_scope
from tenants.models import FormerPath, Namespace
from tenants.paths import ROOT, lineage

NOWHERE: Final = "~gone"
"""Where a namespace is that was deleted after it had moved: no path begins so."""


def current_path(path: str) -> str:
    """Where the namespace is that this path means, or meant before it moved.

    What lies below a path that has moved is below its new one. A path that nobody has or had stays
    as it is. One query for paths that are in use, two for others.
    """
    steps = [step for step in reversed(lineage(path)) if step != ROOT]
    with tenant_scope(current_tenant()):
        known = set(Namespace.objects.filter(path__in=steps).values_list("path", flat=True))
        if path in known:
            return path
        left = dict(
            FormerPath.objects.filter(path__in=steps).values_list("path", "namespace__path")
        )
    for step in steps:
        if step in known:
            return path
        if step in left:
            return f"{left[step] or NOWHERE}{path[len(step) :]}"
    return path


def former_paths(path: str) -> tuple[str, ...]:
    """The paths that the namespace of this path had before, and may still be found under."""
    with tenant_scope(current_tenant()):
        rows = FormerPath.objects.filter(namespace__path=path).order_by("path")
        return tuple(rows.values_list("path", flat=True))


def former_places() -> list[tuple[UUID, UUID]]:
    """Tenant and id of every path that is kept for its former namespace; on the system's connection."""
    rows = FormerPath.objects.unscoped(
        reason="the upkeep looks for former paths that nothing bears any more", using="system"
    )
    return list(rows.order_by("tenant_id", "id").values_list("tenant_id", "id"))


def id_of(path: str) -> UUID | None:
    """The id of the namespace at a path; None if there is none."""
    with tenant_scope(current_tenant()):
        return Namespace.objects.filter(path=path).values_list("id", flat=True).first()


def path_of(id: UUID) -> str | None:
    """The path of a namespace now; None if it is gone."""
    with tenant_scope(current_tenant()):
        return Namespace.objects.filter(id=id).values_list("path", flat=True).first()
