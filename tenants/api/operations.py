"""The routes of the tree and of rights for the OpenAPI description: names, bodies, answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from downbeat.common.api.operations import (
    FILTERS,
    PAGE,
    WORDS,
    Operation,
    Query,
    listed,
    takes,
)
from tenants.api import bodies, move_documents

Schema = Mapping[str, Any]
WORD: Final = Query("q", text="A part of the name.")
PERMISSION: Final = Query("permission", text="Such as `flow.edit`.", needed=True)
PLACE: Final = Query("namespace", text="Without one: the whole tenant.")
OBJECT: Final[Schema] = {"type": "object"}
N: Final = "/namespaces/{}"


_SEARCH: Final = (*PAGE, *FILTERS)
_NAMED: Final = takes(bodies.AutocompleteBody)
_IDS: Final = takes(bodies.IdsBody)

TREE: Final[Mapping[str, Operation]] = {
    "POST /namespaces": Operation("createNamespace", "Namespace", takes(bodies.NamespaceBody)),
    "GET /namespaces/search": Operation(
        "searchNamespaces", "PagedResults_Namespace_", query=_SEARCH
    ),
    "POST /namespaces/autocomplete": Operation("autocompleteNamespaces", WORDS, _NAMED),
    f"GET {N}": Operation("namespace", "Namespace"),
    f"PUT {N}": Operation("updateNamespace", "Namespace", takes(bodies.NamespaceBody)),
    f"DELETE {N}": Operation("deleteNamespace"),
    f"POST {N}/move": Operation("moveNamespace", move_documents.ANSWER, takes(bodies.MoveBody)),
    f"GET {N}/inherited-variables": Operation(
        "inheritedVariables", {"type": "object", "additionalProperties": OBJECT}
    ),
    f"PUT {N}/secrets": Operation("putSecrets", ["SecretMeta"], takes(bodies.SecretBody)),
    f"PATCH {N}/secrets/{{}}": Operation(
        "patchSecret", ["SecretMeta"], takes(bodies.SecretFactsBody)
    ),
    f"DELETE {N}/secrets/{{}}": Operation("deleteSecret"),
    f"GET {N}/inherited-secrets": Operation(
        "inheritedSecrets", {"type": "object", "additionalProperties": WORDS}
    ),
    "GET /secrets": Operation(
        "listSecrets",
        {
            "allOf": [
                {"$ref": "#/components/schemas/PagedResults_SecretMeta_"},
                {"type": "object", "properties": {"readOnly": {"type": "boolean"}}},
            ]
        },
        query=_SEARCH,
    ),
}
_KINDS: Final[Schema] = {
    "type": "object",
    "additionalProperties": {"$ref": "#/components/schemas/SecretManagerKind"},
}
_MANAGER: Final = takes(bodies.SecretManagerBody)
_NAME: Final = takes(bodies.SecretNameBody)
KEEPING: Final[Mapping[str, Operation]] = {
    "GET /retention": Operation("retention", "Retention"),
    "PUT /retention": Operation("setRetention", "Retention", takes(bodies.RetentionBody)),
    f"GET {N}/retention": Operation("namespaceRetention", "NamespaceRetention"),
    "GET /secret-managers": Operation("secretManagerKinds", _KINDS),
    "GET /secret-manager": Operation("secretManager", "SecretManager"),
    "PUT /secret-manager": Operation("setSecretManager", "SecretManager", _MANAGER),
    "DELETE /secret-manager": Operation("deleteSecretManager"),
    "POST /secret-manager/test": Operation("testSecretManager", "SecretFound", _NAME),
    f"GET {N}/secret-manager": Operation("namespaceSecretManager", "SecretManager"),
    f"PUT {N}/secret-manager": Operation("setNamespaceSecretManager", "SecretManager", _MANAGER),
    f"DELETE {N}/secret-manager": Operation("deleteNamespaceSecretManager"),
    f"POST {N}/secret-manager/test": Operation("testNamespaceSecretManager", "SecretFound", _NAME),
    f"PUT {N}/retention": Operation(
        "setNamespaceRetention", "NamespaceRetention", takes(bodies.RetentionBody)
    ),
}
ROLES: Final[Mapping[str, Operation]] = {
    "POST /roles": Operation("createRole", "Role", takes(bodies.RoleBody)),
    "POST /roles/ids": Operation("listRolesFromGivenIds", ["Role"], _IDS),
    "POST /roles/autocomplete": Operation("autocompleteRoles", ["RoleSummary"], _NAMED),
    "GET /roles/search": Operation("searchRoles", "PagedResults_Role_", query=_SEARCH),
    "GET /roles/{}": Operation("role", "Role"),
    "PUT /roles/{}": Operation("updateRole", "Role", takes(bodies.RoleBody)),
    "DELETE /roles/{}": Operation("deleteRole"),
    "POST /bindings": Operation("createBinding", "Binding", takes(bodies.BindingBody)),
    "POST /bindings/bulk": Operation("bulkCreateBinding", ["Binding"], listed(bodies.BindingBody)),
    "GET /bindings/search": Operation("searchBindings", "PagedResults_Binding_", query=_SEARCH),
    "GET /bindings/{}": Operation("binding", "Binding"),
    "DELETE /bindings/{}": Operation("deleteBinding"),
}
GROUPS: Final[Mapping[str, Operation]] = {
    "POST /groups": Operation("createGroup", "Group", takes(bodies.GroupBody)),
    "POST /groups/ids": Operation("listGroupIds", ["Group"], _IDS),
    "POST /groups/autocomplete": Operation("autocompleteGroups", ["Group"], _NAMED),
    "GET /groups/search": Operation("searchGroups", "PagedResults_Group_", query=_SEARCH),
    "GET /groups/{}": Operation("group", "Group"),
    "PUT /groups/{}": Operation("updateGroup", "Group", takes(bodies.GroupBody)),
    "DELETE /groups/{}": Operation("deleteGroup"),
    "GET /groups/{}/members": Operation(
        "searchGroupMembers", "PagedResults_GroupMember_", query=_SEARCH
    ),
    "PUT /groups/{}/members/{}": Operation("addUserToGroup", "GroupMember"),
    "DELETE /groups/{}/members/{}": Operation("deleteUserFromGroup", "GroupMember"),
    "PUT /groups/{}/members/membership/{}": Operation(
        "setUserMembershipForGroup",
        "GroupMember",
        query=(Query("membership", text="OWNER or MEMBER.", needed=True),),
    ),
    "PUT /users/{}/groups": Operation("updateUserGroups", body=takes(bodies.GroupIdsBody)),
}
PEOPLE: Final[Mapping[str, Operation]] = {
    "GET /tenant-access": Operation("listTenantAccess", "PagedResults_Entrant_", query=_SEARCH),
    "POST /tenant-access": Operation("createTenantAccessByEmail", body=takes(bodies.EmailBody)),
    "POST /tenant-access/autocomplete": Operation("autocompleteTenantAccess", ["Entrant"], _NAMED),
    "GET /tenant-access/{}": Operation("tenantAccess", "TenantAccess"),
    "PUT /tenant-access/{}": Operation("createTenantAccess", status=201),
    "DELETE /tenant-access/{}": Operation("deleteTenantAccess"),
    "GET /service-accounts": Operation(
        "listServiceAccountsForTenant", "PagedResults_ServiceAccount_", query=PAGE
    ),
    "POST /service-accounts": Operation(
        "createServiceAccountForTenant", "ServiceAccount", takes(bodies.ServiceAccountBody)
    ),
    "GET /service-accounts/{}": Operation("serviceAccountForTenant", "ServiceAccount"),
    "PUT /service-accounts/{}": Operation(
        "updateServiceAccount", "ServiceAccount", takes(bodies.ServiceAccountBody)
    ),
    "DELETE /service-accounts/{}": Operation("deleteServiceAccountForTenant"),
    "GET /service-accounts/{}/api-tokens": Operation(
        "listApiTokensForServiceAccountWithTenant", "ApiTokenList"
    ),
    "POST /service-accounts/{}/api-tokens": Operation(
        "createApiTokensForServiceAccountWithTenant", "NewApiToken", takes(bodies.TokenBody)
    ),
    "DELETE /service-accounts/{}/api-tokens/{}": Operation(
        "deleteApiTokenForServiceAccountWithTenant", OBJECT
    ),
    "GET /me/api-tokens": Operation("listApiTokens", "ApiTokenList"),
    "POST /me/api-tokens": Operation("createApiToken", "NewApiToken", takes(bodies.TokenBody)),
    "DELETE /me/api-tokens/{}": Operation("deleteApiToken", OBJECT),
}
EXPLORER: Final[Mapping[str, Operation]] = {
    "GET /access/permissions": Operation("knownPermissions", "KnownPermissions"),
    "GET /access/mine": Operation("myRights", "RightsHere", query=(PLACE,)),
    "GET /access/who-can": Operation("whoCan", "WhoCan", query=(PERMISSION, PLACE)),
    "GET /access/why": Operation(
        "whyCan", "WhyCan", query=(Query("userId", needed=True), PERMISSION, PLACE)
    ),
    "GET /access/impact": Operation(
        "accessImpact", "Impact", query=(Query("groupId"), Query("bindingId", text="Or this."))
    ),
    "GET /access/unused": Operation(
        "unusedRights", "UnusedRights", query=(Query("days", "integer", "90 unless told."),)
    ),
}
OPERATIONS: Final[Mapping[str, Operation]] = {
    **TREE,
    **KEEPING,
    **ROLES,
    **GROUPS,
    **PEOPLE,
    **EXPLORER,
}
