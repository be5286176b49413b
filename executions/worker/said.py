"""Reads the lines ``::{"outputs": {…}, "metrics": […]}::`` by which scripts report results."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

_LINE = re.compile(r"^\s*::(\{.*\})::\s*$", re.DOTALL)
_LEVELS = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR"}

Level = Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]
MetricKind = Literal["counter", "timer", "gauge"]


@dataclass(frozen=True, slots=True)
class SaidMetric:
    """A number that a script reported."""

    name: str
    value: float
    kind: MetricKind
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """What one report line holds."""

    outputs: Mapping[str, Any]
    metrics: tuple[SaidMetric, ...]
    assets: tuple[Mapping[str, Any], ...]
    logs: tuple[tuple[Level, str], ...]
    task_runs: tuple[Mapping[str, Any], ...] = ()
    error: str | None = None
    """Why the script fails, if it fails."""
    warning: bool = False
    """Whether its success is one with a warning."""


def parse_report(text: str) -> Said | None:
    """The report in a line; ``None`` if the line is not one (then it is an ordinary line)."""
    found = _LINE.match(text)
    if found is None:
        return None
    try:
        report = json.loads(found[1])
    except (ValueError, RecursionError):
        return None
    if not isinstance(report, dict):
        return None
    outputs = report.get("outputs")
    return Said(
        outputs=outputs if isinstance(outputs, dict) else {},
        metrics=tuple(filter(None, map(_metric, _items(report, "metrics")))),
        assets=tuple(_assets(report.get("assets"))),
        logs=tuple(filter(None, map(_log, _items(report, "logs")))),
        task_runs=tuple(item for item in _items(report, "taskRuns") if isinstance(item, dict)),
        error=report["error"] if isinstance(report.get("error"), str) else None,
        warning=report.get("warning") is True,
    )


def _assets(found: Any) -> Iterator[Mapping[str, Any]]:
    """A list of assets, or a map of ``inputs`` and ``outputs``."""
    if isinstance(found, dict):
        for direction in ("input", "output"):
            for item in _items(found, f"{direction}s"):
                one = item if isinstance(item, dict) else {"uri": item}
                yield {**one, "direction": direction}
        return
    yield from (
        item for item in (found if isinstance(found, list) else ()) if isinstance(item, dict)
    )


def _items(report: Mapping[str, Any], name: str) -> list[Any]:
    found = report.get(name)
    return found if isinstance(found, list) else []


def _metric(item: Any) -> SaidMetric | None:
    match item:
        case {"name": str(name), "value": value}:
            number = _number(value)
            if number is None:
                return None
            tags = item.get("tags")
            return SaidMetric(
                name=name[:150],
                value=number,
                kind=kind_of(str(item.get("type", ""))),
                tags={str(k): str(v) for k, v in tags.items()} if isinstance(tags, dict) else {},
            )
        case _:
            return None


def kind_of(name: str) -> MetricKind:
    """The kind of a metric by its name; a counter if unknown."""
    match name.lower():
        case "timer":
            return "timer"
        case "gauge":
            return "gauge"
        case _:
            return "counter"


def _number(value: Any) -> float | None:
    """A finite number; a timer's value may also be written as an ISO duration."""
    from downbeat.sdk.fields import parse_duration

    try:
        if isinstance(value, str) and value.upper().startswith(("P", "-P")):
            return parse_duration(value).total_seconds()
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _log(item: Any) -> tuple[Level, str] | None:
    match item:
        case {"message": message}:
            level = str(item.get("level", "INFO")).upper()
            return (level if level in _LEVELS else "INFO", str(message))  # type: ignore[return-value]
        case _:
            return None
