"""Tables of the instance: the only ones without row-level security, each with its reason."""

from __future__ import annotations

INSTANCE_TABLES: dict[str, str] = {
    "tenants_tenant": "found by its slug before anybody's rights are known",
    "tenants_tenantaccess": "which tenants a person may enter, read when they sign in",
    "tenants_user": "one person may work in several tenants",
    "tenants_apitoken": "found by a token before its tenant is known",
    "django_session": "found by a cookie before its tenant is known",
    "auth_group": "guardian's groups; named by UUIDs that say nothing",
    "auth_permission": "names of actions",
    "auth_group_permissions": "guardian's schema; never filled",
    "django_content_type": "names of models",
    "django_migrations": "which schema this is",
    "guardian_userobjectpermission": "guardian's schema; never filled",
    "guardian_groupobjectpermission": "guardian's schema; never filled",
    "worker": "processes of the instance",
}
