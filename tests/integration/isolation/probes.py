"""Requests of our people that mean what is in the other tenant, in every place where a name may stand.

Theory of operation. A probe starts from an honest request and puts the other tenant into it: into
the address, the path's ids, the body, the query. What comes back may hold nothing of the other
tenant that was not sent: no canary, no id, no name of it; and nothing may have been written there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

import orjson

from tests.integration.isolation import oracle
from tests.integration.isolation.actors import Company
from tests.integration.isolation.asked import Asked, address, asked
from tests.integration.isolation.canaries import CANARY
from tests.integration.isolation.furnished import PLACES, Furnished
from tests.integration.isolation.oracle import Row

ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
# Who belongs to us and to nobody else; and one whose session is confined to us.
OURS: Final = (
    "owner", "keeper", "editor", "viewer", "narrow token", "custom role", "machine", "directory",
    "confined here",
)  # fmt: skip
ROWS: Final = [row for row in oracle.rows() if row.kind != "worker"]
Known = frozenset[str]


@dataclass(frozen=True)
class Probe:
    """One request, who sends it, and why it is sent."""

    row: Row
    who: str
    what: Asked

    def __str__(self) -> str:
        return f"{self.who}: {self.what.method} {self.what.path} {_text(self.what.body)[:200]}"


Make = Callable[["Drawing", Row, str], Asked]


class Drawing:
    """Draws probes; the same seed draws the same ones."""

    def __init__(self, company: Company, known: Known, seed: str) -> None:
        self.company = company
        self.ids = sorted(id for id in known if ID.fullmatch(id))
        self.dice = random.Random(seed)

    def probes(self, make: Make, count: int) -> Iterator[Probe]:
        """So many; every route comes as often as every other."""
        for number in range(count):
            row = ROWS[number % len(ROWS)]
            yield Probe(row, self.dice.choice(OURS), make(self, row, self.dice.choice(PLACES)))

    def ours(self, row: Row, place: str) -> Asked:
        """The honest request."""
        return _asked(row, self.company.here, place)

    def theirs(self, row: Row, place: str) -> Asked:
        """What the other tenant's people would send."""
        return _asked(row, self.company.there, place)

    def moved(self, path: str) -> str:
        """An address of the other tenant, as if its things were in ours."""
        return path.replace(self.company.there.tenant.slug, self.company.here.tenant.slug, 1)

    def foreign(self, text: str) -> str:
        """A text in which every id is one of the other tenant's, of whatever kind."""
        return ID.sub(lambda _: self.dice.choice(self.ids), text)

    def question(self, place: str) -> str:
        """A query that names something of the other tenant."""
        there = self.company.there
        facts = {**there.whole, **there.of[place], "id": self.dice.choice(self.ids)}
        name, key = self.dice.choice(QUESTIONS)
        return f"{name}={quote(facts.get(key, key))}"


# Parameters of a query, each with what of the other tenant it is given, or a text as it stands.
QUESTIONS: Final = (
    ("size", "1000"), ("page", "2"), ("sort", "id:asc"), ("q", "canary"), ("q", ""),
    ("namespace", "namespace"), ("namespace", ""), ("flowId", "daily"), ("executionId", "execution"),
    ("id", "id"), ("ids", "id"), ("userId", "person"), ("groupId", "group"), ("bindingId", "binding"),
    ("path", "file"), ("after", "id"), ("taskRunId", "run"), ("source", "true"),
    ("filters[q][EQUALS]", "canary"), ("filters[id][EQUALS]", "id"), ("filters[id][IN]", "id"),
    ("filters[namespace][PREFIX]", ""), ("filters[namespace][EQUALS]", "namespace"),
    ("filters[flowId][EQUALS]", "daily"), ("filters[executionId][EQUALS]", "execution"),
    ("filters[userId][EQUALS]", "person"), ("filters[groupId][EQUALS]", "group"),
    ("filters[childFilter][EQUALS]", "ALL"), ("filters[state][NOT_EQUALS]", "KILLED"),
    ("filters[labels][NOT_EQUALS][mark]", "nothing"), ("topic", "execution"),
)  # fmt: skip
KINDS: Final[dict[str, Make]] = {
    "their address": lambda draw, row, place: draw.theirs(row, place),
    "their ids in the path": lambda draw, row, place: replace(
        draw.ours(row, place), path=draw.moved(draw.theirs(row, place).path)
    ),
    "their things in the body": lambda draw, row, place: replace(
        draw.theirs(row, place), path=draw.ours(row, place).path
    ),
    "their things in path and body": lambda draw, row, place: _changed(
        draw.theirs(row, place), draw.moved
    ),
    "their names in the query": lambda draw, row, place: _queried(
        draw.ours(row, place), draw.question(place)
    ),
    "their ids and names": lambda draw, row, place: _queried(
        _changed(draw.theirs(row, place), draw.moved), draw.question(place)
    ),
    "any id in the path": lambda draw, row, place: _changed(draw.ours(row, place), draw.foreign),
    "any id in the body": lambda draw, row, place: _refilled(draw.ours(row, place), draw.foreign),
}


def _asked(row: Row, made: Furnished, place: str) -> Asked:
    if row.of_instance:
        return Asked(row.method, address(row.route, made))
    return asked(row.method, row.route, made, place)


def _changed(what: Asked, change: Callable[[str], str]) -> Asked:
    return replace(what, path=change(what.path))


def _queried(what: Asked, question: str) -> Asked:
    return replace(what, path=f"{what.path}{'&' if '?' in what.path else '?'}{question}")


def _refilled(what: Asked, change: Callable[[str], str]) -> Asked:
    if what.body is None:
        return what
    return replace(what, body=change(_text(what.body)), type=what.type or "application/json")


def _text(body: object) -> str:
    if body is None:
        return ""
    if isinstance(body, bytes):
        return body.decode()
    return body if isinstance(body, str) else orjson.dumps(body).decode()


def sent(what: Asked) -> Known:
    """What of the other tenant a request names itself: that may come back."""
    return named(f"{what.path} {_text(what.body)}")


def named(text: str) -> Known:
    """Every canary and every id in a text."""
    canaries = (found.decode() for found in CANARY.findall(text.encode()))
    return frozenset((*canaries, *ID.findall(text)))


def leaked(what: Asked, answer: Any, known: Known, slug: str) -> Known:
    """What an answer holds of the other tenant that the request did not name."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode("utf-8", "replace") + " ".join(map(str, answer.headers.items()))
    found = {item for item in named(text) if item.startswith("canary") or item in known}
    if slug in text and slug not in what.path:
        found.add(slug)
    return frozenset(found) - sent(what)
