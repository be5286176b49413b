"""Conditions on several executions: which window a moment falls into, and what one execution meets.

Each entry of ``flows`` and each of ``where`` is one condition, named; a trigger fires once all of
them have been met by executions of the same window.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, Protocol

import regex

from downbeat.sdk.labels import Label
from downbeat.sdk.trigger import ConditionFacts, ExecutionFacts

DAY: Final = timedelta(days=1)
REGEX_SECONDS: Final = 0.1


class Window(Protocol):
    """A time window as a source writes it."""

    @property
    def type(self) -> str: ...
    @property
    def window(self) -> timedelta | None: ...
    @property
    def window_advance(self) -> timedelta | None: ...
    @property
    def deadline(self) -> time | None: ...
    @property
    def start_time(self) -> time | None: ...
    @property
    def end_time(self) -> time | None: ...


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment (inclusive) to another (exclusive)."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


def span_of(window: Window, now: datetime) -> Span | None:
    """The window that a moment belongs to; ``None`` if it belongs to none (past a deadline)."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match window.type:
        case "SLIDING_WINDOW":
            return Span(now - (window.window or DAY), now + timedelta(microseconds=1))
        case "DAILY_TIME_DEADLINE":
            found = Span(midnight, _at(midnight, window.deadline or time.max))
        case "DAILY_TIME_WINDOW":
            found = Span(
                _at(midnight, window.start_time or time.min),
                _at(midnight, window.end_time or time.max),
            )
        case _:
            found = _aligned(window, now, midnight)
    return found if found.holds(now) else None


def _at(midnight: datetime, moment: time) -> datetime:
    return midnight.replace(
        hour=moment.hour,
        minute=moment.minute,
        second=moment.second,
        microsecond=moment.microsecond,
    )


def _aligned(window: Window, now: datetime, midnight: datetime) -> Span:
    """Windows of one length, counted from a midnight so that the same moment finds the same."""
    length = window.window or DAY
    shift = window.window_advance or timedelta()
    origin = (midnight if length <= DAY else datetime(1970, 1, 1, tzinfo=UTC)) + shift
    number = (now - origin) // length
    start = origin + number * length
    return Span(start, start + length)


Test = Callable[[ExecutionFacts, ConditionFacts], bool]


def named_conditions(preconditions: Any) -> Mapping[str, Test]:
    """The conditions of ``preconditions`` by name, each judging one execution."""
    found: dict[str, Test] = {}
    for number, upstream in enumerate(preconditions.flows):
        found[f"flow_{number}"] = _flow_test(upstream)
    for where in preconditions.where:
        found[f"where_{where.id}"] = _where_test(where)
    return found


def _flow_test(upstream: Any) -> Test:
    labels: tuple[Label, ...] = upstream.labels

    def holds(execution: ExecutionFacts, facts: ConditionFacts) -> bool:
        return (
            execution.namespace == upstream.namespace
            and upstream.flow_id in (None, execution.flow_id)
            and execution.state in upstream.states
            and all(execution.labels.get(label.key) == label.value for label in labels)
        )

    return holds


def _where_test(where: Any) -> Test:
    combine = all if where.operand == "AND" else any

    def holds(execution: ExecutionFacts, facts: ConditionFacts) -> bool:
        return combine(_filter_holds(item, execution, facts) for item in where.filters)

    return holds


def _filter_holds(item: Any, execution: ExecutionFacts, facts: ConditionFacts) -> bool:
    match item.field:
        case "FLOW_ID":
            value = execution.flow_id
        case "NAMESPACE":
            value = execution.namespace
        case "STATE":
            value = execution.state
        case _:
            return _expression_holds(item, facts)
    return _text_holds(item.type, value, item)


def _expression_holds(item: Any, facts: ConditionFacts) -> bool:
    text = str(item.value)
    match item.type:
        case "IS_TRUE":
            return facts.truth(text)
        case "IS_FALSE":
            return not facts.truth(text)
        case "IS_NULL":
            return facts.render(text) == ""
        case "IS_NOT_NULL":
            return facts.render(text) != ""
        case _:
            return _text_holds(item.type, facts.render(text), item)


def _text_holds(operator: str, found: str, item: Any) -> bool:
    wanted = item.value or ""
    match operator:
        case "EQUAL_TO":
            return found == wanted
        case "NOT_EQUAL_TO":
            return found != wanted
        case "IN":
            return found in item.values
        case "NOT_IN":
            return found not in item.values
        case "STARTS_WITH":
            return found.startswith(wanted)
        case "ENDS_WITH":
            return found.endswith(wanted)
        case "CONTAINS":
            return wanted in found
        case "REGEX":
            return _matches(wanted, found)
        case "IS_NULL":
            return found == ""
        case "IS_NOT_NULL":
            return found != ""
        case "IS_TRUE":
            return found == "true"
        case _:
            return found == "false"


def _matches(pattern: str, text: str) -> bool:
    """A full match, given up after a bounded time; a pattern that cannot be read matches nothing."""
    try:
        return regex.fullmatch(pattern, text, timeout=REGEX_SECONDS) is not None
    except (TimeoutError, regex.error, re.error, RecursionError):
        return False
