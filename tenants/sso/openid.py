"""OpenID Connect as a relying party: allauth's flow, our checks.

django-allauth builds the request with its PKCE challenge and redeems the code; its adapter reads
providers from us (`list_apps`) and never from its own table. What it does not check, or checks
only in part, is done here: that the discovery document is the configured issuer's, that the ID
token is signed (allauth trusts the connection that it came by), by an allowed algorithm, with a
key of the provider's, and that `iss`, `aud`, `azp`, `nonce`, `iat`, `nbf` and `at_hash` are right.
Its view is not used either, for it lets whoever calls it add scopes and parameters.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest

from downbeat.sdk.errors import TaskFailed
from tenants.sso import discovery, id_tokens, outgoing, tokens
from tenants.sso.assertions import Assertion
from tenants.sso.config import SYMMETRIC
from tenants.sso.known import Known
from tenants.sso.refusals import Refused

LONGEST_SID: Final = 1024
KNOWN: Final = "_downbeat_provider"
"""The attribute of a request under which allauth's hooks find the provider at hand."""


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """What allauth asks its host: which providers there are, and how to reach them."""

    def list_apps(
        self, request: HttpRequest, provider: Any = None, client_id: Any = None
    ) -> list[SocialApp]:
        """The provider that this request is about, from our encrypted row; never allauth's rows."""
        known: Known | None = getattr(request, KNOWN, None)
        return [application(known)] if known is not None else []

    def get_requests_session(self) -> requests.Session:
        """Bounded, and guarded where the operator guards what is inside."""
        return outgoing.session()


