"""Texts that are recognised wherever they come out."""

from __future__ import annotations

import re
from typing import Final

from tests.integration.isolation.furnished import PLACES

CANARY: Final = re.compile(rb"canary\d{5}x")
MARK: Final = re.compile(rb"mark(\d)n\d{5}x")


def canary(number: int) -> str:
    """A text of the other tenant: a name, a description, a value, a secret."""
    return f"canary{number:05d}x"


def mark(place: str, number: int) -> str:
    """A text of our tenant that says in which namespace it was written."""
    at = PLACES.index(place) + 1 if place else 0
    return f"mark{at}n{number:05d}x"


def marked(content: bytes) -> set[str]:
    """The namespaces whose texts are in an answer."""
    found = {int(number) for number in MARK.findall(content)}
    return {PLACES[number - 1] for number in found if number}
