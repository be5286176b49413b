"""Filters over numbers."""

from __future__ import annotations

import re
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Decimal,
    localcontext,
)

from flows.spec.expressions import arguments as take
from flows.spec.expressions.errors import TypeMismatchError
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.library import Parameter, filter_word
from flows.spec.expressions.operators import add
from flows.spec.expressions.values import Value, compare, finite, is_number, type_name

_INTEGER = re.compile(r"[+-]?\d+")
_HEXADECIMAL = re.compile(r"([+-]?)(?:0[xX]|#)([0-9a-fA-F]+)")
_MOST_DIGITS = 300
_WHOLE = frozenset({"INT", "LONG", "BIGINTEGER"})
_FRACTIONAL = frozenset({"FLOAT", "DOUBLE", "BIGDECIMAL"})


def number_of(value: Value) -> int | float:
    """The number that a value is or spells."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise TypeMismatchError(f"{type_name(value)} is not a number")
    text = value.strip()
    if len(text) > _MOST_DIGITS:
        raise TypeMismatchError(f"A number has at most {_MOST_DIGITS} digits")
    if hexadecimal := _HEXADECIMAL.fullmatch(text):
        return int(hexadecimal[1] + hexadecimal[2], 16)
    text = text.rstrip("lLfFdD") if text[-1:].isalpha() else text
    try:
        return int(text) if _INTEGER.fullmatch(text) else finite(float(text.replace("_", "x")))
    except ValueError:
        raise TypeMismatchError(f"`{value[:40]}` is not a number") from None


@filter_word("number", Parameter("type", ""))
def number(frame: Frame, value: Value, type: Value) -> Value:
    """The number that a text spells; type INT, LONG, FLOAT, DOUBLE, BIGINTEGER or BIGDECIMAL."""
    kind, found = take.text(type, "type").upper(), number_of(value)
    if kind in _WHOLE:
        return take.whole(found, "the number")
    if kind in _FRACTIONAL:
        return float(found)
    if kind:
        raise TypeMismatchError(f"`type` must be one of {', '.join(sorted(_WHOLE | _FRACTIONAL))}")
    return found


@filter_word("int")
def int_(frame: Frame, value: Value) -> Value:
    """The whole part of a number, or of a text that spells one."""
    return int(number_of(value))


@filter_word("float")
def float_(frame: Frame, value: Value) -> Value:
    """The number with a fraction."""
    return float(number_of(value))


@filter_word("abs")
def abs_(frame: Frame, value: Value) -> Value:
    """The number without its sign."""
    if not is_number(value):
        raise TypeMismatchError(f"{type_name(value)} is not a number")
    return abs(number_of(value))


_ROUNDING = {"common": ROUND_HALF_UP, "ceil": ROUND_CEILING, "floor": ROUND_FLOOR}


@filter_word("round", Parameter("precision", 0), Parameter("method", "common"))
def round_(frame: Frame, value: Value, precision: Value, method: Value) -> Value:
    """The number rounded to so many decimals: common, ceil or floor."""
    places = take.count(precision, "precision")
    rounding = _ROUNDING.get(take.text(method, "method"))
    if rounding is None or places > _MOST_DIGITS:
        raise TypeMismatchError("`round` takes up to 300 decimals and 'common', 'ceil' or 'floor'")
    found = number_of(value)
    if isinstance(found, int):
        return found
    with localcontext() as context:
        context.prec = 2 * _MOST_DIGITS + 50
        rounded = Decimal(repr(found)).quantize(Decimal(1).scaleb(-places), rounding=rounding)
    return float(rounded) if places else int(rounded)


@filter_word("sum")
def sum_(frame: Frame, value: Value) -> Value:
    """The sum of all numbers of a list."""
    total: Value = 0
    for item in take.items(value):
        frame.meter.spend()
        total = add(frame, total, number_of(item))
    return total


@filter_word("min")
def min_(frame: Frame, value: Value) -> Value:
    """The smallest item of a list; null for an empty one."""
    return extreme(frame, take.items(value), -1)


@filter_word("max")
def max_(frame: Frame, value: Value) -> Value:
    """The largest item of a list; null for an empty one."""
    return extreme(frame, take.items(value), 1)


def extreme(frame: Frame, items: list[Value], direction: int) -> Value:
    """The item that compares before (-1) or after (1) all others."""
    best: Value = None
    for item in items:
        frame.meter.spend()
        if best is None or compare(item, best) == direction:
            best = item
    return best


_FORMAT = re.compile(
    r"((?:[^#0,.;'%‰]|'[^']*')*)([#,]*[0,]*)(?:\.(0*)(#*))?((?:[^#0,.;'%‰]|'[^']*'|[%‰])*)"
)


@filter_word("numberFormat", Parameter("format", "#,##0.###"), aliases=("numberformat",))
def number_format(frame: Frame, value: Value, format: Value) -> Value:
    """The number in a pattern such as `#,##0.00` or `0.0%`."""
    pattern = take.text(format, "format").partition(";")[0]
    match = _FORMAT.fullmatch(pattern) if len(pattern) <= 100 else None
    if match is None:
        raise TypeMismatchError(f"`{pattern[:40]}` is not a number format such as `#,##0.00`")
    prefix, whole, zeros, optional, suffix = (part or "" for part in match.groups())
    exact = Decimal(repr(number_of(value)))
    exact *= 100 if "%" in suffix else 1000 if "‰" in suffix else 1
    digits = _digits(abs(exact), len(zeros), len(zeros) + len(optional))
    before, _, after = digits.partition(".")
    # A pattern without any `0` still shows the one before the point.
    least = whole.count("0") or int("#" in whole and not zeros and bool(optional))
    before = before.lstrip("0").rjust(least, "0")
    if "," in whole:
        before = _grouped(before, len(whole) - whole.rindex(",") - 1)
    shown = f"{before}.{after}" if after else before
    sign = "-" if exact < 0 and any(digit in shown for digit in "123456789") else ""
    return f"{sign}{_unquoted(prefix)}{shown or '0'}{_unquoted(suffix)}"


def _digits(number: Decimal, least: int, most: int) -> str:
    """The digits, rounded to even at `most` decimals, with at least `least` of them."""
    with localcontext() as context:
        context.prec = 3 * _MOST_DIGITS + 100
        text = f"{number.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_EVEN):f}"
    before, _, after = text.partition(".")
    return f"{before}.{after.rstrip('0').ljust(least, '0')}"


def _grouped(digits: str, size: int) -> str:
    if size <= 0:
        return digits
    start = len(digits) % size
    groups = [digits[:start]] if start else []
    groups += [digits[place : place + size] for place in range(start, len(digits), size)]
    return ",".join(groups)


def _unquoted(text: str) -> str:
    return text.replace("''", "\0").replace("'", "").replace("\0", "'")
