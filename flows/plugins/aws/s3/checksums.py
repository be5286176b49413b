"""Compares a file with the checksum that the service keeps of the object."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from flows.plugins.aws.s3.crc import WIDTHS, Check, compiled, plain

ALGORITHMS: Final = ("SHA256", "SHA1", "CRC32", "CRC32C", "CRC64NVME")
_DIGESTS: Final = {"SHA256": "sha256", "SHA1": "sha1", "MD5": "md5"}
_CHUNK: Final = 1 << 20
_MD5_DIGITS: Final = 32
_LARGEST_PLAIN: Final = 64 * 1024 * 1024
"""Bytes that Python checks by itself, in some seconds, where no library is installed for it."""
PartSize = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Sum:
    """A checksum of an object: of its whole content, or of the checksums of its parts."""

    algorithm: str
    value: str
    whole: bool = True

    @property
    def parts(self) -> int:
        """How many parts the object came in, where the checksum is that of theirs."""
        number = self.value.rpartition("-")[2]
        return int(number) if not self.whole and number.isdecimal() else 0


def stored_sum(head: Mapping[str, Any]) -> Sum | None:
    """The checksum that the service tells with the object's facts."""
    for algorithm in ALGORITHMS:
        value = head.get(f"Checksum{algorithm}")
        if value:
            return Sum(algorithm, value, whole=_is_of_all(head))
    return None


def _is_of_all(head: Mapping[str, Any]) -> bool:
    """Whether the checksum is that of the content, and not that of the checksums of its parts."""
    kind = head.get("ChecksumType")
    in_parts = "-" in head.get("ETag", "")
    return bool(kind == "FULL_OBJECT" or (kind is None and not in_parts))


def verify(
    ctx: RunContext,
    path: Path,
    stored: Sum | None,
    head: Mapping[str, Any],
    *,
    shown: str,
    part_size: PartSize | None = None,
) -> None:
    """Raises ``TaskFailed`` if the file is not what was stored; says so if nobody can tell.

    ``part_size`` tells the bytes of a part of the object, by its number; without it, what came in
    parts is compared only by a checksum of the whole. The file is read once, and a second time
    where the parts are not of one size.
    """
    size = path.stat().st_size
    expected = next((one for one in _sums(stored, head) if _comparable(one, size, part_size)), None)
    if expected is None:
        ctx.log.warning(f"{shown} has no checksum of its whole content that could be compared")
        return
    found = ""
    for sizes in _sizes(expected, size, part_size):
        found = _found(path, expected.algorithm, sizes, whole=expected.whole)
        if found == expected.value:
            return
    raise TaskFailed(
        f"The {expected.algorithm} checksum of what came from {shown} is {found}, "
        f"but the service keeps {expected.value}"
    )


def _sums(stored: Sum | None, head: Mapping[str, Any]) -> Iterator[Sum]:
    """The checksums that are known, the best first."""
    known = [one for one in (stored, _of_the_etag(head)) if one is not None]
    yield from sorted(known, key=lambda one: not one.whole)


def _comparable(one: Sum, size: int, part_size: PartSize | None) -> bool:
    quick = one.algorithm in _DIGESTS or one.algorithm == "CRC32"
    at_hand = quick or compiled(one.algorithm) is not None or size <= _LARGEST_PLAIN
    return at_hand and (one.whole or (part_size is not None and one.parts > 0))


def _sizes(expected: Sum, size: int, part_size: PartSize | None) -> Iterator[list[int]]:
    """How the content may have been cut: not at all, in equal parts, or as the service says."""
    if expected.whole or part_size is None:
        yield [size]
        return
    parts, first = expected.parts, part_size(1)
    last = size - first * (parts - 1)
    if 0 < last <= first:
        yield [*[first] * (parts - 1), last]
    yield [part_size(number) for number in range(1, parts + 1)]


def _found(path: Path, algorithm: str, sizes: Sequence[int], *, whole: bool) -> str:
    """The checksum of a file, in the form in which the service tells it."""
    with path.open("rb") as content:
        found = [_computed(content, algorithm, size) for size in sizes]
    if whole:
        return base64.b64encode(found[0]).decode()
    joined = b"".join(found)
    of_all = _computed(io.BytesIO(joined), algorithm, len(joined))
    return f"{base64.b64encode(of_all).decode()}-{len(sizes)}"


def _computed(content: IO[bytes], algorithm: str, left: int) -> bytes:
    """The checksum of the next bytes."""
    digest = hashlib.new(_DIGESTS[algorithm]) if algorithm in _DIGESTS else None
    check = None if digest else _check(algorithm)
    value = 0
    while left > 0 and (chunk := content.read(min(_CHUNK, left))):
        left -= len(chunk)
        if digest:
            digest.update(chunk)
        elif check:
            value = check(chunk, value)
    return digest.digest() if digest else value.to_bytes(WIDTHS.get(algorithm, 4), "big")


def _check(algorithm: str) -> Check:
    return zlib.crc32 if algorithm == "CRC32" else compiled(algorithm) or plain(algorithm)


def _of_the_etag(head: Mapping[str, Any]) -> Sum | None:
    """Unencrypted or with the service's key, an object has its MD5 there, or that of its parts'."""
    if head.get("ServerSideEncryption") not in (None, "AES256") or head.get("SSECustomerAlgorithm"):
        return None
    tag, dash, parts = head.get("ETag", "").strip('"').partition("-")
    try:
        digest = base64.b64encode(bytes.fromhex(tag)).decode()
    except ValueError:
        return None
    if len(tag) != _MD5_DIGITS:
        return None
    return Sum("MD5", f"{digest}-{parts}", whole=False) if dash else Sum("MD5", digest)
