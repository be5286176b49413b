"""The ciphers behind ``encrypt`` and ``decrypt`` in expressions: AES-GCM under the author's key."""

from __future__ import annotations

import base64
import binascii
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from flows.spec.expressions import ExpressionError

NONCE: Final = 12
LENGTHS: Final = (16, 24, 32)


def encrypt(key: str, text: str) -> str:
    """Base64 of nonce and ciphertext."""
    nonce = os.urandom(NONCE)
    sealed = _cipher(key).encrypt(nonce, text.encode(), None)
    return base64.b64encode(nonce + sealed).decode()


def decrypt(key: str, text: str) -> str:
    """The text that ``encrypt`` sealed under the same key."""
    try:
        sealed = base64.b64decode(text, validate=True)
        return _cipher(key).decrypt(sealed[:NONCE], sealed[NONCE:], None).decode()
    except (binascii.Error, ValueError, InvalidTag):
        raise ExpressionError("The text cannot be decrypted with this key") from None


def _cipher(key: str) -> AESGCM:
    try:
        raw = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raise ExpressionError("The key has to be base64") from None
    if len(raw) not in LENGTHS:
        raise ExpressionError("The key has to be 16, 24 or 32 bytes in base64")
    return AESGCM(raw)
