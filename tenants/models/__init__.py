"""Facts of the tenants app."""

from __future__ import annotations

from tenants.models.announcements import Announcement, InstanceAnnouncement
from tenants.models.audit import AuditChain, AuditEntry, AuditLink
from tenants.models.audit_streams import AuditDeadLetter, AuditStream
from tenants.models.connections import Connection
from tenants.models.directories import (
    DirectoryClient,
    DirectoryGroup,
    DirectoryNesting,
    DirectoryPerson,
)
from tenants.models.federation import (
    ExternalIdentity,
    FederatedSession,
    IdentityProvider,
    SeenAssertion,
    SignInAttempt,
)
from tenants.models.former_paths import FormerPath
from tenants.models.invitations import Invitation, InvitationDoor
from tenants.models.limits import KillSwitch, Quota, RequestBucket, StorageUse
from tenants.models.namespaces import Namespace
from tenants.models.people import User
from tenants.models.policies import Approval, InstancePolicy, Policy
from tenants.models.portal_sessions import PortalSession
from tenants.models.rights import Binding, Group, Membership, Role
from tenants.models.sealed import DataKey
from tenants.models.second_factors import RecoveryCode, SecondFactor
from tenants.models.secret_managers import SecretManager
from tenants.models.secrets import Secret
from tenants.models.tenant import Retention, Tenant, TenantAccess, TenantLogo
from tenants.models.tokens import ApiToken
from tenants.models.trust import TakenToken, TrustedIssuer
from tenants.models.usage import PermissionUse

__all__ = [
    "Announcement",
    "ApiToken",
    "Approval",
    "AuditChain",
    "AuditDeadLetter",
    "AuditEntry",
    "AuditLink",
    "AuditStream",
    "Binding",
    "Connection",
    "DataKey",
    "DirectoryClient",
    "DirectoryGroup",
    "DirectoryNesting",
    "DirectoryPerson",
    "ExternalIdentity",
    "FederatedSession",
    "FormerPath",
    "Group",
    "IdentityProvider",
    "InstanceAnnouncement",
    "InstancePolicy",
    "Invitation",
    "InvitationDoor",
    "KillSwitch",
    "Membership",
    "Namespace",
    "PermissionUse",
    "Policy",
    "PortalSession",
    "Quota",
    "RecoveryCode",
    "RequestBucket",
    "Retention",
    "Role",
    "SecondFactor",
    "Secret",
    "SecretManager",
    "SeenAssertion",
    "SignInAttempt",
    "StorageUse",
    "TakenToken",
    "Tenant",
    "TenantAccess",
    "TenantLogo",
    "TrustedIssuer",
    "User",
]
