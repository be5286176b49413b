"""Encryption of what must be kept secret at rest, and the keys it is done with.

    v1.<8 hex digits that name the key>.<base64 of nonce and AES-256-GCM ciphertext>

The context (tenant, namespace, name, version) is authenticated with the text: a value copied into
another row does not decrypt. The first key of the settings encrypts, all of them decrypt.
"""

from __future__ import annotations

import base64
import binascii
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from downbeat.common.errors import AppError
from downbeat.settings.keys import derive

VERSION = "v1"
NONCE_BYTES = 12


class NoKey(AppError):
    """The instance has no encryption key. The operator has to set DOWNBEAT_ENCRYPTION_KEY."""

    code = "encryption.no_key"


class Undecryptable(AppError):
    """A stored value cannot be decrypted: its key is missing from DOWNBEAT_ENCRYPTION_KEY, or the
    value was changed."""

    code = "encryption.undecryptable"


def encrypt(text: str, *, context: str = "") -> str:
    """A token that only this instance can read back, with the same context."""
    name, key = _keys()[0]
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), context.encode())
    return f"{VERSION}.{name}.{base64.b64encode(nonce + sealed).decode()}"


def decrypt(token: str, *, context: str = "") -> str:
    """The text of a token; raises Undecryptable."""
    version, _, rest = token.partition(".")
    name, _, encoded = rest.partition(".")
    key = dict(_keys()).get(name)
    if version != VERSION or key is None:
        raise Undecryptable
    try:
        sealed = base64.b64decode(encoded, validate=True)
        text = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except (binascii.Error, InvalidTag, ValueError):
        raise Undecryptable from None
    return text.decode()


def key_name(token: str) -> str:
    """Which key a token was made with."""
    return token.split(".")[1]


def current_key_name() -> str:
    """The key that encrypts now."""
    return _keys()[0][0]


def _keys() -> tuple[tuple[str, bytes], ...]:
    return _derived(settings.ENCRYPTION_KEYS)


@lru_cache(maxsize=8)
def _derived(texts: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
    if not texts:
        raise NoKey
    return tuple((derive(text, "key-name")[:4].hex(), derive(text, "secrets")) for text in texts)
