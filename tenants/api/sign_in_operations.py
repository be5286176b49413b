"""Routes of the first steps, of signing in and of one's own account, for the OpenAPI description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from downbeat.common.api.operations import (
    CONTENT,
    FORM,
    JSON,
    PLAIN,
    WORDS,
    Answer,
    Operation,
    Query,
    takes,
)
from tenants.api import bodies
from tenants.api.factor_views import FactorBody, ProofBody
from tenants.api.invitation_bodies import LinkBody as InvitationLinkBody
from tenants.api.invitation_bodies import NewMemberBody
from tenants.api.provider_bodies import LinkBody, LogoutEverywhereBody, TestBody
from tenants.api.second_step_views import SecondStepBody
from tenants.api.trust_bodies import ExchangeTokenBody

URLENCODED: Final = "application/x-www-form-urlencoded"
METADATA: Final = "application/samlmetadata+xml"
PICTURES: Final = ("image/png", "image/jpeg")


def _form(fields: Mapping[str, str]) -> Mapping[str, Answer]:
    """A form, as browsers and providers send it."""
    properties = {name: {"type": "string", "description": text} for name, text in fields.items()}
    return {URLENCODED: {"type": "object", "properties": properties}}


_LOGIN: Final = takes(bodies.LoginBody)
_PROOF: Final = takes(ProofBody)
_STEP: Final = takes(SecondStepBody)
_ENDING: Final = takes(LogoutEverywhereBody)
_EXCHANGE: Final = takes(ExchangeTokenBody)
_STATE: Final = Query("state", text="What the attempt was begun with.")
_PICTURE: Final[Mapping[str, Any]] = {
    FORM: {"type": "object", "properties": {"logo": CONTENT}, "required": ["logo"]}
}

FIRST: Final[Mapping[str, Operation]] = {
    "GET /setup": Operation("setupConfiguration", "SetupState"),
    "POST /setup": Operation("setUp", "Account", takes(bodies.SetupBody)),
    "GET /configs": Operation("getConfiguration", "Configuration"),
    "GET /configs/login": Operation(
        "getLoginConfiguration",
        "LoginConfiguration",
        query=(Query("tenant"), Query("email", text="Marks the providers of its domain.")),
    ),
    "GET /auths": Operation("waysToSignIn", "WaysIn"),
    "GET /basicAuthValidationErrors": Operation(
        "getBasicAuthConfigErrors", WORDS, query=(Query("username"), Query("password"))
    ),
    "GET /instance/tenant-removals": Operation("listTenantRemovals", "Removals"),
    "GET /tenants/{}/logo": Operation("getLogo", CONTENT, media=PICTURES),
    "POST /tenants/{}/logo": Operation("setLogo", "Logo", _PICTURE),
    "DELETE /tenants/{}/logo": Operation("deleteLogo"),
}
DOOR: Final[Mapping[str, Operation]] = {
    "POST /login": Operation("login", "Account", {**_LOGIN, URLENCODED: _LOGIN[JSON]}),
    "POST /login/second-factor": Operation("loginSecondFactor", "SecondStep", _STEP),
    "POST /logout": Operation(
        "logout",
        "Location",
        query=(Query("provider", "boolean", "Also end the session at the identity provider."),),
        may_be_empty=True,
    ),
    "POST /oauth/token": Operation(
        "exchangeToken", "ExchangedToken", {URLENCODED: _EXCHANGE[JSON], **_EXCHANGE}
    ),
    "POST /invitation/read/{}": Operation(
        "readInvitation", "OpenedInvitation", takes(InvitationLinkBody)
    ),
    "POST /invitation/create/{}": Operation(
        "createFromInvitation", "Account", takes(NewMemberBody)
    ),
    "POST /invitation/accept/{}": Operation("acceptInvitation", body=takes(InvitationLinkBody)),
}
MINE: Final[Mapping[str, Operation]] = {
    "GET /me/invitations": Operation("findAllInvitationsForCurrentUser", ["WaitingInvitation"]),
    "GET /me/identities": Operation("myIdentities", "Identities"),
    "POST /me/identities": Operation("linkIdentity", "Location", takes(LinkBody)),
    "DELETE /me/identities/{}": Operation("unlinkIdentity"),
    "POST /me/logout-everywhere": Operation("endMySessions", body=_ENDING),
    "GET /me/sessions": Operation("mySessions", "Sessions"),
    "DELETE /me/sessions": Operation("endMyOtherSessions", "EndedSessions"),
    "DELETE /me/sessions/{}": Operation("endMySession"),
    "GET /me/second-factors": Operation("mySecondFactors", "Factors"),
    "POST /me/second-factors": Operation(
        "beginSecondFactor", "NewFactor", takes(FactorBody), status=201
    ),
    "DELETE /me/second-factors/{}": Operation("removeSecondFactor", body=_PROOF),
    "POST /me/second-factors/{}/proof": Operation("proveSecondFactor", "RecoveryCodes", _STEP),
    "POST /me/recovery-codes": Operation("newRecoveryCodes", "RecoveryCodes", _PROOF),
    "DELETE /users/{}/second-factors": Operation("resetSecondFactors"),
    "POST /users/{}/logout-everywhere": Operation("endSessionsOfUser", body=_ENDING),
    "POST /tenant-access/{}/logout-everywhere": Operation("endSessionsInTenant", body=_ENDING),
}
PROVIDERS: Final[Mapping[str, Operation]] = {
    "POST /identity-providers/test": Operation(
        "testIdentityProvider", "ProviderTest", takes(TestBody)
    ),
    "GET /identity-providers/tests/{}": Operation(
        "identityProviderTestResult", "ProviderTestResult"
    ),
    "GET /sso/{}/start": Operation(
        "startSignIn", query=(Query("next", text="The page to open afterwards."),), status=303
    ),
    "GET /sso/{}/callback": Operation(
        "finishOpenIdSignIn", query=(_STATE, Query("code"), Query("error")), status=303
    ),
    "POST /sso/{}/acs": Operation(
        "takeSamlResponse",
        body=_form({"SAMLResponse": "The response, in base64.", "RelayState": "As we sent it."}),
        status=303,
    ),
    "GET /sso/{}/finish": Operation("finishSamlSignIn", query=(_STATE,), status=303),
    "GET /sso/{}/metadata": Operation("samlMetadata", PLAIN, media=METADATA),
    "GET /sso/{}/slo": Operation(
        "samlLogout",
        query=(Query("SAMLRequest"), Query("RelayState"), Query("SigAlg"), Query("Signature")),
        status=303,
    ),
    "POST /sso/{}/backchannel-logout": Operation(
        "backchannelLogout", body=_form({"logout_token": "Signed by the provider."}), status=200
    ),
}
OPERATIONS: Final[Mapping[str, Operation]] = {**FIRST, **DOOR, **MINE, **PROVIDERS}
