"""Recovery codes: sixteen letters, each code good once. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
LETTERS: Final = 16
COUNT: Final = 10
GROUP: Final = 4


def make(choose: Callable[[str], str]) -> str:
    """A new code; `choose` picks a letter of the alphabet, like `secrets.choice`."""
    letters = [choose(ALPHABET) for _ in range(LETTERS)]
    return "-".join("".join(letters[at : at + GROUP]) for at in range(0, LETTERS, GROUP))


def digest(code: str) -> bytes:
    """What is stored. A code has 79 random bits, so nobody guesses it from its digest."""
    letters = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(letters.encode()).digest()
