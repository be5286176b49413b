"""Values that cross the border of the tenants app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class TenantRef:
    """A tenant: its row's id and the slug in addresses."""

    id: UUID
    slug: str
    name: str


@dataclass(frozen=True)
class NamespaceRef:
    """A namespace as other apps see it.

    `ancestors` are the namespace itself and those above, the nearest first. `variables` are
    merged down the tree; `plugin_defaults` stand nearest first.
    """

    id: UUID
    path: str
    ancestors: tuple[str, ...]
    variables: Mapping[str, object] = field(default_factory=dict)
    plugin_defaults: tuple[Mapping[str, object], ...] = ()
    allowed_namespaces: tuple[str, ...] = ()
    worker_group: str | None = None


@dataclass(frozen=True)
class NewToken:
    """A token that was just made; the only moment at which its text exists."""

    id: UUID
    name: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class NamespaceDeleting:
    """A namespace is about to go; a subscriber that still needs it raises a Conflict."""

    tenant_id: UUID
    namespace_id: UUID
    path: str


@dataclass(frozen=True)
class TenantDeleting:
    """A tenant is about to go with everything; a subscriber raises a Conflict while it works."""

    tenant_id: UUID
    slug: str


@dataclass(frozen=True)
class TenantCreated:
    """A tenant was made, in this transaction."""

    tenant_id: UUID
    slug: str


@dataclass(frozen=True)
class NamespaceCreated:
    """A namespace was made, in this transaction."""

    tenant_id: UUID
    namespace_id: UUID
    path: str
