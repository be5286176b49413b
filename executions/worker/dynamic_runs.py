"""Task runs that a task adds while it runs: the models of a project, the jobs of a sync."""

from __future__ import annotations

import json
import re
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

MOST: Final = 10_000
"""Of one attempt."""
STATES: Final = ("SUCCESS", "WARNING", "FAILED", "SKIPPED", "KILLED")
_NAME: Final = re.compile(r"[^\s/\\\x00-\x1f][^/\\\x00-\x1f]{0,255}")
_LATEST: Final = 253_402_300_799.0
"""The last second of the year 9999."""


@dataclass(slots=True)
class DynamicRuns:
    """The task runs of one attempt, in the order in which it added them; they end with it."""

    masked: Callable[[Any], Any]
    largest: int
    """Bytes of outputs, of all of them together."""
    added: list[Mapping[str, Any]] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)
    _bytes: int = 0

    def add(self, facts: Mapping[str, Any]) -> str:
        """Adds one and returns its id, which a later one may name as ``parentId``.

        Raises ``ValueError`` that says what is wrong with the facts.
        """
        if len(self.added) >= MOST:
            raise ValueError(f"A task may add {MOST} task runs at the most")
        parent = facts.get("parentId")
        if parent is not None and parent not in self._known:
            raise ValueError(f"parentId: this task has added no task run '{parent}'")
        now = time.time()
        ended = _moment(facts, "endedAt", now)
        began = _moment(facts, "startedAt", min(now, ended))
        if began > ended:
            raise ValueError("startedAt: is later than endedAt")
        run_id = _ordered_id(len(self.added))
        self.added.append(
            {
                "id": run_id,
                "taskId": self._name(facts, run_id),
                "value": _text(facts, "value"),
                "state": _state(facts),
                "outputs": self._outputs(facts),
                "error": _text(self.masked(dict(facts)), "error"),
                "startedAt": began,
                "endedAt": ended,
                "dynamic": True,
                **({} if parent is None else {"parent": parent}),
            }
        )
        self._known.add(run_id)
        return run_id

    def _name(self, facts: Mapping[str, Any], run_id: str) -> str:
        name = facts.get("taskId")
        if name in (None, ""):
            return f"dynamic-{run_id[-8:]}"
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name in (".", ".."):
            raise ValueError("taskId: use up to 256 characters without slashes and line breaks")
        return str(self.masked(name))

    def _outputs(self, facts: Mapping[str, Any]) -> Any:
        found = facts.get("outputs") or {}
        if not isinstance(found, Mapping):
            raise ValueError("outputs: must be a map")
        self._bytes += len(json.dumps(found, default=str)) if found else 0
        if self._bytes > self.largest:
            raise ValueError(f"The outputs of added task runs are larger than {self.largest} bytes")
        return self.masked(dict(found))


def _state(facts: Mapping[str, Any]) -> str:
    state = facts.get("state", "SUCCESS")
    if state not in STATES:
        raise ValueError(f"state: '{state}' is none of {', '.join(STATES)}")
    return str(state)


def _text(facts: Mapping[str, Any], name: str) -> str | None:
    found = facts.get(name)
    return None if found is None else str(found)


def _moment(facts: Mapping[str, Any], name: str, usual: float) -> float:
    """Seconds since the epoch, from such a number or an ISO date."""
    found = facts.get(name)
    try:
        match found:
            case None:
                return usual
            case bool():
                raise ValueError
            case int() | float():
                moment = float(found)
            case _:
                date = datetime.fromisoformat(str(found))
                moment = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        moment = -1.0
    if not 0 <= moment <= _LATEST:
        raise ValueError(f"{name}: '{found}' is neither seconds since 1970 nor an ISO date")
    return moment


def _ordered_id(count: int) -> str:
    """A UUIDv7 that sorts after those before it: what begins together is shown as it was added."""
    head = (int(time.time() * 1000) & ((1 << 48) - 1)) << 80 | 0x7 << 76
    return str(uuid.UUID(int=head | (count & 0xFFF) << 64 | 0b10 << 62 | secrets.randbits(62)))
