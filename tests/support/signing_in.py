"""A browser that signs in at identity providers, and the providers that tests describe."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.test import Client

from tests.support.cast import Cast, Member
from tests.support.doubles.openid import CLIENT_ID, CLIENT_SECRET, OpenIdDouble

Json = dict[str, Any]


class Browser:
    """Cookies, and the redirects that it is sent on."""

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=False)

    def get(self, address: str) -> Any:
        """One page; redirects are not followed."""
        return self.client.get(address, headers={"Sec-Fetch-Site": "none"})

    def start(self, cast: Cast, name: str, *, next: str = "/") -> dict[str, str]:
        """Presses the button; the parameters that the provider is sent."""
        answer = self.get(f"{cast.api}/sso/{name}/start?next={next}")
        assert answer.status_code == 303, answer.content
        return query_of(answer["Location"])

    def back(self, cast: Cast, name: str, **query: str) -> Any:
        """Comes back from an OpenID provider."""
        return self.client.get(f"{cast.api}/sso/{name}/callback", query)

    def sign_in(
        self, cast: Cast, provider: OpenIdDouble, name: str = "idp", next: str = "/", **claims: Any
    ) -> Any:
        """The whole way with an honest provider; the answer that ends it."""
        asked = self.start(cast, name, next=next)
        provider.gives(provider.signed(provider.says(nonce=asked["nonce"], **claims)))
        return self.back(cast, name, state=asked["state"], code="good")

    def send_form(self, address: str, **fields: str) -> Any:
        """Sends a form as browsers do."""
        kind = "application/x-www-form-urlencoded"
        return self.client.post(address, urlencode(fields), content_type=kind)

    def me(self) -> Any:
        """Who the server thinks this is."""
        return self.client.get("/api/v1/me")

    @property
    def signed_in(self) -> bool:
        """Whether the session is somebody's."""
        return bool(self.me().status_code == 200)

    def post(self, address: str, body: object = None) -> Any:
        """A write with the page's CSRF token."""
        self.client.get("/ui/")
        token = self.client.cookies[settings.CSRF_COOKIE_NAME].value
        return self.client.post(
            address, body or {}, content_type="application/json", headers={"X-CSRFToken": token}
        )


def query_of(address: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def refusal_of(answer: Any) -> str:
    """The code with which a browser was sent back to the login page."""
    assert answer.status_code == 303, answer.content
    parts = urlsplit(answer["Location"])
    assert parts.path == "/ui/login", answer["Location"]
    return query_of(answer["Location"])["error"]


def openid_provider(issuer: str, name: str = "idp", **more: Any) -> Json:
    """An OpenID provider as an administrator writes it."""
    oidc = {"issuer": issuer, "clientId": CLIENT_ID, **more.pop("oidc", {})}
    return {
        "name": name,
        "displayName": "Our directory",
        "type": "OIDC",
        "enabled": True,
        "clientSecret": CLIENT_SECRET,
        "oidc": oidc,
        "rules": more.pop("rules", {}),
        **more,
    }


def configured(cast: Cast, body: Json, *, by: Member | None = None) -> Json:
    """Stores a provider in Alice's tenant, or writes it anew."""
    member = by or cast.alice
    path = f"{cast.api}/identity-providers"
    answer = member.post(path, body)
    if answer.status_code == 409:
        answer = member.put(f"{path}/{body['name']}", body)
    assert answer.status_code < 300, answer.content
    found: Json = answer.json()
    return found


def saml_provider(certificate: str, entity: str, name: str = "saml", **more: Any) -> Json:
    """A SAML provider as an administrator writes it."""
    saml = {
        "entityId": entity,
        "ssoUrl": "https://idp.example.org/sso",
        "certificates": [certificate],
        **more.pop("saml", {}),
    }
    return {
        "name": name,
        "displayName": "Our SAML directory",
        "type": "SAML",
        "enabled": True,
        "saml": saml,
        "rules": {"emailTrust": "ALWAYS", **more.pop("rules", {})},
        **more,
    }
