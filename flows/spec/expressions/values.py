"""The values of the language: plain data, how they print, compare and count as true.

Nothing but these types is ever reachable from an expression, so there is no object to walk out of.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from flows.spec.expressions.dates.moment import DateValue
from flows.spec.expressions.errors import ExpressionError, TypeMismatchError

if TYPE_CHECKING:
    from flows.spec.expressions.budget import Meter

Value: TypeAlias = (
    bool | int | float | str | list["Value"] | dict[str, "Value"] | DateValue
    | Mapping[str, "Value"] | None
)  # fmt: skip

_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e7


def type_name(value: object) -> str:
    """What a value is, in the words of the language."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float | Decimal):
        return "a number"
    if isinstance(value, str | uuid.UUID):
        return "text"
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, DateValue | dt.date):
        return "a date"
    return "a list" if isinstance(value, Sequence) else "an unsupported value"


def float_text(number: float) -> str:
    """A float as flows expect it: at least one decimal, E notation outside 0.001 to 10,000,000."""
    size = abs(number)
    if size == 0 or _PLAIN_FROM <= size < _PLAIN_BELOW:
        text = repr(number)
        return text if "e" not in text else format(number, "f")
    mantissa, _, exponent = format(Decimal(repr(number)), "e").partition("e")
    whole, _, digits = mantissa.partition(".")
    return f"{whole}.{digits.rstrip('0') or '0'}E{int(exponent)}"


def text_of(value: Value, meter: Meter) -> str:
    """The text that a value prints as; lists and maps print as compact JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return _digits(value)
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, Mapping | list | tuple):
        return json_text(value, meter)
    return scalar_text(value)


def _digits(number: int) -> str:
    try:
        return int.__repr__(number)
    except ValueError as error:
        raise TypeMismatchError("The number has too many digits to print") from error


def scalar_text(value: object) -> str:
    """The text of the few other types that contexts are known to bring."""
    if isinstance(value, DateValue):
        return value.iso()
    if isinstance(value, dt.datetime):
        return DateValue(value).iso()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    raise TypeMismatchError("The context holds a value that is not plain data")


def json_text(value: Value, meter: Meter, *, indent: int | None = None) -> str:
    """A value as JSON; refuses what is too large before writing it."""
    meter.weigh(value)
    separators = (",", ":") if indent is None else (",", ": ")
    try:
        text = json.dumps(
            value, default=_jsonable, ensure_ascii=False, separators=separators,
            allow_nan=False, indent=indent,
        )  # fmt: skip
    except (ValueError, RecursionError) as error:
        raise TypeMismatchError("The value nests too deeply or is not a finite number") from error
    meter.text(len(text))
    return text


def _jsonable(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    return scalar_text(value)


def parse_json(text: str, meter: Meter) -> Value:
    """The value of a JSON text."""
    meter.data(len(text))
    try:
        value: Value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise TypeMismatchError(f"The text is not valid JSON: {error}") from error
    except (ValueError, RecursionError) as error:
        raise TypeMismatchError(
            "The text is not valid JSON: too deep or too long a number"
        ) from error
    return value


def _no_constant(name: str) -> object:
    raise TypeMismatchError(f"The text is not valid JSON: {name} is not a number in JSON")


def plain(value: Value, meter: Meter) -> Value:
    """A copy in builtin types only: lazily loaded maps are read, dates become text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    meter.weigh(value)
    return _copied(value)


def _copied(value: Value) -> Value:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _copied(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(item) for item in value]
    return scalar_text(value)


def is_number(value: object) -> bool:
    """True for ints and floats; a boolean is not a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(left: Value, right: Value, meter: Meter) -> bool:
    """Equality as the language has it: 1 equals 1.0, but text never equals a number."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if is_number(left) and is_number(right):
        return left == right
    if isinstance(left, Mapping | list) and isinstance(right, Mapping | list):
        meter.weigh(left)
        meter.weigh(right)
        return _deep_equal(left, right)
    if isinstance(left, DateValue) or isinstance(right, DateValue):
        return _same_date(left, right)
    return type(left) is type(right) and left == right


def _deep_equal(left: Value, right: Value) -> bool:
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(_deep_equal(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_deep_equal, left, right))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right


def _same_date(left: Value, right: Value) -> bool:
    try:
        return instant(left).order() == instant(right).order()
    except ExpressionError:
        return False


def instant(value: object) -> DateValue:
    """The date that a value holds or spells."""
    if isinstance(value, DateValue):
        return value
    if isinstance(value, dt.datetime):
        return DateValue(value)
    if isinstance(value, str):
        return DateValue.parse(value)
    raise TypeMismatchError(f"{type_name(value)} is not a date")


def compare(left: Value, right: Value) -> int | None:
    """Order of two values as -1, 0 or 1; None when one of them is null (no order at all)."""
    if left is None or right is None:
        return None
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    if isinstance(left, DateValue | dt.datetime) or isinstance(right, DateValue | dt.datetime):
        one, two = instant(left).order(), instant(right).order()
        return (one > two) - (one < two)
    if (
        isinstance(left, int | float) and isinstance(right, int | float)
        and not isinstance(left, bool) and not isinstance(right, bool)
    ):  # fmt: skip
        return (left > right) - (left < right)
    raise TypeMismatchError(
        f"Cannot compare {type_name(left)} with {type_name(right)}; "
        "convert text with the filter `number` first"
    )


def finite(number: float) -> float:
    """The number, refused when it is infinite or not a number."""
    if not math.isfinite(number):
        raise TypeMismatchError("The result is not a finite number")
    return number
