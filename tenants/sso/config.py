"""How a tenant describes an identity provider: what is stored, and what may be written. Pure.

Values that must stay secret are not among them: they are sealed apart (`Secrets`).
"""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator

from downbeat.common.api.bodies import Body
from tenants.sso import certificates

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
RESERVED: Final = frozenset({"test", "tests"})
_DOMAIN: Final = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
ASYMMETRIC: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
)
SYMMETRIC: Final = ("HS256", "HS384", "HS512")


class ProviderType(StrEnum):
    """Which protocol a provider speaks."""

    OIDC = "OIDC"
    SAML = "SAML"


def _address(text: str) -> str:
    """An https address; plain http only on this machine, where nobody listens in."""
    parts = urlsplit(text)
    if parts.username or parts.password or parts.fragment or not parts.hostname:
        raise ValueError("must be an address without a user name and without a fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ValueError("must begin with https://")
    return text


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _domain(text: str) -> str:
    lower = text.strip().lower()
    if _DOMAIN.fullmatch(lower) is None:
        raise ValueError("must be a domain such as example.com")
    return lower


Address = Annotated[str, Field(max_length=1024), AfterValidator(_address)]
Domain = Annotated[str, AfterValidator(_domain)]
Claim = Annotated[str, Field(min_length=1, max_length=200)]
GroupName = Annotated[str, Field(min_length=1, max_length=150)]


class EmailTrust(StrEnum):
    """When an e-mail address is believed to belong to the person."""

    VERIFIED = "VERIFIED"
    ALWAYS = "ALWAYS"


class Oidc(Body):
    """An OpenID Connect provider."""

    issuer: Address
    client_id: str = Field(min_length=1, max_length=500)
    scopes: list[str] = Field(default=["openid", "profile", "email"], max_length=30)
    client_authentication: Literal["BASIC", "POST", "NONE"] = "BASIC"
    algorithms: list[str] = Field(default=["RS256", "PS256", "ES256"], min_length=1, max_length=12)
    clock_skew_seconds: int = Field(default=60, ge=0, le=300)
    fetch_userinfo: bool = False
    prompt: Literal["", "login", "select_account", "consent"] = ""

    @field_validator("algorithms")
    @classmethod
    def known_algorithms(cls, value: list[str]) -> list[str]:
        """`none` is no choice, and symmetric algorithms have to be asked for by name."""
        unknown = sorted(set(value) - {*ASYMMETRIC, *SYMMETRIC})
        if unknown:
            raise ValueError(f"{', '.join(unknown)} is not one of {', '.join(ASYMMETRIC)}")
        return value

    @field_validator("scopes")
    @classmethod
    def with_openid(cls, value: list[str]) -> list[str]:
        """Without the scope `openid` there is no ID token."""
        return value if "openid" in value else ["openid", *value]


class Saml(Body):
    """A SAML 2.0 identity provider."""

    entity_id: str = Field(min_length=1, max_length=1024)
    sso_url: Address
    slo_url: Address | None = None
    certificates: list[str] = Field(min_length=1, max_length=10)
    name_id_format: str = Field(
        default="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", max_length=200
    )
    sign_requests: bool = False
    allow_idp_initiated: bool = False
    want_response_signed: bool = False
    want_assertion_encrypted: bool = False

    @field_validator("certificates")
    @classmethod
    def readable_certificates(cls, value: list[str]) -> list[str]:
        """Kept as PEM, whatever they were pasted as."""
        return [certificates.normal(text) for text in value]


class RoleOfNewcomers(Body):
    """A role that somebody new gets at the first log-in."""

    role: str = Field(min_length=1, max_length=150)
    namespace: str | None = Field(default=None, max_length=150)


class Rules(Body):
    """What becomes of an assertion: who may come in, as whom, with which groups and roles."""

    allow_jit: bool = True
    link_verified_email: bool = False
    email_trust: EmailTrust = EmailTrust.VERIFIED
    email_claim: Claim = "email"
    first_name_claim: Claim = "given_name"
    last_name_claim: Claim = "family_name"
    name_claim: Claim = "name"
    groups_claim: Claim | None = None
    group_mapping: dict[Claim, GroupName] = Field(default_factory=dict, max_length=1000)
    keep_unmapped_groups: bool = False
    create_missing_groups: bool = False
    default_roles: list[RoleOfNewcomers] = Field(default_factory=list, max_length=20)
    required_claims: dict[Claim, list[str]] = Field(default_factory=dict, max_length=50)
    session_hours: int | None = Field(default=None, ge=1, le=24 * 365)


class Description(Body):
    """A provider as an administrator writes it, secrets apart."""

    name: str = Field(min_length=1, max_length=63)
    display_name: str = Field(min_length=1, max_length=150)
    type: ProviderType
    enabled: bool = False
    position: int = Field(default=0, ge=-1_000_000, le=1_000_000)
    domains: list[Domain] = Field(default_factory=list, max_length=100)
    rules: Rules = Rules()
    oidc: Oidc | None = None
    saml: Saml | None = None

    @field_validator("name")
    @classmethod
    def sayable(cls, value: str) -> str:
        """The name is a part of addresses that the provider has to know."""
        if NAME.fullmatch(value) is None or value in RESERVED:
            raise ValueError("use lower-case letters, digits and '-', not `test` and `tests`")
        return value
