"""What an input's definition asks of its value beyond the type: bounds, patterns, lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar

import regex

from downbeat.sdk.fields import format_duration, parse_duration
from downbeat.sdk.inputs import (
    ArrayInput,
    DateInput,
    DateTimeInput,
    DurationInput,
    EnumInput,
    FileInput,
    FloatInput,
    Input,
    IntInput,
    MultiselectInput,
    SecretInput,
    SelectInput,
    StringInput,
    TimeInput,
)
from downbeat.sdk.times import format_instant, parse_date, parse_instant, parse_time
from flows.spec.typed import NotOfType, typed, typed_list

PATTERN_SECONDS: Final = 0.25
Bound = TypeVar("Bound", int, float, date, datetime, time, timedelta)
ListOf = Callable[[str], Any]


def checked(definition: Input, value: Any, *, list_of: ListOf) -> Any:
    """The typed value, if it is all that the definition asks for; else ``NotOfType``.

    ``list_of`` renders the expression of a computed list.
    """
    match definition:
        case SelectInput():
            return _selected(definition, typed("SELECT", value), list_of)
        case MultiselectInput():
            return _all_selected(definition, value, list_of)
        case ArrayInput():
            return typed_list(value, definition.item_type)
        case _:
            found = typed(definition.type, value)
            _check(definition, found)
            return found


def _check(definition: Input, value: Any) -> None:
    match definition:
        case StringInput() | SecretInput():
            _matches(definition.validator, value)
        case IntInput():
            _within(value, definition.min, definition.max, str)
        case FloatInput():
            _within(value, definition.min, definition.max, str)
        case DurationInput():
            _within(parse_duration(value), definition.min, definition.max, format_duration)
        case DateInput():
            _between(parse_date(value), definition.after, definition.before, date.isoformat)
        case TimeInput():
            _between(parse_time(value), definition.after, definition.before, time.isoformat)
        case DateTimeInput():
            _between(parse_instant(value), definition.after, definition.before, format_instant)
        case EnumInput():
            _in_list(value, list(definition.values))
        case FileInput():
            _has_extension(definition, value)


def _matches(pattern: str | None, value: str) -> None:
    if pattern is None:
        return
    try:
        if regex.fullmatch(pattern, value, timeout=PATTERN_SECONDS):
            return
    except TimeoutError:
        raise NotOfType(f"matching it with `{pattern}` takes too long") from None
    raise NotOfType(f"it must match the pattern `{pattern}`")


def _within(
    value: Bound, low: Bound | None, high: Bound | None, show: Callable[[Bound], str]
) -> None:
    if low is not None and value < low:
        raise NotOfType(f"it must be at least `{show(low)}`")
    if high is not None and value > high:
        raise NotOfType(f"it must be at most `{show(high)}`")


def _between(
    value: Bound, after: Bound | None, before: Bound | None, show: Callable[[Bound], str]
) -> None:
    if after is not None and value < after:
        raise NotOfType(f"it must not be before `{show(after)}`")
    if before is not None and value > before:
        raise NotOfType(f"it must not be after `{show(before)}`")


def _has_extension(definition: FileInput, value: str) -> None:
    allowed = definition.allowed_file_extensions
    if allowed and not value.lower().endswith(tuple(item.lower() for item in allowed)):
        raise NotOfType(f"its name must end in one of {', '.join(allowed)}")


def _in_list(value: str, allowed: list[str]) -> None:
    if value not in allowed:
        shown = ", ".join(allowed[:50])
        raise NotOfType(f"it must match one of the values `{shown}`")


def choices(definition: SelectInput | MultiselectInput, list_of: ListOf) -> list[str]:
    """The values that may be chosen, listed or computed."""
    options = getattr(definition, "options", None)
    if definition.expression is None:
        return list(definition.values or options or ())
    found = list_of(definition.expression)
    try:
        return [typed("STRING", item) for item in typed_list(found, None)]
    except NotOfType:
        raise NotOfType(f"the expression `{definition.expression}` must give a list") from None


def _selected(definition: SelectInput, value: str, list_of: ListOf) -> str:
    if not definition.allow_custom_value:
        _in_list(value, choices(definition, list_of))
    return value


def _all_selected(definition: MultiselectInput, value: Any, list_of: ListOf) -> list[Any]:
    given = value
    if isinstance(value, str) and not value.strip().startswith("["):
        given = [value]
    chosen = typed_list(given, "STRING")
    if not definition.allow_custom_value:
        allowed = choices(definition, list_of)
        for item in chosen:
            _in_list(item, allowed)
    return typed_list(chosen, definition.item_type)
