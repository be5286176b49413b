"""Checks of tokens and passwords.

A checked token is trusted for at most two seconds without asking the database again, so a
revocation holds everywhere within that time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

from downbeat.common import clock
from tenants import throttle, tokens
from tenants.actors import Actor, ActorKind
from tenants.audit_words import Type
from tenants.models import ApiToken
from tenants.models.people import UserKind
from tenants.selectors import identities
from tenants.selectors.identities import Identity, TokenFacts
from tenants.services import audit

LAST_USED_EVERY = 60.0
CACHED_AT_MOST = 10_000


@dataclass(frozen=True)
class Checked:
    """A proof of identity that was found good, and until when it may be trusted unasked."""

    identity: Identity
    token: TokenFacts
    until: float

    def actor(self) -> Actor:
        """A fresh actor for one request."""
        return self.identity.actor(self.token)


_checked_tokens: dict[str, Checked] = {}
_process_key = secrets.token_bytes(32)
_checked_passwords: dict[bytes, tuple[UUID, str]] = {}


def forget_checked() -> None:
    """Asks the database again from here on; called by whatever changes rights in this process."""
    _checked_tokens.clear()


def actor_of_token(text: str, *, fresh: bool = False) -> Actor | None:
    """The actor of a token; None for one that is unknown, expired or whose owner is inactive."""
    moment = time.monotonic()
    known = _checked_tokens.get(text)
    if known is not None and not fresh and moment < known.until:
        return known.actor()
    checked = _check_token(text, moment)
    _checked_tokens.pop(text, None)
    if checked is None:
        return None
    if len(_checked_tokens) >= CACHED_AT_MOST:
        _checked_tokens.clear()
    _checked_tokens[text] = checked
    return checked.actor()


def _check_token(text: str, moment: float) -> Checked | None:
    token = tokens.parse(text)
    found = identities.by_token(token.lookup) if token else None
    if token is None or found is None:
        return None
    identity, facts = found
    good = hmac.compare_digest(facts.digest, token.digest)
    now = clock.now()
    if not (good and identity.active and facts.expires_at > now):
        return None
    used = facts.last_used_at
    if used is None or (now - used).total_seconds() > LAST_USED_EVERY:
        ApiToken.objects.filter(id=facts.id).update(last_used_at=now)
    left = (facts.expires_at - now).total_seconds()
    trusted = min(settings.DOWNBEAT.token_cache.total_seconds(), left)
    return Checked(identity, facts, moment + trusted)


def actor_of_password(email: str, password: str, *, address: str) -> Actor | None:
    """The actor of an address and its password; slow on purpose unless just checked."""
    identity = identity_of_password(email, password, address=address)
    return identity.actor() if identity else None


def identity_of_password(email: str, password: str, *, address: str) -> Identity | None:
    """Checks a password; a wrong address takes as long as a wrong password."""
    identity = identities.by_email(email)
    if identity is None or not identity.active or identity.kind is not UserKind.STANDARD:
        throttle.refuse_if_blocked(email, address)
        make_password(password)
        _failed(email, address)
        return None
    fingerprint = _fingerprint(email, password)
    if _checked_passwords.get(fingerprint) == (identity.id, identity.password):
        return identity
    throttle.refuse_if_blocked(email, address)
    if not check_password(password, identity.password):
        _failed(email, address)
        return None
    throttle.succeeded(email, address)
    if len(_checked_passwords) >= CACHED_AT_MOST:
        _checked_passwords.clear()
    _checked_passwords[fingerprint] = (identity.id, identity.password)
    return identity


def _failed(email: str, address: str) -> None:
    """Counts a wrong password for the throttle, and records it under the address that was tried."""
    throttle.failed(email, address)
    nobody = Actor(id=None, name=email[:254], kind=ActorKind.USER)
    with audit.from_(audit.Origin(address)):
        audit.signed_in(nobody, Type.LOGIN_FAILURE)


def _fingerprint(email: str, password: str) -> bytes:
    text = f"{len(email)}:{email}{password}".encode()
    return hmac.new(_process_key, text, hashlib.sha256).digest()
