"""How tenants, people and rights look in JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from downbeat.common import clock
from tenants import vocabulary
from tenants.contracts import MoveReport, NamespaceRef, TenantRef
from tenants.models import (
    ApiToken,
    Binding,
    Group,
    Membership,
    Namespace,
    Role,
    Secret,
    Tenant,
    User,
)
from tenants.models.people import UserKind
from tenants.services.retention import Days
from tenants.services.tenant_settings import DEFAULTS
from tenants.tokens import TokenKind

Json = dict[str, Any]


def tenant(row: Tenant | TenantRef) -> Json:
    """A tenant; one that was only just made has nothing else to say yet."""
    brief = {"id": row.slug, "name": row.name, "deleted": False}
    if isinstance(row, TenantRef):
        return brief
    settings = {**DEFAULTS, **row.settings}
    return {
        **brief,
        "requireExistingNamespace": settings["requireExistingNamespace"],
        "settings": settings,
        "suspended": _suspension(row),
        "createdAt": row.created_at,
    }


def _suspension(row: Tenant) -> Json | None:
    if row.suspended_at is None:
        return None
    told = row.suspension or {}
    return {
        "since": row.suspended_at,
        "reason": told.get("reason", ""),
        "running": told.get("running", "FINISH"),
        "by": told.get("by", ""),
    }


def removal(row: Tenant) -> Json:
    """A tenant that is being deleted."""
    told = row.deletion or {}
    return {
        "id": told.get("slug"),
        "name": row.name,
        "since": row.deleting_at,
        "by": told.get("by"),
    }


def retention(days: Mapping[str, Days]) -> Json:
    """How long things are kept: days set here, days that hold, and where they come from."""
    return {
        kind: {"days": one.own, "effective": one.holds, "source": one.source}
        for kind, one in days.items()
    }


def namespace(row: Namespace) -> Json:
    """A namespace, all facts."""
    return {
        "id": row.path,
        "deleted": False,
        "description": row.description,
        "variables": row.variables,
        "pluginDefaults": row.plugin_defaults,
        "allowedNamespaces": [{"namespace": path} for path in row.allowed_namespaces],
        "workerGroup": row.worker_group,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
    }


def move_report(found: MoveReport) -> Json:
    """What a move means: how much goes along, what still names the old path, which addresses change."""
    return {
        "moved": found.counts,
        "mentions": [
            {
                "namespace": one.namespace,
                "flowId": one.flow_id,
                "line": one.line,
                "column": one.column,
                "text": one.text,
            }
            for one in found.mentions
        ],
        "hiddenMentions": found.hidden,
        "webhooks": [
            {"namespace": namespace, "flowId": flow, "triggerId": trigger}
            for namespace, flow, trigger in found.webhooks
        ],
    }


def namespace_brief(row: NamespaceRef) -> Json:
    """A namespace that was only just touched."""
    return {"id": row.path, "deleted": False}


def person(row: User) -> Json:
    """Somebody, as admins see them."""
    return {
        "id": row.id,
        "type": row.kind,
        "username": row.email or row.name,
        "email": row.email or "",
        "displayName": row.display_name,
        "name": row.display_name,
        "description": row.description,
        "firstName": row.first_name,
        "lastName": row.last_name,
        "superAdmin": row.super_admin,
        "instanceOwner": row.instance_admin,
        "restricted": False,
        "groups": [],
        "groupList": [],
        "auths": _auths(row),
    }


def me(row: User, tenants: list[Tenant]) -> Json:
    """Somebody, as they see themselves."""
    listed = [_mine(item) for item in tenants]
    return {
        **person(row),
        "profile": {
            "email": row.email or "",
            "firstName": row.first_name,
            "lastName": row.last_name,
            "username": row.email or row.name,
        },
        "tenants": listed,
    }


def _mine(row: Tenant) -> Json:
    """A tenant, as those see it who may choose it."""
    settings = {**DEFAULTS, **row.settings}
    return {
        "id": row.slug,
        "name": row.name,
        "logo": f"/api/v1/tenants/{row.slug}/logo",
        "timezone": settings["timezone"],
        "startPage": settings["startPage"],
        "suspended": _suspension(row),
    }


def _auths(row: User) -> list[Json]:
    if row.kind != UserKind.STANDARD or not row.has_usable_password():
        return []
    return [{"uid": str(row.id), "id": str(row.id), "name": "password", "type": "BASIC_AUTH"}]


def api_token(row: ApiToken, owner: UserKind) -> Json:
    """What can be known about a token afterwards."""
    kind = TokenKind.SERVICE if owner is UserKind.SERVICE_ACCOUNT else TokenKind.PERSON
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "prefix": f"dwb_{kind}_{row.lookup}",
        "iat": row.created_at,
        "exp": row.expires_at,
        "lastUsed": row.last_used_at,
        "extended": row.extended,
        "expired": row.expires_at <= clock.now(),
        "scopes": row.scopes,
    }


def secret(row: Secret) -> Json:
    """A secret without its value."""
    return {
        "key": row.key,
        "namespace": row.namespace.path,
        "description": row.description,
        "tags": row.tags,
        "version": row.version,
        "updatedAt": row.updated_at,
    }


def role(row: Role) -> Json:
    """A role; `actions` are its permissions by our own names."""
    return {
        **role_brief(row),
        "permissions": vocabulary.show(row.permissions),
        "actions": row.permissions,
        "deleted": False,
    }


def role_brief(row: Role) -> Json:
    """A role in a list."""
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "isDefault": row.is_default,
        "isManaged": row.built_in,
        "permissionCount": len(row.permissions),
    }


def group(row: Group, *, external: bool = False) -> Json:
    """A group; `external` says that a directory looks after it."""
    facts = {"id": row.id, "name": row.name, "description": row.description}
    return {**facts, "external": external}


def known_group(row: Group) -> Json:
    """A group that was read together with its directory."""
    return group(row, external=hasattr(row, "directory"))


def member(row: User) -> Json:
    """Somebody who is named in passing."""
    return {"id": row.id, "username": row.email or row.name, "displayName": row.display_name}


def group_member(row: User, memberships: Iterable[Membership]) -> Json:
    """Somebody in a group, with how they belong to which."""
    return {**member(row), "type": row.kind, "groups": [membership(each) for each in memberships]}


def entrant(row: User, memberships: Iterable[Membership]) -> Json:
    """Somebody who belongs to a tenant."""
    groups = [
        {"id": each.group.id, "name": each.group.name, "external": bool(each.source)}
        for each in memberships
    ]
    facts = {"type": row.kind, "description": row.description}
    return {**member(row), **facts, "groups": groups, "auths": _auths(row)}


def membership(row: Membership) -> Json:
    """How somebody belongs to a group."""
    return {
        "id": row.group.id,
        "name": row.group.name,
        "external": bool(row.source),
        "membership": "OWNER" if row.owner else "MEMBER",
    }


def binding(row: Binding) -> Json:
    """A binding; the root is "everywhere" and has no name."""
    return {
        "id": row.id,
        "type": "USER" if row.user_id else "GROUP",
        "namespace": row.namespace.path or None,
        "role": {"id": row.role.id, "name": row.role.name},
        "user": {**member(row.user), "type": row.user.kind} if row.user else None,
        "group": {"id": row.group.id, "name": row.group.name} if row.group else None,
    }


def service_account(row: User, memberships: Iterable[Membership] = ()) -> Json:
    """An account for machines."""
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "superAdmin": row.super_admin,
        "instanceOwner": row.instance_admin,
        "groups": [{"id": each.group.id, "name": each.group.name} for each in memberships],
    }
