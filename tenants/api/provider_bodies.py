"""Identity providers as clients write and read them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from downbeat.common.api.bodies import Body
from tenants.models import IdentityProvider
from tenants.services.identity_providers import Written, base, description_of
from tenants.sso import certificates
from tenants.sso.config import Description, ProviderType

Json = dict[str, Any]


class ProviderBody(Description):
    """A provider, and its client secret if it is new or changes."""

    client_secret: str | None = Field(default=None, min_length=1, max_length=4000, repr=False)

    @property
    def written(self) -> Written:
        """The body as services take it."""
        described = Description.model_validate(self.model_dump(exclude={"client_secret"}))
        return Written(described, self.client_secret)


class TestBody(ProviderBody):
    """A provider to try, and the page of the portal to come back to."""

    next: str = Field(default="/", max_length=1000)


class LinkBody(Body):
    """The account at a provider that somebody wants to sign in with as well."""

    tenant: str = Field(min_length=1, max_length=63)
    provider: str = Field(min_length=1, max_length=63)
    next: str = Field(default="/", max_length=1000)


class LogoutEverywhereBody(Body):
    """Whether API tokens end too."""

    tokens: bool = False


def shown(row: IdentityProvider, slug: str, origin: str) -> Json:
    """A provider as administrators read it: everything but its secrets, and what it has to know."""
    described = description_of(row)
    where = base(slug, row.name, origin)
    oidc = row.kind == ProviderType.OIDC
    return {
        **described.model_dump(mode="json", by_alias=True),
        "clientSecretSet": oidc and described.oidc is not None and _has_secret(described),
        "version": row.version,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "addresses": addresses(where, oidc=oidc),
        "certificateExpiresAt": _first_end(described),
        "spCertificate": None if oidc else row.certificate,
    }


def addresses(where: str, *, oidc: bool) -> Json:
    """What an administrator enters at the provider."""
    if oidc:
        return {
            "start": f"{where}/start",
            "redirectUri": f"{where}/callback",
            "backchannelLogoutUri": f"{where}/backchannel-logout",
        }
    return {
        "start": f"{where}/start",
        "entityId": f"{where}/metadata",
        "metadata": f"{where}/metadata",
        "acs": f"{where}/acs",
        "slo": f"{where}/slo",
    }


def button(row: IdentityProvider, slug: str, email: str) -> Json:
    """A provider as the login page shows it; addresses are relative to the portal's own origin."""
    domain = email.rpartition("@")[2].strip().lower()
    return {
        "name": row.name,
        "displayName": row.display_name,
        "type": row.kind,
        "startUrl": base(slug, row.name, "") + "/start",
        "suggested": bool(domain) and domain in row.domains,
    }


def _has_secret(described: Description) -> bool:
    config = described.oidc
    return config is not None and config.client_authentication != "NONE"


def _first_end(described: Description) -> object:
    if described.saml is None:
        return None
    return min(certificates.expires_at(pem) for pem in described.saml.certificates)
