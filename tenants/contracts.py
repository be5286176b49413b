"""Values that cross the border of the tenants app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from tenants.actors import Actor


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
class ConnectionRef:
    """A connection as other apps see it, with everything that it holds.

    `values` are as somebody wrote them: texts may still be expressions that name secrets.
    """

    id: UUID
    namespace: str
    name: str
    type: str
    description: str
    version: int
    created_at: datetime
    updated_at: datetime
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class NewConnection:
    """A connection as somebody writes it.

    `hidden` names the values that no answer shows: at a change those that are not written again
    stay as they are, unless they are written as null.
    """

    name: str
    type: str
    values: Mapping[str, Any] = field(repr=False)
    description: str | None = None
    hidden: frozenset[str] = frozenset()


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
class Mention:
    """A place in the source of a flow that still names a path which has moved."""

    namespace: str
    flow_id: str
    line: int
    column: int
    text: str


@dataclass
class MoveReport:
    """What a move means to whoever moves; subscribers of `NamespaceMovePlanned` add to it.

    `counts` says how much goes along; `mentions` are for people to mend; `hidden` counts those in flows
    that the mover may not see. `webhooks` are triggers whose address changes: namespace (the new
    one), flow and trigger.
    """

    counts: dict[str, int] = field(default_factory=dict)
    mentions: list[Mention] = field(default_factory=list)
    hidden: int = 0
    webhooks: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class NamespaceLeaving:
    """Namespaces are about to move: a subscriber locks what others lock before a namespace's row.

    Without it those would wait for the row while the move waits for them.
    """

    tenant_id: UUID
    places: Mapping[UUID, str]


@dataclass(frozen=True)
class NamespaceMovePlanned:
    """Namespaces would move; a subscriber raises what refuses it, or adds to the report.

    `places` are the paths by the ids of the namespaces, the topmost first; `moves` new paths by old.
    """

    tenant_id: UUID
    actor: Actor
    places: Mapping[UUID, str]
    moves: Mapping[str, str]
    report: MoveReport


@dataclass(frozen=True)
class NamespaceMoving:
    """Namespaces have other paths from this transaction on; a subscriber writes them down anew, or
    raises a Conflict.

    `places` are the old paths by the ids of the namespaces, which stay; `moves` new paths by old.
    """

    tenant_id: UUID
    places: Mapping[UUID, str]
    moves: Mapping[str, str]


@dataclass(frozen=True)
class FormerPathEnding:
    """A path would be free for other namespaces; a subscriber raises a Conflict while anything from
    before the move still bears it. Without an id the namespace that had it is gone."""

    tenant_id: UUID
    namespace_id: UUID | None
    path: str
    moved_at: datetime


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


@dataclass(frozen=True)
class NamespacePlaced:
    """The work of a namespace, and of those below, may belong to another worker group from here."""

    tenant_id: UUID
    path: str


class RunningWork(StrEnum):
    """What a suspension means for executions that run."""

    FINISH = "FINISH"
    """They go on to their end, with the executions that they start."""
    HOLD = "HOLD"
    """They pause after the tasks that run, and go on when the suspension ends."""
    KILL = "KILL"
    """They are killed."""


@dataclass(frozen=True)
class TenantResumed:
    """A tenant's suspension ended, in this transaction."""

    tenant_id: UUID


@dataclass(frozen=True)
class LimitsChanged:
    """Quotas or switches that bind a tenant are different, in this transaction."""

    tenant_id: UUID


@dataclass(frozen=True)
class RetentionRule:
    """How long something is kept in a namespace of a tenant and in those below it.

    `others` are paths below that have a rule of their own.
    """

    tenant_id: UUID
    path: str
    age: timedelta
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class PolicyRef:
    """A policy as other apps see it. What `rules` mean is the language's to say.

    `effect`: DENY blocks what the rules describe, REQUIRE blocks what they do not describe, WARN
    only tells of what they describe. `mode`: ENFORCE acts, EVALUATE only records what would have
    been. `namespace` is empty for the whole tenant. `of_instance` says that the instance has set it;
    `tenants` are then the globs of slugs where it holds, all when absent.
    """

    name: str
    effect: str
    mode: str
    on: frozenset[str]
    rules: Mapping[str, Any]
    namespace: str = ""
    description: str = ""
    id: UUID | None = None
    of_instance: bool = False
    tenants: tuple[str, ...] | None = None


@dataclass(frozen=True)
class QuotaRef:
    """A quota as other apps see it; no namespace means the tenant."""

    id: UUID
    kind: str
    amount: int
    policy: str
    namespace: str
    flow_id: str
    of_instance: bool
    updated_at: datetime
