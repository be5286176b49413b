"""Tokens of trusted issuers: judged, acted upon, or exchanged for a short-lived token of ours.

Nothing is fetched for an issuer that the tenant does not name, so nobody can send us anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from downbeat.common import clock
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.actors import Actor, system_actor
from tenants.audit_words import Change
from tenants.contracts import NewToken, TenantRef
from tenants.models import ApiToken, TakenToken, TrustedIssuer, User
from tenants.policy import in_scopes
from tenants.selectors import identities
from tenants.services import audit
from tenants.services.issuer_keys import with_keys
from tenants.services.tokens import TokenWish, issue
from tenants.services.trusted_issuers import rule_of
from tenants.sso.refusals import Refused
from tenants.sso.tokens import Opened, opened, verify
from tenants.trust.rules import ALGORITHMS, TYPES, Believed, judged

LONGEST_GIVEN: Final = timedelta(hours=1)
USED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Opinion:
    """What one trusted issuer's row makes of a token."""

    row: TrustedIssuer
    believed: Believed | None = None
    refused: Refused | None = None


@dataclass(frozen=True)
class Trusted:
    """A token that exactly one row believes."""

    row: TrustedIssuer
    believed: Believed
    text: str


@dataclass(frozen=True)
class Given:
    """A token of ours for one of an issuer, and what it may do and for how long."""

    token: NewToken
    scopes: Sequence[str]
    life: timedelta


def opinions(text: str, *, all_rows: bool = False) -> tuple[Opened, list[Opinion]]:
    """What each row of the issuer makes of a token; raises Refused when it has no form.

    `all_rows`: also those that are switched off, for whoever looks for the reason.
    """
    token = opened(text, ALGORITHMS, types=TYPES)
    rows = _rows(token, all_rows=all_rows)
    return token, [_opinion(row, token) for row in rows]


def trusted(text: str) -> Trusted:
    """The one row that believes a token; raises Refused with the nearest reason."""
    _, found = opinions(text)
    good = [opinion for opinion in found if opinion.believed is not None]
    if len(good) == 1 and good[0].believed is not None:
        return Trusted(good[0].row, good[0].believed, text)
    if good:
        names = ", ".join(sorted(opinion.row.name for opinion in good))
        raise Refused("token.ambiguous", f"several trusted issuers take it: {names}")
    reasons = [opinion.refused for opinion in found if opinion.refused is not None]
    # Where there are several rows, the one that came furthest knows best what is missing.
    claims = [reason for reason in reasons if reason.code == "token.claim"]
    raise next(iter([*claims, *reasons]), Refused("token.issuer", "nobody here trusts its issuer"))


def actor_of_trusted(text: str, tenant: TenantRef) -> Actor | None:
    """The service account as which a token of an issuer acts in a tenant; None for no such token."""
    with tenant_scope(tenant.id):
        try:
            found = trusted(text)
        except Refused:
            return None
        if found.row.single_use:
            return None
        _note_use(found.row)
    identity = identities.by_id(found.row.account_id)
    if identity is None or not identity.active:
        return None
    return replace(
        identity.actor(),
        name=f"{identity.name} by {found.row.name}",
        tenants={tenant.slug: tenant.id} if tenant.slug in identity.tenants else {},
        token_id=found.row.id,
        scopes=tuple(found.row.scopes),
        instance_admin=False,
        super_admin=False,
    )


def exchange(text: str, scopes: Sequence[str]) -> Given:
    """A token of ours for a token of an issuer (RFC 8693); raises Refused.

    It lives as long as the other, at most an hour, and may do no more than the row says.
    """
    with tenant_scope(current_tenant()):
        found = trusted(text)
        row = found.row
        account = User.objects.filter(id=row.account_id, active=True).first()
        if account is None:
            raise Refused("token.account", "the service account is not active")
        if found.believed.token_id is not None and row.single_use:
            _take(found)
        life = min(found.believed.expires_at - clock.now(), LONGEST_GIVEN)
        wanted = _narrowed(row.scopes, scopes)
        ApiToken.objects.filter(trust_id=row.id, expires_at__lt=clock.now()).delete()
        wish = TokenWish(
            name=f"{row.name}: {found.believed.subject}"[:150], life=life, scopes=wanted
        )
        made = issue(account, wish, by=_acting(row))
        ApiToken.objects.filter(id=made.id).update(trust_id=row.id)
        _note_use(row)
    return Given(made, wanted, life)


def _rows(token: Opened, *, all_rows: bool) -> list[TrustedIssuer]:
    said = token.claims.get("iss")
    if not isinstance(said, str):
        raise Refused("token.issuer", "it does not say who made it")
    rows = TrustedIssuer.objects.filter(issuer=said)
    return list((rows if all_rows else rows.filter(enabled=True)).order_by("name"))


def _opinion(row: TrustedIssuer, token: Opened) -> Opinion:
    try:
        # Cheap questions first: a token that would be refused anyway makes nobody fetch keys.
        believed = judged(rule_of(row), token.claims, token.algorithm, clock.now())
        with_keys(row, lambda keys: verify(token, keys))
    except Refused as refused:
        return Opinion(row, refused=refused)
    return Opinion(row, believed)


def _take(found: Trusted) -> None:
    """Notes that a token was taken; the second to come finds it noted, at whatever moment."""
    TakenToken.objects.filter(expires_at__lt=clock.now()).delete()
    digest = hashlib.sha256((found.believed.token_id or "").encode()).digest()
    until: datetime = found.believed.expires_at + timedelta(minutes=5)
    try:
        with transaction.atomic():
            TakenToken.objects.create(issuer=found.row, digest=digest, expires_at=until)
    except IntegrityError:
        raise Refused("token.replayed", "it was exchanged before") from None


def _narrowed(allowed: Sequence[str], wanted: Sequence[str]) -> list[str]:
    outside = [scope for scope in wanted if not in_scopes(scope, allowed)]
    if outside:
        raise Refused("token.scope", f"{outside[0]} is more than the trusted issuer may give")
    return list(wanted) or list(allowed)


def _acting(row: TrustedIssuer) -> Actor:
    """The account, as what it is recorded as."""
    identity = identities.by_id(row.account_id)
    if identity is None:
        raise Refused("token.account", "the service account is gone")
    return replace(identity.actor(), name=f"{identity.name} by {row.name}", token_id=row.id)


def _note_use(row: TrustedIssuer) -> None:
    now = clock.now()
    if row.last_used_at is None or now - row.last_used_at > USED_EVERY:
        TrustedIssuer.objects.filter(id=row.id).update(last_used_at=now)


def refused_here(tenant_id: UUID, address: str, refused: Refused) -> None:
    """Records a token that was not exchanged, and why; never the token."""
    detail: dict[str, Any] = {"reason": refused.code, "why": refused.detail}
    change = Change.of("trustedissuer", "exchange refused", **detail).denied()
    with audit.from_(audit.Origin(address)):
        audit.refused(tenant_id, system_actor("token exchange"), change)
