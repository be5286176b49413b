"""What a trigger remembers of a bucket: which version of each object it has seen, and since when.

Theory of operation. The state of a trigger travels to each poll and back. Kept as text, a hundred
thousand objects would be some 15 MB; here each takes 18 bytes (24 as text): a digest of its name,
a digest of its version, and the moment. Digests of 8 and 6 bytes cannot be told from the real
thing at these numbers: among a million objects, two names fall together once in thirty million
buckets, and a new version is taken for the old one once in 280 million million changes.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

_RECORD: Final = struct.Struct("<8s6sI")
MOST: Final = 250_000
"""As many objects as a state may name: 6 MB, which a poll can carry."""


def name_of(uri: str) -> bytes:
    """The digest of an object's name."""
    return blake2b(uri.encode(), digest_size=8).digest()


def version_of(version: str) -> bytes:
    """The digest of an object's version."""
    return blake2b(version.encode(), digest_size=6).digest()


@dataclass(frozen=True, slots=True)
class Sight:
    """A version of an object, and when it was first seen (seconds since the epoch)."""

    version: bytes
    at: int


Seen = Mapping[bytes, Sight]
"""Digest of the name → what was seen of it."""


def packed(seen: Seen) -> str:
    """The memory as one text; equal memories are equal texts."""
    records = (_RECORD.pack(name, seen[name].version, seen[name].at) for name in sorted(seen))
    return base64.b64encode(b"".join(records)).decode()


def unpacked(text: str) -> dict[bytes, Sight]:
    """The memory of a text."""
    return dict(_read(text))


def _read(text: str) -> Iterator[tuple[bytes, Sight]]:
    for name, version, at in _RECORD.iter_unpack(base64.b64decode(text)):
        yield name, Sight(version, at)
