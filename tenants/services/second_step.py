"""The second step of a log-in: one factor of those that somebody has enrolled.

A password that was right opens a short wait, kept in the visitor's own session; nobody is signed in
until the factor is proved. Each code is taken once, whatever happens at the same moment.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from downbeat.common import clock
from tenants import throttle
from tenants.errors import FactorNotProved, NoLoginWaiting
from tenants.factors import recovery, totp
from tenants.models import RecoveryCode, SecondFactor, User
from tenants.models.second_factors import FactorKind
from tenants.services import second_factors
from tenants.services.passkeys import Site, asking, signed

KEY: Final = "downbeat_second_step"
WAIT_SECONDS: Final = 600


class Method(StrEnum):
    """How the second step can be taken."""

    TOTP = "TOTP"
    WEBAUTHN = "WEBAUTHN"
    RECOVERY_CODE = "RECOVERY_CODE"


@dataclass(frozen=True)
class Waiting:
    """A log-in between its two steps, as the visitor's session keeps it."""

    user_id: str
    until: float
    proof: str
    enrolling: str = ""
    challenge: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What somebody shows in the second step: exactly one of these."""

    code: str = ""
    recovery_code: str = ""
    credential: Mapping[str, Any] | None = None


def needed(user_id: UUID) -> bool:
    """Whether a password alone signs this person in no longer."""
    return settings.DOWNBEAT.second_factor == "required" or bool(second_factors.enrolled(user_id))


def methods(factors: Sequence[SecondFactor], site: Site) -> list[Method]:
    """The ways that somebody with these factors has here."""
    kinds = {row.kind for row in factors}
    found = [Method.TOTP] if FactorKind.TOTP in kinds else []
    if FactorKind.WEBAUTHN in kinds and site.has_passkeys:
        found.append(Method.WEBAUTHN)
    return [*found, Method.RECOVERY_CODE]


def begin(user: User, site: Site) -> tuple[Waiting, Mapping[str, Any]]:
    """The wait for the second step, and what the visitor is told: methods, or how to enrol."""
    factors = second_factors.enrolled(user.id)
    until, proof = time.time() + WAIT_SECONDS, user.get_session_auth_hash()
    if not factors:
        begun = second_factors.begin_totp(user, "")
        told = {"enrol": {"secret": begun.secret, "address": begun.address}}
        return Waiting(str(user.id), until, proof, enrolling=str(begun.id)), told
    ways = methods(factors, site)
    challenge: Mapping[str, Any] = {}
    said: dict[str, Any] = {"methods": ways}
    if Method.WEBAUTHN in ways:
        said["publicKey"], challenge = _asked(factors, site)
    return Waiting(str(user.id), until, proof, challenge=challenge), said


def kept(waiting: Waiting) -> dict[str, Any]:
    """The wait as a session stores it."""
    return asdict(waiting)


def waiting_of(stored: Any) -> tuple[Waiting, User]:
    """The wait of a session, and whose it is; raises NoLoginWaiting."""
    try:
        found = Waiting(**stored)
    except TypeError:
        raise NoLoginWaiting from None
    user = User.objects.filter(id=found.user_id, active=True).first()
    if user is None or found.until < time.time() or user.get_session_auth_hash() != found.proof:
        raise NoLoginWaiting
    return found, user


def prove(user: User, waiting: Waiting, answer: Answer, site: Site, *, address: str) -> list[str]:
    """Takes the second step; raises FactorNotProved, and Throttled after too many tries.

    The answer are new recovery codes, when the step was to enrol a first factor.
    """
    throttle.refuse_if_blocked(f"second step {user.id}", address)
    try:
        codes = _proved(user, waiting, answer, site)
    except FactorNotProved:
        throttle.failed(f"second step {user.id}", address)
        raise
    throttle.succeeded(f"second step {user.id}", address)
    return codes


def _proved(user: User, waiting: Waiting, answer: Answer, site: Site) -> list[str]:
    if waiting.enrolling:
        actor = second_factors.owner_of(user)
        return second_factors.confirm_totp(actor, user, UUID(waiting.enrolling), answer.code)
    factors = second_factors.enrolled(user.id)
    if answer.credential is not None and waiting.challenge:
        _by_passkey(factors, waiting, answer.credential, site)
    elif answer.recovery_code:
        _by_recovery_code(user, answer.recovery_code)
    else:
        _by_code([row for row in factors if row.kind == FactorKind.TOTP], answer.code)
    return []


def _asked(
    factors: Sequence[SecondFactor], site: Site
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return asking(site, [row for row in factors if row.kind == FactorKind.WEBAUTHN])


def _by_code(apps: Sequence[SecondFactor], code: str) -> None:
    now = clock.now()
    for row in apps:
        step = totp.step_of(second_factors.secret_of(row), code, now.timestamp())
        if step is None:
            continue
        # A code that somebody has looked at over a shoulder is of no use a second time.
        later = SecondFactor.objects.filter(id=row.id, counter__lt=step)
        if later.update(counter=step, last_used_at=now):
            return
    raise FactorNotProved


def _by_recovery_code(user: User, code: str) -> None:
    unused = RecoveryCode.objects.filter(user=user, digest=recovery.digest(code), used_at=None)
    if not unused.update(used_at=clock.now()):
        raise FactorNotProved


def _by_passkey(
    factors: Sequence[SecondFactor], waiting: Waiting, credential: Mapping[str, Any], site: Site
) -> None:
    passkeys = [row for row in factors if row.kind == FactorKind.WEBAUTHN]
    row, counter = signed(site, waiting.challenge, passkeys, credential)
    # Many passkeys do not count; of those that do, one that counts backwards was copied.
    rows = SecondFactor.objects.filter(id=row.id)
    rows = rows.filter(counter__lt=counter) if counter or row.counter else rows
    if not rows.update(counter=counter, last_used_at=clock.now()):
        raise FactorNotProved
