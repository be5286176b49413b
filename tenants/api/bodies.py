"""What clients send about tenants, people and rights."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from downbeat.common.api.bodies import Body
from tenants.contracts import RunningWork
from tenants.services.bindings import Principal


class TenantBody(Body):
    """A tenant; its slug is called `id` outside."""

    id: str = ""
    name: str = Field(default="", max_length=255)


class TenantFactsBody(Body):
    """What is changed about a tenant; what is left out stays."""

    name: str | None = Field(default=None, max_length=255)
    require_existing_namespace: bool | None = None
    settings: dict[str, Any] | None = None


class SuspensionBody(Body):
    """Why a tenant is suspended, and what becomes of what runs in it."""

    reason: str = Field(min_length=1, max_length=1000)
    running: RunningWork = RunningWork.FINISH


class RetentionBody(Body):
    """Days by kind; null follows what is above, what is left out stays."""

    executions: int | None = None
    logs: int | None = None
    metrics: int | None = None
    audit: int | None = None


class SecretManagerBody(Body):
    """Who keeps the secrets of a place. Credentials that are left out stay."""

    kind: str
    config: dict[str, Any] = Field(default_factory=dict)
    credentials: dict[str, str | None] = Field(default_factory=dict, repr=False)
    read_only: bool = False
    inherit: bool = True


class SecretNameBody(Body):
    """A secret by its name."""

    key: str = Field(min_length=1, max_length=150)


class AuditStreamBody(Body):
    """Where a trail is sent. `config` by kind: a webhook has `url`; syslog has `host`, `port`,
    `transport` (TCP, TLS, UDP), `facility`, `appName` and `hostname`; both `certificateAuthority`."""

    name: str = Field(min_length=1, max_length=100)
    kind: str
    config: dict[str, Any] = Field(default_factory=dict)
    enabled: bool = True
    secret: str | None = Field(default=None, repr=False)
    from_now: bool = False


class SetupBody(Body):
    """The first person and, if they care, the first tenant."""

    username: str
    password: str
    tenant: TenantBody | None = None


class LoginBody(Body):
    """A log-in."""

    username: str
    password: str


class ProfileBody(Body):
    """What people may change about themselves."""

    first_name: str | None = Field(default=None, max_length=150)
    last_name: str | None = Field(default=None, max_length=150)
    email: str | None = Field(default=None, max_length=254)


class PasswordBody(Body):
    """A new password, proved by the old one."""

    old_password: str
    new_password: str


class TokenBody(Body):
    """A wish for a token."""

    name: str = Field(min_length=1, max_length=150)
    description: str | None = None
    max_age: str | None = None
    extended: bool | None = None
    scopes: list[str] = Field(default_factory=list, max_length=100)


class AllowedNamespace(Body):
    """A namespace whose flows may use another's things."""

    namespace: str


class NamespaceBody(Body):
    """A namespace; its path is called `id` outside."""

    id: str = ""
    description: str | None = None
    variables: dict[str, Any] | None = None
    plugin_defaults: list[dict[str, Any]] | None = None
    allowed_namespaces: list[AllowedNamespace] | None = None
    worker_group: str | None = None


class MoveBody(Body):
    """Where a namespace moves; a dry run only says what that would mean."""

    to: str = Field(min_length=1, max_length=150)
    dry_run: bool = False


class AutocompleteBody(Body):
    """A part of a name."""

    q: str | None = None
    ids: list[str] | None = None
    existing_only: bool | None = None


class Tag(Body):
    """A mark on a secret."""

    key: str
    value: str


class SecretBody(Body):
    """A secret as it is written."""

    key: str
    value: str = Field(repr=False)
    description: str | None = None
    tags: list[Tag] | None = None


class SecretFactsBody(Body):
    """What is known about a secret besides its value."""

    description: str | None = None
    tags: list[Tag] | None = None


class BindingBody(Body):
    """A role for somebody."""

    type: Principal
    external_id: UUID
    role_id: UUID
    namespace_id: str | None = None


class GroupBody(Body):
    """A group and, at its making, its members."""

    name: str = Field(min_length=1, max_length=150)
    description: str | None = None
    members_id: list[UUID] | None = None


class RoleBody(Body):
    """A role; its permissions as a map of resources to actions, or as our own names."""

    name: str = Field(min_length=1, max_length=150)
    description: str | None = None
    permissions: Any = None
    is_default: bool = False


class IdsBody(Body):
    """Things by their ids."""

    ids: list[UUID] = Field(default_factory=list, max_length=1000)


class GroupIdsBody(Body):
    """The groups that somebody belongs to."""

    group_ids: list[UUID] = Field(default_factory=list, max_length=1000)


class GroupRef(Body):
    """A group by its id."""

    id: UUID


class SuperAdminBody(Body):
    """Whether somebody is a super-admin."""

    super_admin: bool


class InstanceOwnerBody(Body):
    """Whether somebody manages the instance."""

    instance_owner: bool


class EmailBody(Body):
    """Somebody by their address."""

    email: str = Field(min_length=1, max_length=254)


class AuditFindBody(Body):
    """Which entry of the audit trail is looked for."""

    resource: str | None = None
    type: list[str] | None = None
    detail: dict[str, Any] = Field(default_factory=dict)


class PersonBody(Body):
    """Somebody new."""

    email: str
    password: str | None = Field(default=None, repr=False)
    first_name: str = Field(default="", max_length=150)
    last_name: str = Field(default="", max_length=150)
    super_admin: bool = False
    instance_owner: bool = False


class ServiceAccountBody(Body):
    """An account for machines."""

    name: str = Field(min_length=1, max_length=150)
    description: str | None = None
    super_admin: bool = False
    groups: list[GroupRef] | None = None
