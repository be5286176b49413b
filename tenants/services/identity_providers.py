"""Identity providers of a tenant: written by its administrators, read by whoever signs in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from django.db import IntegrityError, transaction

from downbeat.common import clock
from downbeat.common.errors import FieldError, InvalidFields, NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require, require_grantable
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.contracts import TenantRef
from tenants.errors import NamespaceNotFound, ProviderExists
from tenants.models import IdentityProvider, Role
from tenants.policy import KNOWN
from tenants.selectors import namespaces
from tenants.services import audit, keys
from tenants.sso import certificates
from tenants.sso.config import SYMMETRIC, Description, Oidc, ProviderType
from tenants.sso.known import Known, Secrets

MOST: Final = 50


@dataclass(frozen=True)
class Written:
    """A provider as somebody writes it; without a client secret the stored one stays."""

    description: Description
    client_secret: str | None = field(default=None, repr=False)


def listed(actor: Actor) -> Sequence[IdentityProvider]:
    """All providers of the current tenant, in the order of their buttons."""
    with tenant_scope(current_tenant()):
        require(actor, "identityprovider.view")
        return list(IdentityProvider.objects.order_by("position", "name"))


def one(actor: Actor, name: str) -> IdentityProvider:
    """The provider of that name."""
    with tenant_scope(current_tenant()):
        require(actor, "identityprovider.view")
        return _row(name)


def create(actor: Actor, written: Written) -> IdentityProvider:
    """A new provider; raises ProviderExists."""
    with tenant_scope(current_tenant()):
        require_may_decide(actor)
        check(actor, written, stored=None)
        if IdentityProvider.objects.count() >= MOST:
            raise InvalidFields([FieldError(f"a tenant has at most {MOST} providers")])
        row = IdentityProvider(name=written.description.name, version=0)
        _write(row, actor, written, _new_secrets(row))
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise ProviderExists(name=row.name) from None
        audit.record(actor, Change.of("identityprovider", "created", row.name), after=_state(row))
        return row


def update(actor: Actor, name: str, written: Written) -> IdentityProvider:
    """Another description of a provider; its name and type stay, and so do the people it knows."""
    with tenant_scope(current_tenant()):
        require_may_decide(actor)
        row = _row(name, lock=True)
        before = _state(row)
        new = written.description
        if (new.name, new.type) != (row.name, row.kind):
            raise InvalidFields([FieldError("name and type of a provider stay", path="name")])
        check(actor, written, stored=row)
        _write(row, actor, written, secrets_of(row))
        row.save()
        change = Change.of("identityprovider", "updated", row.name)
        audit.record(actor, change, before=before, after=_state(row))
        return row


def delete(actor: Actor, name: str) -> None:
    """Takes a provider away: sessions that it vouched for end at once, its people stay."""
    with tenant_scope(current_tenant()):
        require_may_decide(actor)
        row = _row(name, lock=True)
        change = Change.of("identityprovider", "deleted", row.name)
        audit.record(actor, change, before=_state(row))
        IdentityProvider.objects.filter(id=row.id).delete()


def require_may_decide(actor: Actor) -> None:
    """Who decides how people sign in can become any of them: it needs every right in the tenant."""
    require(actor, "identityprovider.edit")
    require_grantable(actor, KNOWN, None)


def check(actor: Actor, written: Written, *, stored: IdentityProvider | None) -> None:
    """Raises InvalidFields for what cannot work, whichever protocol it is."""
    new = written.description
    errors: list[FieldError] = []
    wanted, other = ("oidc", "saml") if new.type is ProviderType.OIDC else ("saml", "oidc")
    if getattr(new, wanted) is None:
        errors.append(FieldError("is needed for this type", path=wanted))
    if getattr(new, other) is not None:
        errors.append(FieldError("belongs to the other type", path=other))
    if not errors and new.oidc is not None:
        errors += _secret_errors(written, new.oidc, stored)
    errors += _role_errors(actor, new)
    if errors:
        raise InvalidFields(errors)


def _secret_errors(
    written: Written, config: Oidc, stored: IdentityProvider | None
) -> list[FieldError]:
    path = "clientSecret"
    kept = stored is not None and bool(secrets_of(stored).client_secret)
    moved = stored is not None and stored.config.get("issuer") != config.issuer
    if kept and moved and written.client_secret is None:
        # Otherwise whoever edits could have the secret sent to an address of their own.
        return [FieldError("write it again: the issuer is another one", path=path)]
    needed = config.client_authentication != "NONE" or bool(set(config.algorithms) & {*SYMMETRIC})
    if needed and not written.client_secret and not (kept and written.client_secret is None):
        return [FieldError("is needed", path=path)]
    return []


def _role_errors(actor: Actor, new: Description) -> list[FieldError]:
    found: list[FieldError] = []
    for at, wish in enumerate(new.rules.default_roles):
        if not Role.objects.filter(name=wish.role).exists():
            found.append(
                FieldError(f"there is no role {wish.role}", path=f"rules.defaultRoles.{at}.role")
            )
        if wish.namespace and namespaces.by_path(wish.namespace) is None:
            raise NamespaceNotFound(wish.namespace)
    return found


def secrets_of(row: IdentityProvider) -> Secrets:
    """The secrets of a provider, opened; call inside the tenant's scope."""
    found = json.loads(keys.decrypt(row.sealed, context=context_of(row)))
    return Secrets(found["clientSecret"], found["privateKey"], row.certificate)


