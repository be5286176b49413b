"""The door of the tenants app for the apps above: functions and frozen values."""

from __future__ import annotations

from tenants.actors import system_actor
from tenants.contracts import NamespaceRef, TenantRef
from tenants.selectors.namespaces import by_id as namespace_by_id
from tenants.selectors.namespaces import by_path as namespace
from tenants.selectors.namespaces import merged as merged_variables
from tenants.selectors.tenants import (
    tenant_count,
    tenant_of_id,
    tenant_of_slug,
    tenant_slug,
    tenants,
)
from tenants.services.keys import NoKey, Undecryptable, decrypt, encrypt
from tenants.services.namespaces import ensure_namespace
from tenants.services.people import reset_password
from tenants.services.secrets import resolve_secret
from tenants.services.setup import create_instance_admin_token, is_set_up, set_up

__all__ = [
    "NamespaceRef",
    "NoKey",
    "TenantRef",
    "Undecryptable",
    "create_instance_admin_token",
    "decrypt",
    "encrypt",
    "ensure_namespace",
    "is_set_up",
    "merged_variables",
    "namespace",
    "namespace_by_id",
    "reset_password",
    "resolve_secret",
    "set_up",
    "system_actor",
    "tenant_count",
    "tenant_of_id",
    "tenant_of_slug",
    "tenant_slug",
    "tenants",
]
