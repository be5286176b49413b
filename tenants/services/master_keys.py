"""The operator's keys (DOWNBEAT_ENCRYPTION_KEY): they seal the data keys of tenants, and little else.

    v1.<8 hex digits that name the key>.<base64 of nonce and AES-256-GCM ciphertext>

The first key of the settings seals, all of them open. The context is authenticated with the text:
a value copied into another row does not open.
"""

from __future__ import annotations

import base64
import binascii
import os
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from downbeat.common.errors import AppError
from downbeat.settings.keys import derive

VERSION: Final = "v1"
NONCE_BYTES: Final = 12


class NoKey(AppError):
    """The instance has no encryption key. The operator has to set DOWNBEAT_ENCRYPTION_KEY."""

    code = "encryption.no_key"


class Undecryptable(AppError):
    """A stored value cannot be decrypted: its key is missing from DOWNBEAT_ENCRYPTION_KEY, or the
    value was changed."""

    code = "encryption.undecryptable"


def seal(text: str, *, context: str) -> str:
    """A token that only this instance can read back, with the same context; raises NoKey."""
    name, key = _keys()[0]
    return f"{VERSION}.{name}.{sealed(key, text.encode(), context)}"


def unseal(token: str, *, context: str) -> str:
    """The text of a token; raises Undecryptable."""
    version, name, encoded = parts(token)
    key = dict(_keys()).get(name)
    if version != VERSION or key is None:
        raise Undecryptable
    return opened(key, encoded, context).decode()


def sealed(key: bytes, content: bytes, context: str) -> str:
    """Content as it is stored under a key, whichever."""
    nonce = os.urandom(NONCE_BYTES)
    hidden = AESGCM(key).encrypt(nonce, content, context.encode())
    return base64.b64encode(nonce + hidden).decode()


def opened(key: bytes, encoded: str, context: str) -> bytes:
    """What ``sealed`` was given; raises Undecryptable."""
    try:
        hidden = base64.b64decode(encoded, validate=True)
        return AESGCM(key).decrypt(hidden[:NONCE_BYTES], hidden[NONCE_BYTES:], context.encode())
    except (binascii.Error, InvalidTag, ValueError):
        raise Undecryptable from None


def parts(token: str) -> tuple[str, str, str]:
    """The format of a token, the name of its key, and what is sealed."""
    version, _, rest = token.partition(".")
    name, _, encoded = rest.partition(".")
    return version, name, encoded


def current_key_name() -> str:
    """The key that seals now."""
    return _keys()[0][0]


def _keys() -> tuple[tuple[str, bytes], ...]:
    return _derived(settings.ENCRYPTION_KEYS)


@lru_cache(maxsize=8)
def _derived(texts: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
    if not texts:
        raise NoKey
    return tuple((derive(text, "key-name")[:4].hex(), derive(text, "secrets")) for text in texts)
