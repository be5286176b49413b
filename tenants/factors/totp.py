"""One-time codes of an authenticator app (RFC 6238): SHA-1, six digits, thirty seconds. Pure."""

from __future__ import annotations

import base64
import hmac
import re
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_SECONDS: Final = 30
SECRET_BYTES: Final = 20
# A code is good one step before and after its own: clocks differ, and people type slowly.
LEEWAY: Final = (0, -1, 1)
_CODE: Final = re.compile(r"\d{6}")


def step_of(secret: bytes, code: str, now: float) -> int | None:
    """Which step a code is of; None for a code of no step near `now` (seconds since 1970).

    A caller keeps the last step that was used, and takes no code of it or of an earlier one.
    """
    digits = code.replace(" ", "")
    if _CODE.fullmatch(digits) is None:
        return None
    step = int(now) // STEP_SECONDS
    fitting = [
        step + shift
        for shift in LEEWAY
        if hmac.compare_digest(code_of(secret, step + shift), digits)
    ]
    return fitting[0] if fitting else None


def code_of(secret: bytes, step: int) -> str:
    """The code of a step."""
    return _maker(secret).generate(step * STEP_SECONDS).decode()


def address_of(secret: bytes, person: str, instance: str) -> str:
    """The `otpauth://` address that an app reads from a picture."""
    return _maker(secret).get_provisioning_uri(person, instance)


def letters_of(secret: bytes) -> str:
    """The secret for whoever types it."""
    return base64.b32encode(secret).decode().rstrip("=")


def _maker(secret: bytes) -> TOTP:
    # Apps know nothing but SHA-1 for sure, and a keyed hash does not need collision resistance.
    return TOTP(secret, 6, SHA1(), STEP_SECONDS)  # noqa: S303
