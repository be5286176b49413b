"""Reads of namespaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from downbeat.common.scope import current_tenant, tenant_scope
from tenants.contracts import NamespaceRef
from tenants.models import Namespace
from tenants.paths import ROOT, lineage


def by_path(path: str) -> NamespaceRef | None:
    """The namespace of that path in the current tenant; one query for it and its ancestors."""
    with tenant_scope(current_tenant()):
        found = {row.path: row for row in Namespace.objects.filter(path__in=lineage(path))}
    return reference(path, found) if path in found and path != ROOT else None


def by_id(namespace_id: UUID) -> NamespaceRef | None:
    """The namespace with that id in the current tenant."""
    with tenant_scope(current_tenant()):
        row = Namespace.objects.filter(id=namespace_id).exclude(path=ROOT).first()
    return by_path(row.path) if row else None


def root() -> Namespace:
    """The root of the current tenant's tree; call inside a scope."""
    return Namespace.objects.get(path=ROOT)


def reference(path: str, rows: Mapping[str, Namespace]) -> NamespaceRef:
    """A namespace as other apps see it, given its row and its ancestors'."""
    down = [rows[step] for step in lineage(path) if step in rows]
    up = list(reversed(down))
    return NamespaceRef(
        id=rows[path].id,
        path=path,
        ancestors=tuple(row.path for row in up if row.path != ROOT),
        variables=merged(row.variables for row in down),
        plugin_defaults=tuple(default for row in up for default in row.plugin_defaults),
        allowed_namespaces=tuple(rows[path].allowed_namespaces),
        worker_group=next((row.worker_group for row in up if row.worker_group), None),
    )


def merged(layers: Iterable[Mapping[str, object]]) -> dict[str, object]:
    """Variables of the layers, deep: a nearer value wins, maps are joined."""
    result: dict[str, object] = {}
    for layer in layers:
        for name, value in layer.items():
            known = result.get(name)
            if isinstance(known, dict) and isinstance(value, dict):
                result[name] = merged([known, value])
            else:
                result[name] = value
    return result


def inherited_variables(path: str) -> dict[str, dict[str, object]] | None:
    """The variables of each ancestor that has some, the topmost first; None without the namespace."""
    with tenant_scope(current_tenant()):
        found = {row.path: row for row in Namespace.objects.filter(path__in=lineage(path))}
    if path not in found:
        return None
    above = [step for step in lineage(path) if step not in {ROOT, path} and step in found]
    return {step: found[step].variables for step in above if found[step].variables}
