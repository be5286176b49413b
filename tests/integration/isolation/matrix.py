"""The cells of the matrix of rights: who, what, where, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson

from tests.integration.isolation.actors import Company
from tests.integration.isolation.asked import Asked, address, asked
from tests.integration.isolation.oracle import Outcome, Row
from tests.integration.isolation.undone import undone

COUNTED = frozenset({"counted", "below"})
# Refusals that are about the thing, not about rights: whoever is told so was let in.
ABOUT_THE_THING = frozenset({"approval.oneself"})


@dataclass(frozen=True)
class Answer:
    """What somebody was answered."""

    status: int
    content: bytes

    @property
    def code(self) -> str:
        """The code of a refusal."""
        return str(self._json.get("code", ""))

    @property
    def touched(self) -> int:
        """How many things an act was about."""
        found = self._json
        if "updated" in found:
            return len(found["updated"])
        if "flows" in found:
            return int(found["flows"]["checked"])
        return int(found.get("count", 0)) + int(found.get("skipped", 0))

    @property
    def _json(self) -> dict[str, Any]:
        try:
            found = orjson.loads(self.content)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def hides(self) -> bool:
        """Whether a list names something that the asker may not see."""
        errors = self._json.get("errors") or [{}]
        return str(errors[0].get("code", "")).endswith(("not_found", ".missing"))


def answer(company: Company, who: str, what: Asked) -> Answer:
    """Asks, takes back what was done, and reads the answer to its end."""
    with undone():
        given = company.askers[who].ask(what.method, what.path, what.body, what.type)
        content = b"".join(given.streaming_content) if given.streaming else given.content
    return Answer(given.status_code, content)


def request(company: Company, row: Row, place: str, *, there: bool = False) -> Asked:
    """The request of a row, in our tenant or in the other one."""
    made = company.there if there else company.here
    if row.of_instance:
        return Asked(row.method, address(row.route, made))
    return asked(row.method, row.route, made, place)


def outcome(row: Row, found: Answer) -> Outcome:
    """What an answer means, as far as rights decide it."""
    match found.status:
        case HTTPStatus.UNAUTHORIZED:
            return Outcome.CLOSED
        case HTTPStatus.FORBIDDEN if found.code not in ABOUT_THE_THING:
            return Outcome.FORBIDDEN
        case HTTPStatus.NOT_FOUND if not (row.missing and _named(found)):
            loose = row.of_instance and row.kind != "member"
            return Outcome.LET_IN if loose else Outcome.HIDDEN
        case HTTPStatus.UNPROCESSABLE_ENTITY if row.kind == "listed" and found.hides:
            return Outcome.UNKNOWN
        case status if row.kind in COUNTED and status < HTTPStatus.BAD_REQUEST:
            return Outcome.SOMETHING if found.touched else Outcome.NOTHING
        case _:
            return Outcome.LET_IN


def _named(found: Answer) -> bool:
    """Whether a 404 speaks of the very thing, as only those are told who may look for it."""
    return b"such object" not in found.content and b"such tenant" not in found.content
