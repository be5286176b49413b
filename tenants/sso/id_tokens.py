"""Whether the claims of an ID token or of a log-out token are for us, from there, and for now. Pure.

OpenID Connect Core 1.0 section 3.1.3.7, Back-Channel Logout 1.0 section 2.6. Times are seconds of
the epoch; the clocks of two machines may differ by the configured number of seconds.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tenants.sso.refusals import Refused

ID_TYPES: Final = frozenset({"jwt"})
LOGOUT_TYPES: Final = frozenset({"jwt", "logout+jwt"})
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
# A sign-in redeems its code within seconds; a token that was made long ago was kept by somebody.
OLDEST: Final = 600.0
LONGEST_SUBJECT: Final = 255


@dataclass(frozen=True)
class Expected:
    """What a token must say to be meant for us."""

    issuer: str
    client_id: str
    now: float
    skew: float = 60.0


def check_id_token(
    claims: Mapping[str, Any],
    expected: Expected,
    *,
    nonce: str,
    algorithm: str,
    access_token: str | None,
) -> None:
    """Raises Refused unless the claims belong to the sign-in that we began."""
    _addressed(claims, expected)
    _timely(claims, expected)
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise Refused("token.nonce", "the token was not made for this sign-in")
    _subject(claims)
    said = claims.get("at_hash")
    if said is not None and access_token is not None and said != half_hash(access_token, algorithm):
        raise Refused("token.at_hash", "the token belongs to another access token")


def check_logout_token(claims: Mapping[str, Any], expected: Expected) -> None:
    """Raises Refused unless the claims tell us to end sessions."""
    _addressed(claims, expected)
    _timely(claims, expected)
    events = claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(LOGOUT_EVENT), Mapping):
        raise Refused("token.event", "the token does not say that somebody logged out")
    if "nonce" in claims:
        raise Refused("token.nonce", "a log-out token has no nonce: this is an ID token")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise Refused("token.jti", "the token has no id, so it could be used again")
    if "sub" in claims:
        _subject(claims)
    sid = claims.get("sid")
    if (sid is None and "sub" not in claims) or not isinstance(sid, str | None):
        raise Refused("token.subject", "the token names neither a person nor a session")


def _addressed(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise Refused("token.issuer", f"the token is from {claims.get('iss')!r}")
    audience = claims.get("aud")
    listed = [audience] if isinstance(audience, str) else audience
    if not isinstance(listed, list) or expected.client_id not in listed:
        raise Refused("token.audience", "the token is for another application")
    if any(not isinstance(item, str) for item in listed):
        raise Refused("token.audience", "the audience is not a list of texts")
    party = claims.get("azp")
    if (party is not None or len(set(listed)) > 1) and party != expected.client_id:
        raise Refused("token.party", "the token was given to another application")


def _timely(claims: Mapping[str, Any], expected: Expected) -> None:
    ends, made = _moment(claims, "exp"), _moment(claims, "iat")
    if ends is None:
        raise Refused("token.expiry", "the token never ends")
    if ends <= expected.now - expected.skew:
        raise Refused("token.expired", "the token has expired")
    if made is None:
        raise Refused("token.issued_at", "the token does not say when it was made")
    if made > expected.now + expected.skew:
        raise Refused("token.issued_at", "the token was made in the future")
    if made < expected.now - expected.skew - OLDEST:
        raise Refused("token.old", "the token was made long ago")
    begins = _moment(claims, "nbf")
    if begins is not None and begins > expected.now + expected.skew:
        raise Refused("token.not_before", "the token is not valid yet")


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    found = claims.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or abs(found) > 1e12:
        raise Refused("token.time", f"{name} is not a moment")
    return float(found)


def _subject(claims: Mapping[str, Any]) -> None:
    found = claims.get("sub")
    if not isinstance(found, str) or not found.strip() or len(found) > LONGEST_SUBJECT:
        raise Refused("token.subject", "the token names nobody")
    if not found.isprintable():
        raise Refused("token.subject", "the name of the person cannot be printed")


def half_hash(text: str, algorithm: str) -> str:
    """The left half of a hash, as `at_hash` has it (OpenID Connect Core section 3.1.3.6)."""
    digest = hashlib.new(f"sha{algorithm[-3:]}", text.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")
