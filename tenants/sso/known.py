"""A provider as the protocols use it: the stored row with its secrets opened, or a draft."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from tenants.sso.config import Description, Oidc, Saml
from tenants.sso.saml import ServiceProvider


@dataclass(frozen=True)
class Secrets:
    """What a provider and we share, or what is ours alone. Never shown."""

    client_secret: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    certificate: str = ""


@dataclass(frozen=True)
class Known:
    """A provider of a tenant. `id` is None for one that is being tried before it is saved.

    `base` is the address of ours below which it finds us: `…/api/v1/acme/sso/keycloak`.
    """

    tenant_id: UUID
    slug: str
    base: str
    description: Description
    secrets: Secrets = field(repr=False)
    id: UUID | None = None

    @property
    def row_id(self) -> UUID:
        """The row of a provider that is saved."""
        if self.id is None:
            raise LookupError("this provider is not saved")
        return self.id

    @property
    def oidc(self) -> Oidc:
        """Its OpenID Connect side."""
        if self.description.oidc is None:
            raise LookupError("not an OpenID Connect provider")
        return self.description.oidc

    @property
    def saml(self) -> Saml:
        """Its SAML side."""
        if self.description.saml is None:
            raise LookupError("not a SAML provider")
        return self.description.saml

    @property
    def us(self) -> ServiceProvider:
        """Ourselves towards it, in SAML."""
        return ServiceProvider(self.base, self.secrets.private_key, self.secrets.certificate)

    @property
    def callback(self) -> str:
        """Where it sends the browser back to, in OpenID Connect."""
        return f"{self.base}/callback"
