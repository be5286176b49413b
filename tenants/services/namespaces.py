"""Changes of the tree of namespaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from downbeat.common import events
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.contracts import NamespaceCreated, NamespaceDeleting, NamespacePlaced, NamespaceRef
from tenants.errors import (
    BadNamespace,
    NamespaceExists,
    NamespaceHasChildren,
    NamespaceNotFound,
)
from tenants.life_errors import (
    NamespaceMustExist,
)
from tenants.models import Binding, Namespace
from tenants.paths import ROOT, lineage, parent, valid_path
from tenants.selectors import namespaces as selectors
from tenants.services import audit, former_paths
from tenants.services.tenant_settings import settings_of


@dataclass(frozen=True)
class NamespaceFacts:
    """What can be said about a namespace; None leaves a fact as it is."""

    description: str | None = None
    variables: Mapping[str, object] | None = None
    plugin_defaults: Sequence[Mapping[str, object]] | None = None
    allowed_namespaces: Sequence[str] | None = None
    worker_group: str | None = field(default=None)

    def given(self) -> dict[str, object]:
        """The facts that were said."""
        said = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in said.items() if value is not None}


NOTHING_SAID = NamespaceFacts()


def ensure_namespace(actor: Actor, path: str) -> NamespaceRef:
    """The namespace of that path, made with its missing ancestors if need be.

    Making needs `namespace.create` on the nearest ancestor that exists. One query when it exists.
    """
    found = selectors.by_path(path)
    if found is not None:
        return found
    _check_name(path)
    with tenant_scope(current_tenant()):
        refuse_missing(actor, path)
        _make_lineage(actor, path)
        return _applied(actor, path, NOTHING_SAID, "created")


def refuse_missing(actor: Actor, path: str) -> None:
    """Raises what would keep a namespace from being made in passing; nothing if it exists."""
    if selectors.by_path(path) is not None:
        return
    require(actor, "namespace.create", parent(path))
    if settings_of(current_tenant())["requireExistingNamespace"]:
        raise NamespaceMustExist(path=path)
    former_paths.refuse_reserved(actor, lineage(path))


def create_namespace(actor: Actor, path: str, facts: NamespaceFacts) -> NamespaceRef:
    """A new namespace; raises NamespaceExists."""
    _check_name(path)
    with tenant_scope(current_tenant()):
        require(actor, "namespace.create", parent(path))
        if Namespace.objects.filter(path=path).exists():
            raise NamespaceExists(path=path)
        _make_lineage(actor, path)
        return _applied(actor, path, facts, "created")


def update_namespace(actor: Actor, path: str, facts: NamespaceFacts) -> NamespaceRef:
    """Changes the facts of a namespace; makes it when it does not exist, as clients expect."""
    with tenant_scope(current_tenant()):
        found = selectors.by_path(path) or create_namespace(actor, path, NOTHING_SAID)
        require(actor, "namespace.edit", found.id)
        return _applied(actor, path, facts, "updated")


def subscribe_namespace(actor: Actor, path: str, group: str | None) -> NamespaceRef:
    """Lets the work of a namespace, and of those below without a word of their own, run in a group.

    ``None`` takes the namespace's own word back, so that its nearest ancestor's counts again.
    """
    with tenant_scope(current_tenant()):
        row = Namespace.objects.filter(path=path).first()
        if row is None:
            raise NamespaceNotFound(path)
        require(actor, "namespace.edit", row.id)
        before = _state(row)
        row.worker_group = group
        row.save(update_fields=["worker_group", "updated_at"])
        change = Change.of("namespace", "updated", path, namespace=path)
        audit.record(actor, change, before=before, after=_state(row))
        events.emit(NamespacePlaced(row.tenant_id, path))
        found = selectors.by_path(path)
        if found is None:
            raise NamespaceNotFound(path)
        return found


def delete_namespace(actor: Actor, path: str) -> None:
    """Takes a namespace away with its secrets and bindings; 409 while anything lives in it."""
    with tenant_scope(current_tenant()):
        row = Namespace.objects.filter(path=path).exclude(path=ROOT).first()
        if row is None:
            raise NamespaceNotFound(path)
        require(actor, "namespace.delete", row.id)
        if Namespace.objects.filter(parent_id=row.id).exists():
            raise NamespaceHasChildren(path=path)
        events.emit(NamespaceDeleting(row.tenant_id, row.id, row.path))
        change = Change.of("namespace", "deleted", path, namespace=path)
        audit.record(actor, change, before=_state(row))
        Binding.objects.filter(namespace_id=row.id).delete()
        row.delete()


def make_root() -> Namespace:
    """The root of a new tenant; call inside its scope."""
    return Namespace.objects.create(path=ROOT, ancestors=[ROOT], parent=None)


def _check_name(path: str) -> None:
    if not valid_path(path):
        raise BadNamespace(path=path)


def _make_lineage(actor: Actor, path: str) -> None:
    """Inserts what is missing, from the top; who comes second finds the row of who came first."""
    rows = {row.path: row for row in Namespace.objects.filter(path__in=lineage(path))}
    former_paths.refuse_reserved(actor, set(lineage(path)) - rows.keys())
    for step in lineage(path):
        if step not in rows:
            rows[step] = _insert(step, rows[parent(step)])


def _insert(path: str, above: Namespace) -> Namespace:
    row = Namespace(path=path, parent_id=above.id, ancestors=lineage(path))
    made = Namespace.objects.bulk_create([row], ignore_conflicts=True)
    found = Namespace.objects.get(path=path)
    if made and found.id == row.id:
        events.emit(NamespaceCreated(found.tenant_id, found.id, path))
    return found


def _applied(actor: Actor, path: str, facts: NamespaceFacts, event: str) -> NamespaceRef:
    """Says the facts, and records it."""
    before = _state(Namespace.objects.get(path=path)) if event == "updated" else None
    found = _apply(path, facts)
    after = _state(Namespace.objects.get(path=path))
    if before is not None and before["workerGroup"] != after["workerGroup"]:
        events.emit(NamespacePlaced(current_tenant(), path))
    change = Change.of("namespace", event, path, namespace=path)
    audit.record(actor, change, before=before, after=after)
    return found


def _state(row: Namespace) -> dict[str, object]:
    return {
        "description": row.description,
        "variables": row.variables,
        "pluginDefaults": row.plugin_defaults,
        "allowedNamespaces": row.allowed_namespaces,
        "workerGroup": row.worker_group,
    }


def _apply(path: str, facts: NamespaceFacts) -> NamespaceRef:
    given = facts.given()
    if given:
        row = Namespace.objects.get(path=path)
        for name, value in given.items():
            setattr(row, name, value)
        row.save(update_fields=[*given, "updated_at"])
    found = selectors.by_path(path)
    if found is None:
        raise NamespaceNotFound(path)
    return found
