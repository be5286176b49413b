"""Tables of the instance: the only ones without row-level security, each with its reason."""

from __future__ import annotations

INSTANCE_TABLES: dict[str, str] = {
    "tenants_tenant": "found by its slug before anybody's rights are known",
    "tenants_tenantaccess": "which tenants a person may enter, read when they sign in",
    "tenants_user": "one person may work in several tenants",
    "tenants_apitoken": "found by a token before its tenant is known",
    "tenants_killswitch": "a switch of the instance stops every tenant; read by tenant and by nobody else",
    "tenants_instanceannouncement": "told to everybody; says nothing of any tenant",
    "tenants_requestbucket": "asked before a request may do anything; says only when the next is due",
    "django_session": "Django's own; never filled",
    "tenants_portalsession": "found by a cookie before its tenant is known",
    "auth_group": "guardian's groups; named by UUIDs that say nothing",
    "auth_permission": "names of actions",
    "auth_group_permissions": "guardian's schema; never filled",
    "django_content_type": "names of models",
    "django_migrations": "which schema this is",
    "guardian_userobjectpermission": "guardian's schema; never filled",
    "guardian_groupobjectpermission": "guardian's schema; never filled",
    "account_emailaddress": "allauth's schema; never filled",
    "account_emailconfirmation": "allauth's schema; never filled",
    "socialaccount_socialaccount": "allauth's schema; never filled",
    "socialaccount_socialapp": "allauth's schema; never filled: it would hold secrets as plain text",
    "socialaccount_socialtoken": "allauth's schema; never filled",
    "tenants_secondfactor": "second factors of people, read before they enter any tenant",
    "tenants_recoverycode": "their recovery codes",
    "tenants_invitationdoor": "found by a link before its tenant is known; says nothing else",
    "worker": "processes of the instance",
    "worker_group": "queues of the instance, some of them of one tenant; found by a token",
    "worker_token": "found by a token before its group is known",
    "worker_assignment": "ids of what a remote worker was given, of any tenant",
}
