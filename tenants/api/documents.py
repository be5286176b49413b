"""The shapes of this app's answers about the tree and about rights, as OpenAPI shows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from downbeat.common.api.operations import Shape

Vocabulary = dict[str, list[str]]


class AllowedNamespace(Shape):
    """A namespace whose flows may use another's things."""

    namespace: str


class Namespace(Shape):
    """A namespace; its path is its id."""

    id: str
    deleted: bool
    description: str
    variables: dict[str, Any]
    plugin_defaults: list[dict[str, Any]]
    allowed_namespaces: list[AllowedNamespace]
    worker_group: str | None
    created_at: datetime
    updated_at: datetime


class SecretTag(Shape):
    """A mark on a secret."""

    key: str
    value: str


class SecretMeta(Shape):
    """A secret without its value, which nothing shows."""

    key: str
    namespace: str
    description: str
    tags: list[SecretTag]
    version: int
    updated_at: datetime


class RoleSummary(Shape):
    """A role in a list of suggestions."""

    id: UUID
    name: str
    description: str
    is_default: bool
    is_managed: bool
    permission_count: int


class Role(RoleSummary):
    """A role; `actions` are its permissions by our own names."""

    permissions: Vocabulary
    actions: list[str]
    deleted: bool


class Group(Shape):
    """A group; `external` says that a directory looks after it."""

    id: UUID
    name: str
    description: str
    external: bool


class Named(Shape):
    """Something by its id and its name."""

    id: UUID
    name: str


class GroupMembership(Named):
    """How somebody belongs to a group."""

    external: bool
    membership: Literal["OWNER", "MEMBER"]


class Principal(Shape):
    """Somebody who is named in passing."""

    id: UUID
    username: str
    display_name: str
    type: str


class GroupMember(Principal):
    """Somebody in a group."""

    groups: list[GroupMembership]


class Binding(Shape):
    """A role of somebody, or of a group; without a namespace in the whole tenant."""

    id: UUID
    type: Literal["USER", "GROUP"]
    namespace: str | None
    role: Named
    user: Principal | None
    group: Named | None


class EntrantGroup(Named):
    """A group of somebody; `external` says that a provider or a directory put them there."""

    external: bool


class AuthMethod(Shape):
    """A way in which somebody signs in."""

    uid: str
    id: str
    name: str
    type: str


class Entrant(Principal):
    """Somebody who belongs to a tenant."""

    description: str
    groups: list[EntrantGroup]
    auths: list[AuthMethod]


class ResourceActions(Shape):
    """What may be done to a kind of resource."""

    resource: str
    actions: list[str]


class Assignment(Named):
    """A role that somebody has, and by which way."""

    namespace: str | None
    origin: Literal["GROUP", "BINDING"]
    source_id: UUID
    permissions: list[ResourceActions]


class TenantAccess(Entrant):
    """Somebody in a tenant with all their roles."""

    tenant_id: str
    user_id: UUID
    roles: list[Assignment]
    super_admin: bool


class ServiceAccount(Named):
    """An account for machines."""

    description: str
    super_admin: bool
    instance_owner: bool
    groups: list[Named]


class ApiToken(Named):
    """What can be known about a token afterwards."""

    description: str
    prefix: str
    iat: datetime
    exp: datetime
    last_used: datetime | None
    extended: bool
    expired: bool
    scopes: list[str]


class ApiTokenList(Shape):
    """The tokens of an account, the newest first."""

    results: list[ApiToken]
    total: int


class NewApiToken(Named):
    """A token with its text, which is shown this once."""

    full_token: str


class RightsHere(Shape):
    """What the one who asks may do."""

    namespace: str | None
    actions: list[str]
    everywhere: list[str]


class Way(Shape):
    """One way to a right: a binding, for a group or not."""

    binding_id: UUID
    namespace: str | None
    origin: Literal["GROUP", "BINDING"]
    group: Named | None
    role: Named


class Holder(Shape):
    """Somebody who holds a right, and by which ways."""

    user: Principal
    chains: list[Way]


class WhoCan(Shape):
    """Everybody who may do something somewhere; `suspended` hold it and may do nothing now."""

    permission: str
    namespace: str | None
    results: list[Holder]
    suspended: list[Holder]
    super_admins: list[Principal]


class WhyCan(Shape):
    """Whether somebody may do something somewhere, and why."""

    permission: str
    namespace: str | None
    user: Principal
    allowed: bool
    active: bool
    suspended: bool
    super_admin: bool
    chains: list[Way]


class DatedBinding(Binding):
    """A binding, and since when there is one."""

    created_at: datetime


class Kept(Shape):
    """Where somebody could do it all the same, by other bindings."""

    namespace: str
    permissions: list[str]


class Loss(Shape):
    """What somebody could no longer do in a namespace and below it, but for where they keep it."""

    user: Principal
    namespace: str | None
    permissions: list[str]
    kept: list[Kept]


class Impact(Shape):
    """What people would lose if a group or a binding went, and the bindings that would go."""

    bindings: list[DatedBinding]
    losses: list[Loss]


class IdleBinding(Shape):
    """A binding with permissions that nobody used, and the days on which others were."""

    binding: DatedBinding
    unused: list[str]
    last_used: dict[str, date]


class UnusedRights(Shape):
    """Rights that nobody uses; before `recordedSince` nothing is known."""

    results: list[IdleBinding]
    recorded_since: date | None


class KnownPermissions(Shape):
    """Every permission that there is, by our own names and by those of existing clients."""

    actions: list[str]
    permissions: Vocabulary


class DaysKept(Shape):
    """How many days something is kept: set here, in force, and by whom."""

    days: int | None
    effective: int
    source: str


class NamespaceRetention(Shape):
    """How long what has ended is kept, by kind, and the most that the instance allows."""

    executions: DaysKept
    logs: DaysKept
    metrics: DaysKept
    limits: dict[str, int]


class Retention(NamespaceRetention):
    """The same of a tenant, which also says how long its audit trail is kept."""

    audit: DaysKept


class SecretManagerFacts(Shape):
    """Who keeps the secrets of a place."""

    kind: str
    config: dict[str, Any]
    read_only: bool
    inherit: bool
    version: int


class OwnSecretManager(SecretManagerFacts):
    """The one that is configured here, with the names of the credentials that it has."""

    credentials: list[str]
    updated_at: datetime


class PlacedSecretManager(SecretManagerFacts):
    """One that is asked, with the namespace that it is configured for; null is the tenant."""

    namespace: str | None


class SecretManager(Shape):
    """Who keeps the secrets of a place: its own manager, and those that are asked, nearest first."""

    own: OwnSecretManager | None
    chain: list[PlacedSecretManager]
    read_only: bool


class SecretManagerKind(Shape):
    """What a kind of manager is told, by name: what each means."""

    config: dict[str, str]
    credentials: dict[str, str]


class SecretFound(Shape):
    """Whether a manager has a secret; never what it is."""

    found: bool
    kind: str


SHAPES: Final = (
    Namespace,
    SecretMeta,
    RoleSummary,
    Role,
    Group,
    GroupMember,
    Binding,
    Entrant,
    TenantAccess,
    ServiceAccount,
    ApiTokenList,
    NewApiToken,
    RightsHere,
    WhoCan,
    WhyCan,
    Impact,
    UnusedRights,
    KnownPermissions,
    NamespaceRetention,
    Retention,
    SecretManager,
    SecretManagerKind,
    SecretFound,
)
PAGES: Final = ("Namespace", "SecretMeta", "Role", "Group", "GroupMember", "Binding", "Entrant",
                "ServiceAccount")  # fmt: skip
