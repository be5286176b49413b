"""Pictures that people send, rebuilt from nothing but their pixels. Pure.

A picture is judged by its bytes, never by its name or by what a client calls it. PNG and JPEG are
taken; every part that a browser does not need to draw them is left behind, so that no script, no
text, no position of a camera and no second file hides in what we serve. SVG is a program and is
refused, as is everything else.

Sources: PNG specification, third edition (W3C, 2025), sections 5 and 11; ITU-T T.81, annex B.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Final

LARGEST_BYTES: Final = 512 * 1024
LARGEST_SIDE: Final = 2048
PNG: Final = b"\x89PNG\r\n\x1a\n"
_DRAWN: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"sRGB"})
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
_KEPT: Final = frozenset({*_FRAMES, 0xC4, 0xDB, 0xDD})
_SCAN, _END = 0xDA, 0xD9


class BadPictureError(ValueError):
    """What somebody sent is no picture that can be shown; the text says why."""


@dataclass(frozen=True)
class Picture:
    """A picture that is safe to serve."""

    type: str
    content: bytes
    width: int
    height: int


def rebuilt(content: bytes) -> Picture:
    """The picture with nothing in it but what is drawn; raises BadPictureError."""
    if len(content) > LARGEST_BYTES:
        raise BadPictureError(f"it has {len(content)} bytes, at most {LARGEST_BYTES} are taken")
    if content.startswith(PNG):
        return _png(content)
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    raise BadPictureError("it is neither PNG nor JPEG")


def _png(content: bytes) -> Picture:
    chunks = _chunks(content)
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise BadPictureError("it has no header")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    _measured(width, height)
    if colour not in _CHANNELS or depth not in {1, 2, 4, 8, 16}:
        raise BadPictureError("it has colours that PNG does not know")
    row = (width * _CHANNELS[colour] * depth + 7) // 8 + 1
    data = b"".join(body for name, body in chunks if name == b"IDAT")
    _inflates(data, most=row * height + (height * 8 if interlaced else 0) + 1024)
    kept = [(name, body) for name, body in chunks if name in _DRAWN]
    return Picture("image/png", PNG + b"".join(_chunk(*one) for one in kept), width, height)


def _chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], len(PNG)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        name, end = content[at + 4 : at + 8], at + 8 + length
        if end + 4 > len(content):
            break
        (told,) = struct.unpack_from(">I", content, end)
        if zlib.crc32(content[at + 4 : end]) != told:
            raise BadPictureError("a part of it is damaged")
        found.append((name, content[at + 8 : end]))
        if name == b"IEND":
            return found
        at = end + 4
    raise BadPictureError("it ends in the middle")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _inflates(data: bytes, *, most: int) -> None:
    """The pixels are there, and are not more than the header says: no bomb."""
    try:
        inflater = zlib.decompressobj()
        size = len(inflater.decompress(data, most + 1))
    except zlib.error:
        raise BadPictureError("its pixels cannot be read") from None
    if size == 0 or size > most:
        raise BadPictureError("its pixels do not fit its size")


def _jpeg(content: bytes) -> Picture:
    kept, at, size = [b"\xff\xd8"], 2, None
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            raise BadPictureError("a part of it is damaged")
        marker = content[at + 1]
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(content):
            break
        if marker in _FRAMES and length >= 8:
            height, width = struct.unpack_from(">HH", content, at + 5)
            size = (width, height)
        if marker == _SCAN:
            end = _scan_end(content, end)
            kept.append(content[at:end])
        elif marker in _KEPT or _is_colour_space(marker, content[at + 4 : end]):
            kept.append(content[at:end])
        at = end
        if content[at : at + 2] == bytes((0xFF, _END)) and size:
            _measured(*size)
            return Picture("image/jpeg", b"".join([*kept, b"\xff\xd9"]), *size)
    raise BadPictureError("it ends in the middle")


def _is_colour_space(marker: int, body: bytes) -> bool:
    """The two application segments that say how colours are meant, without any free text."""
    plain = marker == 0xE0 and body[:5] == b"JFIF\0" and len(body) == 14 and body[12:] == b"\0\0"
    return plain or (marker == 0xEE and body[:5] == b"Adobe" and len(body) == 12)


def _scan_end(content: bytes, at: int) -> int:
    """Where the next marker begins: within a scan, 0xFF stands before a zero or a restart."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise BadPictureError("it ends in the middle")
        if content[at + 1] == 0 or 0xD0 <= content[at + 1] <= 0xD7:
            at += 2
            continue
        return at


def _measured(width: int, height: int) -> None:
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise BadPictureError(
            f"it measures {width} by {height}; each side has 1 to {LARGEST_SIDE} pixels"
        )
