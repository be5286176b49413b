"""Facts of the tenants app."""

from __future__ import annotations

from tenants.models.namespaces import Namespace
from tenants.models.people import User
from tenants.models.rights import Binding, Group, Membership, Role
from tenants.models.secrets import Secret
from tenants.models.tenant import Tenant, TenantAccess
from tenants.models.tokens import ApiToken

__all__ = [
    "ApiToken",
    "Binding",
    "Group",
    "Membership",
    "Namespace",
    "Role",
    "Secret",
    "Tenant",
    "TenantAccess",
    "User",
]