def description_of(row: IdentityProvider) -> Description:
    """A stored provider as it was written."""
    side = {"oidc": row.config} if row.kind == ProviderType.OIDC else {"saml": row.config}
    return Description.model_validate(
        {
            "name": row.name,
            "display_name": row.display_name,
            "type": row.kind,
            "enabled": row.enabled,
            "position": row.position,
            "domains": row.domains,
            "rules": row.rules,
            **side,
        }
    )


def known(tenant: TenantRef, name: str, origin: str) -> Known | None:
    """A provider that people may sign in with now; `origin` is our own address."""
    with tenant_scope(tenant.id):
        row = IdentityProvider.objects.filter(name=name).first()
        return _opened(tenant, row, origin) if row is not None and row.enabled else None


def stored(tenant: TenantRef, name: str, origin: str) -> Known | None:
    """A provider, enabled or not."""
    with tenant_scope(tenant.id):
        row = IdentityProvider.objects.filter(name=name).first()
        return _opened(tenant, row, origin) if row is not None else None


def draft(actor: Actor, tenant: TenantRef, written: Written, origin: str) -> Known:
    """A provider as it would be if it were saved now. Nothing is stored."""
    with tenant_scope(tenant.id):
        require_may_decide(actor)
        new = written.description
        row = IdentityProvider.objects.filter(name=new.name).first()
        check(actor, written, stored=row)
        secrets = secrets_of(row) if row is not None else _new_secrets(IdentityProvider())
    if written.client_secret is not None:
        secrets = replace(secrets, client_secret=written.client_secret)
    return Known(tenant.id, tenant.slug, base(tenant.slug, new.name, origin), new, secrets)


def on_login_page(tenant: TenantRef) -> Sequence[IdentityProvider]:
    """The enabled providers, in the order of their buttons."""
    with tenant_scope(tenant.id):
        return list(IdentityProvider.objects.filter(enabled=True).order_by("position", "name"))


def base(slug: str, name: str, origin: str) -> str:
    """Below which address of ours a provider finds us."""
    return f"{origin.rstrip('/')}/api/v1/{slug}/sso/{name}"


def _opened(tenant: TenantRef, row: IdentityProvider, origin: str) -> Known:
    where = base(tenant.slug, row.name, origin)
    return Known(tenant.id, tenant.slug, where, description_of(row), secrets_of(row), row.id)


def _row(name: str, *, lock: bool = False) -> IdentityProvider:
    rows = IdentityProvider.objects.filter(name=name)
    found = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound("identity provider")
    return found


def _new_secrets(row: IdentityProvider) -> Secrets:
    """A key pair of our own for each provider, so that none can stand in for another."""
    private, certificate = certificates.new_key_pair("Downbeat", now=clock.now())
    return Secrets(private_key=private, certificate=certificate)


def _write(row: IdentityProvider, actor: Actor, written: Written, secrets: Secrets) -> None:
    new = written.description
    side = new.oidc or new.saml
    row.kind, row.display_name, row.enabled = new.type, new.display_name, new.enabled
    row.position, row.domains = new.position, list(new.domains)
    row.config = side.model_dump(mode="json") if side else {}
    row.rules = new.rules.model_dump(mode="json")
    row.certificate = secrets.certificate
    row.version += 1
    row.updated_by = actor.id
    secret = secrets.client_secret if written.client_secret is None else written.client_secret
    text = json.dumps({"clientSecret": secret, "privateKey": secrets.private_key})
    row.sealed = keys.encrypt(text, context=context_of(row))


def _state(row: IdentityProvider) -> dict[str, object]:
    """What the audit trail keeps: everything but the secrets."""
    return {
        "type": row.kind,
        "displayName": row.display_name,
        "enabled": row.enabled,
        "position": row.position,
        "domains": row.domains,
        "config": row.config,
        "rules": row.rules,
        "version": row.version,
    }


def context_of(row: IdentityProvider) -> str:
    """What the sealed secrets of a provider are authenticated with."""
    return f"identityprovider|{row.tenant_id}|{row.id}|{row.version}"
