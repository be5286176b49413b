"""Reads what dbt says about each node that it ran: ``run_results.json`` and ``sources.json``.

The files are a stranger's: bounded in size, and whatever has another shape is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

LARGEST: Final = 128 * 1024 * 1024
_LONGEST_MESSAGE: Final = 2_000
_STATES: Final = {
    "success": "SUCCESS",
    "pass": "SUCCESS",
    "no-op": "SUCCESS",
    "warn": "WARNING",
    "partial success": "WARNING",
    "skipped": "SKIPPED",
}
_BROKEN: Final = frozenset({"error", "fail", "runtime error"})
_CHECKS: Final = frozenset({"test", "unit_test"})


@dataclass(frozen=True)
class NodeRun:
    """How one model, seed, snapshot, test or source fared."""

    unique_id: str
    status: str
    message: str | None = None
    seconds: float = 0.0
    failures: int | None = None
    relation: str | None = None
    started: str | None = None
    ended: str | None = None
    measures: Mapping[str, float] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """model, seed, snapshot, test, source …"""
        return self.unique_id.partition(".")[0]

    @property
    def name(self) -> str:
        """The name that the project gives it."""
        parts = self.unique_id.split(".", 2)
        name = parts[2] if len(parts) == 3 else self.unique_id
        return name.rpartition(".")[0] or name if self.kind in _CHECKS else name

    @property
    def state(self) -> str:
        """The state of a task run that stands for it."""
        return _STATES.get(self.status, "FAILED")

    @property
    def broken(self) -> bool:
        """Whether it failed by itself."""
        return self.status in _BROKEN

    @property
    def rows(self) -> int | None:
        """How many rows it wrote, where the adapter says so."""
        found = self.measures.get("rows_affected")
        return None if found is None or found < 0 else int(found)


@dataclass(frozen=True)
class Invocation:
    """One call of dbt: its nodes in the order in which they ended, and how long it took."""

    id: str
    runs: tuple[NodeRun, ...]
    seconds: float


class TooLarge(Exception):
    """A file that dbt left is larger than what is read."""


def read_json(path: Path, largest: int = LARGEST) -> Any:
    """What a file holds; ``None`` if there is none, or it is no JSON. Raises ``TooLarge``."""
    try:
        with path.open("rb") as file:
            text = file.read(largest + 1)
    except OSError:
        return None
    if len(text) > largest:
        raise TooLarge(f"{path.name} is larger than {largest >> 20} MiB")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def read_invocation(path: Path) -> Invocation | None:
    """The results in a file; ``None`` if it holds none."""
    found = read_json(path)
    if not isinstance(found, dict) or not isinstance(found.get("results"), list):
        return None
    facts = found.get("metadata")
    facts = facts if isinstance(facts, dict) else {}
    written = facts.get("generated_at")
    return Invocation(
        id=f"{facts.get('invocation_id')} {written}",
        runs=tuple(_runs(found["results"], written if isinstance(written, str) else None)),
        seconds=_number(found.get("elapsed_time")),
    )


def _runs(results: list[Any], written: str | None) -> Iterator[NodeRun]:
    for result in results:
        match result:
            case {"unique_id": str(unique_id), "status": str(status)}:
                seconds = _number(result.get("execution_time"))
                started, ended = _span(result.get("timing"), written, seconds)
                yield NodeRun(
                    unique_id=unique_id,
                    status=status.lower(),
                    message=_message(result),
                    seconds=seconds,
                    failures=_whole(result.get("failures")),
                    relation=_text(result.get("relation_name")),
                    started=started,
                    ended=ended,
                    measures=_measures(result.get("adapter_response")),
                )


def _message(result: Mapping[str, Any]) -> str | None:
    text = _text(result.get("message")) or _text(result.get("error"))
    return None if text is None else text[:_LONGEST_MESSAGE]


def _measures(response: Any) -> dict[str, float]:
    if not isinstance(response, dict):
        return {}
    wanted = ("rows_affected", "bytes_processed", "bytes_billed", "slot_ms")
    return {name: _number(response[name]) for name in wanted if _is_number(response.get(name))}


def _span(timing: Any, written: str | None, seconds: float) -> tuple[str | None, str | None]:
    """When a node began and ended, as dbt wrote it."""
    steps = [step for step in timing if isinstance(step, dict)] if isinstance(timing, list) else []
    begins = [text for step in steps if (text := _text(step.get("started_at")))]
    ends = [text for step in steps if (text := _text(step.get("completed_at")))]
    if begins and ends:
        return min(begins), max(ends)
    try:
        end = datetime.fromisoformat(written or "")
        return (end - timedelta(seconds=seconds)).isoformat(), end.isoformat()
    except (ValueError, OverflowError):
        return None, None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: Any) -> float:
    return float(value) if _is_number(value) else 0.0
