"""What Airbyte's answers about a job say: how it stands, how much it moved, why it failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from downbeat.sdk.remote import Phase

_PHASES: Final[Mapping[str, Phase]] = {
    "succeeded": "success",
    "failed": "failed",
    "cancelled": "cancelled",
}
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """What the attempts of a job have moved together."""

    attempts: int = 0
    records_committed: int = 0
    records_emitted: int = 0
    bytes_emitted: int = 0
    states_emitted: int = 0


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a connection, and what the job moved of it."""

    name: str
    namespace: str | None
    rows: int
    bytes: int


def phase_of(status: str) -> Phase:
    """How a job stands; ``incomplete`` goes on, for Airbyte tries again by itself."""
    return _PHASES.get(status, "running")


def attempts_of(answer: Answer) -> list[Mapping[str, Any]]:
    """The attempts of a job, oldest first."""
    found = answer.get("attempts")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def moved(answer: Answer) -> Moved:
    """What all attempts have moved; what an attempt does not tell counts as nothing."""
    tries = [_map(item, "attempt") for item in attempts_of(answer)]
    committed = emitted = size = states = 0
    for attempt in tries:
        stats = _map(attempt, "totalStats")
        committed += _number(stats, "recordsCommitted", _number(attempt, "recordsSynced"))
        emitted += _number(stats, "recordsEmitted", _number(attempt, "recordsSynced"))
        size += _number(stats, "bytesEmitted", _number(attempt, "bytesSynced"))
        states += _number(stats, "stateMessagesEmitted")
    return Moved(len(tries), committed, emitted, size, states)


def streams(answer: Answer) -> list[Stream]:
    """The streams that the job's attempts name, each once, with the sums of what was moved."""
    found: dict[tuple[str | None, str], tuple[int, int]] = {}
    for item in attempts_of(answer):
        told = _map(item, "attempt").get("streamStats")
        for stream in told if isinstance(told, list) else ():
            name = stream.get("streamName") if isinstance(stream, dict) else None
            if not isinstance(name, str) or not name:
                continue
            stats = _map(stream, "stats")
            key = (stream.get("streamNamespace") or None, name)
            rows, size = found.get(key, (0, 0))
            rows += _number(stats, "recordsCommitted", _number(stats, "recordsEmitted"))
            found[key] = (rows, size + _number(stats, "bytesEmitted"))
    return [Stream(name, space, *sums) for (space, name), sums in found.items()]


def failure(answer: Answer) -> str:
    """Why the last attempt failed, in Airbyte's words; empty if it does not say."""
    tries = attempts_of(answer)
    summary = _map(_map(tries[-1], "attempt"), "failureSummary") if tries else {}
    told = summary.get("failures")
    reasons = []
    for item in told if isinstance(told, list) else ():
        if not isinstance(item, dict):
            continue
        marks = [item.get(name) for name in ("failureOrigin", "failureType")]
        where = ", ".join(mark for mark in marks if isinstance(mark, str))
        text = item.get("externalMessage") or item.get("internalMessage") or "no message"
        reasons.append(f"{where}: {text}" if where else str(text))
    return "; ".join(dict.fromkeys(reasons))[:2000]


def log_lines(item: Mapping[str, Any]) -> list[str]:
    """The log of one attempt, in its older shape (lines) or its newer one (events)."""
    logs = _map(item, "logs")
    lines = logs.get("logLines")
    if isinstance(lines, list) and lines:
        return [str(line) for line in lines]
    return list(_events(logs))


def _events(logs: Mapping[str, Any]) -> Iterator[str]:
    told = logs.get("events")
    for event in told if isinstance(told, list) else ():
        if isinstance(event, dict) and event.get("message"):
            level = event.get("level")
            yield f"{str(level).upper()} {event['message']}" if level else str(event["message"])


def _map(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _number(value: Mapping[str, Any], name: str, default: int = 0) -> int:
    found = value.get(name)
    return int(found) if isinstance(found, int | float) else default
