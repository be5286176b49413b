"""The cyclic redundancy checks that S3 keeps and Python has not: CRC32C and CRC64NVME.

A compiled library does the work where one is installed (``awscrt``, or ``google_crc32c`` for the
first); without one Python does, at some ten megabytes a second.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, Final

Check = Callable[[bytes, int], int]
"""The check of some bytes, going on from that of what came before them."""
WIDTHS: Final = {"CRC32C": 4, "CRC64NVME": 8}
"""Bytes of each check."""
_POLYNOMIALS: Final = {"CRC32C": 0x82F63B78, "CRC64NVME": 0x9A6C9329AC4BC9B5}


@cache
def compiled(algorithm: str) -> Check | None:
    """The check by a library that is installed, if one is."""
    if (awscrt := _library("awscrt.checksums")) is not None:
        found = getattr(awscrt, algorithm.lower(), None)
        if found is not None:
            return lambda content, before: int(found(content, before))
    if algorithm == "CRC32C" and (google := _library("google_crc32c")) is not None:
        return lambda content, before: int(google.extend(before, content))
    return None


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None


def plain(algorithm: str) -> Check:
    """The check by Python alone (Rocksoft's reflected form; the NVMe specification, 5.2.1.3.4)."""
    table, ones = _table(_POLYNOMIALS[algorithm]), (1 << 8 * WIDTHS[algorithm]) - 1

    def check(content: bytes, before: int) -> int:
        value = before ^ ones
        for byte in content:
            value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
        return value ^ ones

    return check


@cache
def _table(polynomial: int) -> tuple[int, ...]:
    found = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)
        found.append(value)
    return tuple(found)
