"""Routes of tenants, accounts and of who lets people in, for the OpenAPI description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from downbeat.common.api.operations import FILTERS, PAGE, Operation, Query, takes
from tenants.api import bodies
from tenants.api.directory_bodies import DirectoryBody, DirectoryFactsBody, ExchangeBody
from tenants.api.invitation_bodies import InvitationBody
from tenants.api.operations import OBJECT
from tenants.api.provider_bodies import ProviderBody
from tenants.api.trust_bodies import TrustBody, TrustTestBody

SCIM_JSON: Final = "application/scim+json"
S: Final = "/scim/v2"
_SCIM: Final[Mapping[str, Mapping[str, Any]]] = {SCIM_JSON: {"type": "object"}}
_SEARCH: Final = (*PAGE, *FILTERS)
_ASKED: Final = (
    Query("filter", text="As RFC 7644 section 3.4.2.2 has it."),
    Query("startIndex", "integer", "From 1."),
    Query("count", "integer", "At most 1000."),
    Query("sortBy"),
    Query("sortOrder"),
    Query("attributes"),
    Query("excludedAttributes"),
)


_ME: Final = {
    "GET": "Get",
    "POST": "Create",
    "PUT": "Replace",
    "PATCH": "Patch",
    "DELETE": "Delete",
}


def _scim(id: str, **facts: Any) -> Operation:
    return Operation(id, facts.pop("answer", "ScimResource"), media=SCIM_JSON, **facts)


def _resources(name: str, one: str) -> dict[str, Operation]:
    """The routes of one type of resource."""
    at = f"{S}/{name}"
    return {
        f"GET {at}": _scim(f"scimList{name}", query=_ASKED),
        f"POST {at}": _scim(f"scimCreate{one}", body=_SCIM, status=201),
        f"POST {at}/.search": _scim(f"scimSearch{name}", body=_SCIM),
        f"GET {at}/{{}}": _scim(f"scimGet{one}"),
        f"PUT {at}/{{}}": _scim(f"scimReplace{one}", body=_SCIM),
        f"PATCH {at}/{{}}": _scim(f"scimPatch{one}", body=_SCIM),
        f"DELETE {at}/{{}}": _scim(f"scimDelete{one}", answer=None),
    }


SCIM: Final[Mapping[str, Operation]] = {
    **_resources("Users", "User"),
    **_resources("Groups", "Group"),
    f"POST {S}/Bulk": _scim("scimBulk", body=_SCIM),
    f"GET {S}/ServiceProviderConfig": _scim("scimServiceProviderConfig"),
    f"GET {S}/ResourceTypes": _scim("scimResourceTypes"),
    f"GET {S}/ResourceTypes/{{}}": _scim("scimResourceType"),
    f"GET {S}/Schemas": _scim("scimSchemas"),
    f"GET {S}/Schemas/{{}}": _scim("scimSchema", answer=OBJECT),
    # RFC 7644 section 3.11: `/Me` stands for whoever asks, and a directory is nobody.
    **{f"{method} {S}/Me": _scim(f"scim{word}Me", status=501) for method, word in _ME.items()},
}
DIRECTORIES: Final[Mapping[str, Operation]] = {
    "GET /directories": Operation("listDirectories", "Directories"),
    "POST /directories": Operation(
        "createDirectory", "NewDirectory", takes(DirectoryBody), status=201
    ),
    "GET /directories/{}": Operation("directory", "Directory"),
    "PUT /directories/{}": Operation("updateDirectory", "Directory", takes(DirectoryFactsBody)),
    "DELETE /directories/{}": Operation("deleteDirectory"),
    "POST /directories/{}/token": Operation(
        "exchangeDirectoryToken", "NewDirectory", takes(ExchangeBody)
    ),
    "GET /trusted-issuers": Operation("listTrustedIssuers", OBJECT),
    "POST /trusted-issuers": Operation(
        "createTrustedIssuer", "TrustedIssuer", takes(TrustBody), status=201
    ),
    "POST /trusted-issuers/test": Operation("testTrustedIssuers", OBJECT, takes(TrustTestBody)),
    "GET /trusted-issuers/{}": Operation("trustedIssuer", "TrustedIssuer"),
    "PUT /trusted-issuers/{}": Operation("updateTrustedIssuer", "TrustedIssuer", takes(TrustBody)),
    "DELETE /trusted-issuers/{}": Operation("deleteTrustedIssuer"),
    "GET /identity-providers": Operation("listIdentityProviders", "IdentityProviders"),
    "POST /identity-providers": Operation(
        "createIdentityProvider", "IdentityProvider", takes(ProviderBody), status=201
    ),
    "GET /identity-providers/{}": Operation("identityProvider", "IdentityProvider"),
    "PUT /identity-providers/{}": Operation(
        "updateIdentityProvider", "IdentityProvider", takes(ProviderBody)
    ),
    "DELETE /identity-providers/{}": Operation("deleteIdentityProvider"),
}
INVITATIONS: Final[Mapping[str, Operation]] = {
    "POST /invitations": Operation(
        "createInvitation", "Invitation", takes(InvitationBody), status=201
    ),
    "GET /invitations/search": Operation(
        "searchInvitations", "PagedResults_Invitation_", query=_SEARCH
    ),
    "GET /invitations/email/{}": Operation("listInvitationsByEmail", ["Invitation"]),
    "GET /invitations/{}": Operation("invitation", "Invitation"),
    "DELETE /invitations/{}": Operation("deleteInvitation"),
    "POST /invitations/{}/resend": Operation("resendInvitation", "Invitation"),
}
INSTANCE: Final[Mapping[str, Operation]] = {
    "GET /users": Operation("listUsers", "PagedResults_Account_", query=_SEARCH),
    "POST /users": Operation("createUser", "Account", takes(bodies.PersonBody), status=201),
    "GET /users/{}": Operation("user", "Account"),
    "DELETE /users/{}": Operation("deleteUser"),
    "PATCH /users/{}/superadmin": Operation(
        "patchUserSuperAdmin", "Account", takes(bodies.SuperAdminBody)
    ),
    "PATCH /users/{}/instanceowner": Operation(
        "patchUserInstanceOwner", "Account", takes(bodies.InstanceOwnerBody)
    ),
    "POST /tenants": Operation("createTenant", "TenantBrief", takes(bodies.TenantBody)),
    "GET /tenants/search": Operation("searchTenants", "PagedResults_Tenant_", query=_SEARCH),
    "GET /tenants/{}": Operation("tenant", "TenantInFull"),
    "PUT /tenants/{}": Operation("updateTenant", "TenantInFull", takes(bodies.TenantFactsBody)),
    "POST /tenants/{}/suspend": Operation("suspendTenant", "Tenant", takes(bodies.SuspensionBody)),
    "POST /tenants/{}/resume": Operation("resumeTenant", "Tenant"),
    "DELETE /tenants/{}": Operation("deleteTenant"),
    "GET /me": Operation("currentUser", "Account"),
    "PATCH /me": Operation("updateCurrentUser", "Account", takes(bodies.ProfileBody)),
    "PUT /me/password": Operation("updateCurrentUserPassword", body=takes(bodies.PasswordBody)),
}
OPERATIONS: Final[Mapping[str, Operation]] = {**SCIM, **DIRECTORIES, **INVITATIONS, **INSTANCE}