class RelyingParty(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """allauth's view of one provider of ours."""

    def __init__(self, request: HttpRequest, known: Known) -> None:
        super().__init__(request, known.description.name)
        self.known = known
        setattr(request, KNOWN, known)

    def get_provider(self) -> OpenIDConnectProvider:
        """Without a look-up by name: names are unique in a tenant only."""
        return OpenIDConnectProvider(self.request, app=application(self.known))

    @property
    def openid_config(self) -> Mapping[str, Any]:
        """The discovery document, if it is the configured issuer's."""
        return discovery.metadata(self.known.tenant_id, self.known.oidc.issuer).document

    @property
    def basic_auth(self) -> bool:
        """How we prove who we are at the token endpoint."""
        return self.known.oidc.client_authentication == "BASIC"

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Our own address as the operator set it, not as a Host header has it."""
        return self.known.callback


def application(known: Known) -> SocialApp:
    """A provider in allauth's words; the row is never saved."""
    return SocialApp(
        provider=OpenIDConnectProvider.id,
        provider_id=known.description.name,
        name=known.description.display_name,
        client_id=known.oidc.client_id,
        secret=known.secrets.client_secret,
        settings={"server_url": known.oidc.issuer, "oauth_pkce_enabled": True},
    )


def challenge() -> tuple[str, Mapping[str, str]]:
    """A PKCE verifier to keep, and the parameters that go with the request (S256)."""
    made = dict(generate_code_challenge())
    return made.pop("code_verifier"), made


def authorization_address(
    request: HttpRequest,
    known: Known,
    *,
    state: str,
    nonce: str,
    pkce: Mapping[str, str],
    hint: str,
) -> str:
    """Where the browser goes."""
    party = RelyingParty(request, known)
    client: OAuth2Client = party.get_client(request, application(known))
    client.state = state
    more = {"nonce": nonce, **pkce}
    if known.oidc.prompt:
        more["prompt"] = known.oidc.prompt
    if hint:
        more["login_hint"] = hint
    address = client.get_redirect_url(party.authorize_url, known.oidc.scopes, more)
    return _one_query(str(address))


def _one_query(address: str) -> str:
    """allauth appends `?…` even where the provider's address has a query of its own."""
    head, *rest = address.split("?")
    return head + "?" + "&".join(rest) if rest else head


def redeemed(
    request: HttpRequest, known: Known, answer: Mapping[str, str], *, nonce: str, verifier: str
) -> Assertion:
    """The assertion that a code stands for; raises Refused."""
    _check_answer(known, answer)
    party = RelyingParty(request, known)
    client: OAuth2Client = party.get_client(request, application(known))
    try:
        got = client.get_access_token(answer["code"], pkce_code_verifier=verifier)
    except OAuth2Error:
        # allauth's message quotes the answer, which may hold tokens.
        raise Refused("code.refused", "the provider did not accept the code") from None
    except (requests.RequestException, TaskFailed, ValueError) as error:
        raise Refused("provider.unreachable", f"token endpoint: {type(error).__name__}") from None
    return _believed(known, got, nonce)


def _check_answer(known: Known, answer: Mapping[str, str]) -> None:
    """What came with the browser: no error, a code, and from whom (RFC 9207, against mix-ups)."""
    metadata = discovery.metadata(known.tenant_id, known.oidc.issuer).document
    given = answer.get("iss")
    must = metadata.get("authorization_response_iss_parameter_supported") is True
    if (given is not None or must) and given != known.oidc.issuer:
        raise Refused("answer.issuer", "the answer comes from another issuer")
    if "error" in answer:
        raise Refused("answer.error", f"the provider answered {answer['error'][:100]!r}")
    if not answer.get("code"):
        raise Refused("answer.code", "the answer has no code")


def _believed(known: Known, got: Mapping[str, Any], nonce: str) -> Assertion:
    token = tokens.opened(got.get("id_token"), known.oidc.algorithms, types=id_tokens.ID_TYPES)
    _verify(known, token)
    access = got.get("access_token")
    id_tokens.check_id_token(
        token.claims,
        _expected(known),
        nonce=nonce,
        algorithm=token.algorithm,
        access_token=access if isinstance(access, str) else None,
    )
    claims = dict(token.claims)
    verified = claims.get("email_verified") is True
    if known.oidc.fetch_userinfo:
        more = _userinfo(known, str(access), str(claims["sub"]))
        verified = (more if "email" in more else claims).get("email_verified") is True
        claims = {**more, **claims, **{k: more[k] for k in ("email",) if k in more}}
    sid = claims.get("sid")
    return Assertion(
        issuer=known.oidc.issuer,
        subject=str(claims["sub"]),
        claims=claims,
        sid=sid[:LONGEST_SID] if isinstance(sid, str) else "",
        email_verified=verified,
    )


def _verify(known: Known, token: tokens.Opened) -> None:
    if token.algorithm in SYMMETRIC:
        tokens.verify_by_secret(token, known.secrets.client_secret)
        return
    discovery.with_keys(known.tenant_id, known.oidc.issuer, lambda keys: tokens.verify(token, keys))


def _expected(known: Known) -> id_tokens.Expected:
    config = known.oidc
    return id_tokens.Expected(
        config.issuer, config.client_id, time.time(), float(config.clock_skew_seconds)
    )


def _userinfo(known: Known, access_token: str, subject: str) -> dict[str, Any]:
    """More claims, of the same person (OpenID Connect Core section 5.3.2)."""
    address = discovery.metadata(known.tenant_id, known.oidc.issuer).address("userinfo_endpoint")
    if not address:
        raise Refused("provider.metadata", "the provider has no userinfo endpoint")
    found = outgoing.get_json(address, headers={"Authorization": f"Bearer {access_token}"})
    if found.get("sub") != subject:
        raise Refused("userinfo.subject", "the userinfo is about somebody else")
    return found


def logged_out(known: Known, text: object) -> tuple[Mapping[str, Any], float]:
    """The believed claims of a log-out token, and until when its id must be remembered."""
    token = tokens.opened(text, known.oidc.algorithms, types=id_tokens.LOGOUT_TYPES)
    _verify(known, token)
    id_tokens.check_logout_token(token.claims, _expected(known))
    return token.claims, float(token.claims["exp"]) + known.oidc.clock_skew_seconds


def end_session_address(known: Known, back: str) -> str:
    """Where the browser may go so that the provider's own session ends; empty if it has none."""
    where = discovery.metadata(known.tenant_id, known.oidc.issuer).address("end_session_endpoint")
    if not where:
        return ""
    query = urlencode({"client_id": known.oidc.client_id, "post_logout_redirect_uri": back})
    return f"{where}{'&' if '?' in where else '?'}{query}"
