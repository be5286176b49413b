"""The instance's keys: where they come from, and one derived key per purpose.

One secret is kept (`DOWNBEAT_ENCRYPTION_KEY`); sessions, tokens and stored secrets each use a key
derived from it, so that none of them can stand in for another.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from downbeat.bad_setting import BadSetting
from downbeat.settings.environment import Values

SHORTEST = 32
SERVING = frozenset({"web", "worker", "scheduler"})


def encryption_keys(values: Values, *, home: Path) -> tuple[str, ...]:
    """The instance's secrets, the encrypting one first; empty when there is none yet."""
    text = values.text("ENCRYPTION_KEY") or _of_home(home)
    keys = tuple(part.strip() for part in (text or "").split(",") if part.strip())
    if any(len(key.encode()) < SHORTEST for key in keys):
        raise BadSetting(f"DOWNBEAT_ENCRYPTION_KEY needs at least {SHORTEST} bytes")
    if not keys and values.text("PROCESS") in SERVING:
        raise BadSetting("DOWNBEAT_ENCRYPTION_KEY is not set; make one and keep it safe")
    return keys


def _of_home(home: Path) -> str | None:
    path = home / "secrets" / "encryption-key"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def derive(key: str, purpose: str) -> bytes:
    """32 bytes for one purpose."""
    info = f"downbeat:{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.encode())


def secret_key(keys: tuple[str, ...]) -> str:
    """Django's signing key. Without an instance key it lasts as long as the process."""
    return derive(keys[0], "django").hex() if keys else secrets.token_hex(32)
