"""Trusted issuers of a tenant: whose tokens act as which service account, without a kept key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from downbeat.common.errors import Denied, NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.errors import NameTaken
from tenants.models import ApiToken, TrustedIssuer, User
from tenants.models.people import UserKind
from tenants.services import audit, sign_in
from tenants.services.bindings import require_rights_of
from tenants.trust.conditions import Condition
from tenants.trust.rules import Rule


@dataclass(frozen=True)
class TrustFacts:
    """A trusted issuer as somebody writes it, already checked for its form."""

    name: str
    issuer: str
    audiences: Sequence[str]
    conditions: Sequence[Condition]
    algorithms: Sequence[str]
    longest_life: timedelta
    description: str = ""
    jwks_url: str = ""
    keys: Mapping[str, Any] | None = None
    scopes: Sequence[str] = field(default_factory=tuple)
    single_use: bool = False
    enabled: bool = True


def create_issuer(actor: Actor, account_id: UUID, facts: TrustFacts) -> TrustedIssuer:
    """A new one; whoever makes it can act as the account, so they must hold what it holds."""
    with tenant_scope(current_tenant()):
        row = TrustedIssuer()
        _write(actor, row, account_id, facts)
        _record(actor, row, "created", before=None, after=_state(row))
    return row


def update_issuer(actor: Actor, id: UUID, account_id: UUID, facts: TrustFacts) -> TrustedIssuer:
    """All of it anew. Tokens that it has given stop at once; those of the issuer are judged anew."""
    with tenant_scope(current_tenant()):
        row = issuer(id, lock=True)
        before = _state(row)
        _write(actor, row, account_id, facts)
        _end_tokens(row)
        _record(actor, row, "updated", before=before, after=_state(row))
    sign_in.forget_checked()
    return row


def delete_issuer(actor: Actor, id: UUID) -> None:
    """Ends the trust, and the tokens that were given on it."""
    with tenant_scope(current_tenant()):
        require(actor, "serviceaccount.edit")
        row = issuer(id, lock=True)
        _end_tokens(row)
        _record(actor, row, "deleted", before=_state(row), after=None)
        row.delete()
    sign_in.forget_checked()


def issuer(id: UUID, *, lock: bool = False) -> TrustedIssuer:
    """The one with that id; call inside the tenant's scope."""
    rows = TrustedIssuer.objects.filter(id=id)
    found = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound("trusted issuer")
    return found


def rule_of(row: TrustedIssuer) -> Rule:
    """What it says about tokens."""
    return Rule(
        id=row.id,
        name=row.name,
        issuer=row.issuer,
        audiences=tuple(row.audiences),
        conditions=tuple(Condition.model_validate(item) for item in row.conditions),
        algorithms=tuple(row.algorithms),
        longest_life=timedelta(seconds=row.longest_life),
        single_use=row.single_use,
        enabled=row.enabled,
    )


def _write(actor: Actor, row: TrustedIssuer, account_id: UUID, facts: TrustFacts) -> None:
    require(actor, "serviceaccount.edit")
    account = _account(account_id)
    require_rights_of(actor, account.id)
    if actor.scopes and not set(facts.scopes or ["*"]) <= set(actor.scopes):
        raise Denied(permission="every scope of the trusted issuer")
    row.account = account
    for name in ("name", "description", "enabled", "issuer", "jwks_url", "keys", "single_use"):
        setattr(row, name, getattr(facts, name))
    row.audiences, row.algorithms = list(facts.audiences), list(facts.algorithms)
    row.scopes = list(facts.scopes)
    row.conditions = [
        item.model_dump(by_alias=True, exclude_none=True) for item in facts.conditions
    ]
    row.longest_life = int(facts.longest_life.total_seconds())
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise NameTaken(name=facts.name) from None


def _account(id: UUID) -> User:
    kind = UserKind.SERVICE_ACCOUNT
    found = User.objects.filter(id=id, kind=kind, home_tenant_id=current_tenant()).first()
    if found is None:
        raise NotFound("service account")
    return found


def _end_tokens(row: TrustedIssuer) -> None:
    ApiToken.objects.filter(trust_id=row.id).delete()


def _record(
    actor: Actor,
    row: TrustedIssuer,
    event: str,
    *,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
) -> None:
    audit.record(actor, Change.of("trustedissuer", event, row.id), before=before, after=after)


def _state(row: TrustedIssuer) -> dict[str, object]:
    return {
        "name": row.name,
        "issuer": row.issuer,
        "audiences": row.audiences,
        "conditions": row.conditions,
        "serviceAccount": row.account_id,
        "scopes": row.scopes,
        "lifeSeconds": row.longest_life,
        "singleUse": row.single_use,
        "enabled": row.enabled,
    }
