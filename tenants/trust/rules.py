"""Whose tokens act as which account, and the judgement of one token. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tenants.sso.refusals import Refused
from tenants.trust.conditions import Condition

SKEW: Final = timedelta(seconds=30)
ALGORITHMS: Final = (
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
TYPES: Final = ("jwt", "at+jwt")


@dataclass(frozen=True)
class Rule:
    """What a tenant said about an issuer: its tokens for us, of that kind, act as that account."""

    id: UUID | None
    name: str
    issuer: str
    audiences: tuple[str, ...]
    conditions: tuple[Condition, ...]
    algorithms: tuple[str, ...]
    longest_life: timedelta
    single_use: bool = False
    enabled: bool = True


@dataclass(frozen=True)
class Believed:
    """A token that fits a rule, until when it does, and its own id if it has one."""

    expires_at: datetime
    subject: str
    token_id: str | None


def judged(rule: Rule, claims: Mapping[str, Any], algorithm: str, now: datetime) -> Believed:
    """The token as the rule sees it, once its signature is known to be good; raises Refused."""
    if not rule.enabled:
        raise Refused("token.disabled", f"{rule.name} is switched off")
    if algorithm not in rule.algorithms:
        raise Refused("token.algorithm", f"{rule.name} does not allow {algorithm}")
    if claims.get("iss") != rule.issuer:
        raise Refused("token.issuer", f"{rule.name} is about another issuer")
    _check_audience(rule, claims.get("aud"))
    expires_at = _check_times(rule, claims, now)
    for condition in rule.conditions:
        if not condition.holds(claims):
            raise Refused("token.claim", f"{rule.name} wants that {condition.in_words()}")
    token_id = claims.get("jti")
    if rule.single_use and not (isinstance(token_id, str) and 0 < len(token_id) <= 500):
        raise Refused("token.id", f"{rule.name} takes each token once, and this one has no jti")
    subject = str(claims.get("sub", ""))[:200]
    return Believed(expires_at, subject, token_id if isinstance(token_id, str) else None)


def _check_audience(rule: Rule, said: object) -> None:
    named = said if isinstance(said, list) else [said]
    if not any(isinstance(one, str) and one in rule.audiences for one in named):
        raise Refused("token.audience", f"it is for somebody else than {rule.name} says")


def _check_times(rule: Rule, claims: Mapping[str, Any], now: datetime) -> datetime:
    expires_at = _moment(claims, "exp")
    if expires_at is None:
        raise Refused("token.expiry", "it does not say when it expires")
    if expires_at + SKEW <= now:
        raise Refused("token.expired", f"it expired at {expires_at.isoformat()}")
    begins = _moment(claims, "nbf")
    issued = _moment(claims, "iat")
    if (begins is not None and begins - SKEW > now) or (issued is not None and issued - SKEW > now):
        raise Refused("token.early", "it is not valid yet")
    if expires_at - (issued or now) > rule.longest_life + SKEW:
        raise Refused("token.lifetime", f"it lives longer than {rule.name} allows")
    return expires_at


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    said = claims.get(name)
    if said is None:
        return None
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise Refused("token.form", f"{name} is no number")
    try:
        return datetime.fromtimestamp(said, UTC)
    except (OverflowError, ValueError, OSError):
        raise Refused("token.form", f"{name} is no moment") from None
