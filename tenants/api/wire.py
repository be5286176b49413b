"""How tenants, people and rights look in JSON."""

from __future__ import annotations

from typing import Any

from downbeat.common import clock
from tenants.contracts import NamespaceRef, TenantRef
from tenants.models import ApiToken, Binding, Group, Namespace, Role, Secret, Tenant, User
from tenants.models.people import UserKind
from tenants.tokens import TokenKind

Json = dict[str, Any]


def tenant(row: Tenant | TenantRef) -> Json:
    """A tenant."""
    return {"id": row.slug, "name": row.name, "deleted": False}


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
        "superAdmin": row.instance_admin,
        "restricted": False,
        "groups": [],
        "groupList": [],
        "auths": _auths(row),
    }


def me(row: User, tenants: list[Tenant]) -> Json:
    """Somebody, as they see themselves."""
    listed = [{"id": item.slug, "name": item.name, "logo": None} for item in tenants]
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


def _auths(row: User) -> list[Json]:
    if row.kind != UserKind.STANDARD:
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
    """A role."""
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "isDefault": False,
        "isManaged": row.built_in,
        "permissionCount": len(row.permissions),
        "permissions": row.permissions,
    }


def group(row: Group) -> Json:
    """A group."""
    return {"id": row.id, "name": row.name, "description": row.description}


def member(row: User) -> Json:
    """Somebody in a group."""
    return {"id": row.id, "username": row.email or row.name, "displayName": row.display_name}


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


def service_account(row: User) -> Json:
    """An account for machines."""
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "superAdmin": row.instance_admin,
        "groups": [],
    }
