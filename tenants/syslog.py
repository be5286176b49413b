"""Audit entries as syslog messages, and how they are framed on a wire. Pure.

Sources: RFC 5424 (the message), RFC 6587 section 3.4.1 and RFC 5425 (octet counting over TCP and
TLS), RFC 5426 (a datagram each over UDP).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

FACILITIES: Final[Mapping[str, int]] = {
    "user": 1, "auth": 4, "authpriv": 10, "audit": 13, "local0": 16, "local1": 17, "local2": 18,
    "local3": 19, "local4": 20, "local5": 21, "local6": 22, "local7": 23,
}  # fmt: skip
NOTICE: Final = 5
WARNING: Final = 4
REFUSALS: Final = frozenset({"DENIED", "LOGIN_FAILURE"})
LARGEST_DATAGRAM: Final = 65_000
_MARK: Final = b"\xef\xbb\xbf"
_UNPRINTED: Final = re.compile(r"[^\x21-\x7e]")
_SEQUENCE: Final = 2_147_483_647


@dataclass(frozen=True)
class Header:
    """Who says it: the same for all messages of a stream."""

    facility: int
    host: str
    app: str


def message(header: Header, *, type: str, at: datetime, seq: int, body: str) -> bytes:
    """One entry as one message; its JSON is the text, in UTF-8 as the mark before it says.

    `seq` is the entry's place in its chain; the message counts from 1 again where the standard's
    counter ends.
    """
    priority = header.facility * 8 + (WARNING if type in REFUSALS else NOTICE)
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    head = (
        f"<{priority}>1 {moment} {_name(header.host, 255)} {_name(header.app, 48)} -"
        f' {_name(type, 32)} [meta sequenceId="{(seq - 1) % _SEQUENCE + 1}"] '
    )
    return head.encode() + _MARK + body.encode()


def counted(one: bytes) -> bytes:
    """A message as a stream of bytes carries it: its length, a space, itself."""
    return str(len(one)).encode() + b" " + one


def datagram(one: bytes) -> bytes:
    """A message as a datagram; a longer one is cut where a character ends."""
    return one if len(one) <= LARGEST_DATAGRAM else one[:LARGEST_DATAGRAM].decode(
        "utf-8", "ignore"
    ).encode()  # fmt: skip


def _name(text: str, most: int) -> str:
    return _UNPRINTED.sub("_", text)[:most] or "-"
