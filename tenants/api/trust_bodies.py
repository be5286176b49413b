"""What clients send about trusted issuers."""

from __future__ import annotations

from typing import Any, Final, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, field_validator, model_validator

from downbeat.common.api.bodies import Body
from tenants.services.tokens import lifetime
from tenants.services.trusted_issuers import TrustFacts
from tenants.sso.config import Address
from tenants.trust.conditions import MOST, Condition

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
MOST_KEYS: Final = 50
_address: Final[TypeAdapter[str]] = TypeAdapter(Address)
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class TrustBody(Body):
    """A trusted issuer. Without `jwksUrl` and `keys` its keys are found by discovery."""

    name: str = Field(min_length=1, max_length=150)
    description: str = Field(default="", max_length=2000)
    enabled: bool = True
    issuer: str = Field(min_length=1, max_length=500)
    jwks_url: str = Field(default="", max_length=1000)
    keys: dict[str, Any] | None = None
    audiences: list[str] = Field(min_length=1, max_length=20)
    conditions: list[Condition] = Field(min_length=1, max_length=MOST)
    algorithms: list[Algorithm] = Field(default=["RS256", "ES256"], min_length=1)
    service_account: UUID
    scopes: list[str] = Field(default_factory=list, max_length=100)
    max_lifetime: str = "PT1H"
    single_use: bool = False

    @field_validator("audiences")
    @classmethod
    def _named(cls, listed: list[str]) -> list[str]:
        if any(not 0 < len(item) <= 500 for item in listed):
            raise ValueError("an audience has 1 to 500 characters")
        return listed

    @field_validator("keys")
    @classmethod
    def _public(cls, found: dict[str, Any] | None) -> dict[str, Any] | None:
        """Only public keys: a private one would be a secret that nobody asked for."""
        keys = found.get("keys") if found is not None else []
        if not isinstance(keys, list) or len(keys) > MOST_KEYS:
            raise ValueError(
                f"must be a key set: an object with a list `keys`, at most {MOST_KEYS}"
            )
        for key in keys:
            if (
                not isinstance(key, dict)
                or key.get("kty") not in {"RSA", "EC"}
                or _PRIVATE & set(key)
            ):
                raise ValueError("must hold public RSA and EC keys and nothing else")
        return found

    @model_validator(mode="after")
    def _reachable(self) -> TrustBody:
        if self.keys is None:
            _address.validate_python(self.jwks_url or self.issuer)
        return self

    def facts(self) -> TrustFacts:
        """The same for the service; raises BadLifetime."""
        return TrustFacts(
            name=self.name,
            description=self.description,
            enabled=self.enabled,
            issuer=self.issuer,
            jwks_url=self.jwks_url,
            keys=self.keys,
            audiences=self.audiences,
            conditions=self.conditions,
            algorithms=list(self.algorithms),
            scopes=self.scopes,
            longest_life=lifetime(self.max_lifetime),
            single_use=self.single_use,
        )


class TrustTestBody(Body):
    """A token of an issuer that somebody wants to understand."""

    token: str = Field(min_length=1, max_length=65536, repr=False)


class ExchangeTokenBody(Body):
    """A token exchange (RFC 8693), or an assertion as a grant (RFC 7523)."""

    grant_type: str = Field(default="", alias="grant_type")
    subject_token: str = Field(default="", alias="subject_token", repr=False)
    subject_token_type: str = Field(default="", alias="subject_token_type")
    requested_token_type: str = Field(default="", alias="requested_token_type")
    assertion: str = Field(default="", alias="assertion", repr=False)
    scope: str = Field(default="", alias="scope", max_length=5000)
