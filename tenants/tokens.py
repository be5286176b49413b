"""What an API token looks like: recognisable, checkable without a database. Pure.

    dwb_pat_<12 of id><30 of secret><6 of checksum>       (base 62)

The checksum refuses garbage before any query, and lets scanners of leaked secrets be exact:
`dwb_(pat|svc|wkr|dir|inv)_[0-9A-Za-z]{48}`.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ID_LENGTH, SECRET_LENGTH, CHECK_LENGTH = 12, 30, 6
_FORM = re.compile(r"dwb_(pat|svc|wkr|dir|inv)_([0-9A-Za-z]{12})([0-9A-Za-z]{30})([0-9A-Za-z]{6})")


class TokenKind(StrEnum):
    """Whose key it is: a person's, a service account's, a directory's, or an invited person's."""

    PERSON = "pat"
    SERVICE = "svc"
    WORKER = "wkr"
    DIRECTORY = "dir"
    INVITATION = "inv"


@dataclass(frozen=True)
class Token:
    """A token taken apart."""

    kind: TokenKind
    lookup: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        """What its owner keeps."""
        body = f"dwb_{self.kind}_{self.lookup}{self.secret}"
        return body + _checksum(body)

    @property
    def prefix(self) -> str:
        """What may be shown: enough to recognise it."""
        return f"dwb_{self.kind}_{self.lookup}"

    @property
    def digest(self) -> bytes:
        """What is stored. The secret has 178 random bits, so nobody guesses it from a digest."""
        return hashlib.sha256(self.secret.encode()).digest()


def make(kind: TokenKind, choose: Callable[[str], str]) -> Token:
    """A new token; `choose` picks a letter of the alphabet, like `secrets.choice`."""
    letters = "".join(choose(ALPHABET) for _ in range(ID_LENGTH + SECRET_LENGTH))
    return Token(kind, letters[:ID_LENGTH], letters[ID_LENGTH:])


def parse(text: str) -> Token | None:
    """Takes a token apart; None for whatever is not one of ours."""
    found = _FORM.fullmatch(text)
    if found is None or _checksum(text[:-CHECK_LENGTH]) != found.group(4):
        return None
    return Token(TokenKind(found.group(1)), found.group(2), found.group(3))


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    letters = ""
    for _ in range(CHECK_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        letters = ALPHABET[digit] + letters
    return letters
