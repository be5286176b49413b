"""What operators do with values: arithmetic, joining, membership, ranges, access to keys.

Whole numbers divide to whole numbers. Nothing is converted silently except by `~` and by `+` next
to a text, and nothing is computed whose size was not looked at first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from flows.spec.expressions.errors import BudgetExceededError, TypeMismatchError, UndefinedError
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.values import Value, compare, equal, finite, is_number, type_name

_LARGEST = 2**1000


def attribute(frame: Frame, holder: Value, key: Value, path: str, at: int) -> Value:
    """The value under a key of a map or at an index of a list."""
    if isinstance(holder, Mapping):
        name = key if isinstance(key, str) else frame.text(key)
        try:
            return holder[name]
        except KeyError:
            raise UndefinedError(path, known=lambda: map(str, holder), offset=at) from None
    if isinstance(holder, list | tuple):
        index = _index(key)
        if index is not None and -len(holder) <= index < len(holder):
            found: Value = holder[index]
            return found
        raise UndefinedError(path, reason=f"the list has {len(holder)} items", offset=at)
    raise UndefinedError(path, reason=f"what it belongs to is {type_name(holder)}", offset=at)


def header(frame: Frame, holder: Value, key: Value, path: str, at: int) -> Value:
    """The value under a name of HTTP headers, which mean the same in any case."""
    if isinstance(holder, Mapping) and isinstance(key, str) and key not in holder:
        frame.meter.items(len(holder))
        wanted = key.lower()
        key = next((name for name in holder if str(name).lower() == wanted), key)
    return attribute(frame, holder, key, path, at)


def _index(key: Value) -> int | None:
    if isinstance(key, str) and key.removeprefix("-").isdecimal() and len(key) < 10:
        return int(key)
    return key if isinstance(key, int) and not isinstance(key, bool) else None


def _checked(number: int | float) -> int | float:
    if isinstance(number, float):
        return finite(number)
    if not -_LARGEST < number < _LARGEST:
        raise BudgetExceededError("The number has more than 300 digits")
    return number


def _numbers(left: Value, right: Value, symbol: str) -> tuple[int | float, int | float]:
    for value in (left, right):
        if not is_number(value):
            hint = "; convert it with the filter `number`" if isinstance(value, str) else ""
            raise TypeMismatchError(f"`{symbol}` needs numbers but got {type_name(value)}{hint}")
    return left, right  # type: ignore[return-value]


def add(frame: Frame, left: Value, right: Value) -> Value:
    """Sum of numbers, joined text, or a list with more items."""
    if isinstance(left, str) or isinstance(right, str):
        return concatenate(frame, (left, right))
    if isinstance(left, list):
        more = right if isinstance(right, list) else [right]
        frame.meter.items(len(left) + len(more))
        return [*left, *more]
    one, two = _numbers(left, right, "+")
    return _checked(one + two)


def subtract(frame: Frame, left: Value, right: Value) -> Value:
    """Difference of numbers, or a list without the items of another."""
    if isinstance(left, list):
        unwanted = right if isinstance(right, list) else [right]
        frame.meter.spend(1 + len(left) * max(1, len(unwanted)))
        return [x for x in left if not any(equal(x, y, frame.meter) for y in unwanted)]
    one, two = _numbers(left, right, "-")
    return _checked(one - two)


def multiply(frame: Frame, left: Value, right: Value) -> Value:
    one, two = _numbers(left, right, "*")
    return _checked(one * two)


def divide(frame: Frame, left: Value, right: Value) -> Value:
    """Quotient; that of two whole numbers is cut to a whole number."""
    one, two = _numbers(left, right, "/")
    if two == 0:
        raise TypeMismatchError("Division by zero")
    if isinstance(one, int) and isinstance(two, int):
        quotient = abs(one) // abs(two)
        return quotient if (one < 0) == (two < 0) else -quotient
    return _checked(one / two)


def remainder(frame: Frame, left: Value, right: Value) -> Value:
    """What a division leaves; it has the sign of the left side."""
    one, two = _numbers(left, right, "%")
    if two == 0:
        raise TypeMismatchError("Division by zero")
    if isinstance(one, int) and isinstance(two, int):
        return int(math.copysign(1, one)) * (abs(one) % abs(two))
    return math.fmod(one, two)


def concatenate(frame: Frame, values: tuple[Value, ...]) -> str:
    """The texts of all values, one after the other."""
    texts = [value if isinstance(value, str) else frame.text(value) for value in values]
    frame.meter.text(sum(map(len, texts)))
    return "".join(texts)


def contains(frame: Frame, holder: Value, wanted: Value) -> bool:
    """Whether a list has an item (or all items of a list), a map a key, a text a part."""
    if isinstance(wanted, list) and isinstance(holder, list):
        return all(within(frame, item, holder) for item in wanted)
    if isinstance(holder, Mapping):
        return frame.text(wanted) in holder
    return within(frame, wanted, holder)


def within(frame: Frame, wanted: Value, holder: Value) -> bool:
    """Whether a value is among items, among the keys and values of a map, or part of a text."""
    if wanted is None or holder is None:
        return False
    if isinstance(holder, str):
        frame.meter.text(len(holder))
        return frame.text(wanted) in holder
    if isinstance(holder, Mapping):
        return frame.text(wanted) in holder or _among(frame, wanted, list(holder.values()))
    if isinstance(holder, list | tuple):
        return _among(frame, wanted, list(holder))
    raise TypeMismatchError(f"{type_name(holder)} has no items to look through")


def _among(frame: Frame, wanted: Value, items: list[Value]) -> bool:
    frame.meter.items(len(items))
    text = None if isinstance(wanted, Mapping | list) else frame.text(wanted)
    for item in items:
        if isinstance(item, Mapping | list):
            if text is None and equal(item, wanted, frame.meter):
                return True
        elif text is not None and item is not None and frame.text(item) == text:
            return True
    return False


def spread(frame: Frame, first: Value, last: Value, step: int = 1) -> list[Value]:
    """All numbers, or letters, from the first to the last, both included."""
    if isinstance(first, str) and isinstance(last, str) and len(first) == len(last) == 1:
        return [chr(code) for code in _steps(frame, ord(first), ord(last), step)]
    if not (isinstance(first, int) and isinstance(last, int)):
        raise TypeMismatchError("A range goes between two whole numbers or two letters")
    return list(_steps(frame, first, last, step))


def _steps(frame: Frame, first: int, last: int, step: int) -> range:
    if step == 0:
        raise TypeMismatchError("A range needs a step other than 0")
    numbers = range(first, last + (1 if step > 0 else -1), step)
    frame.meter.spend(max(0, abs(last - first) // abs(step)) + 1)
    return numbers


def _ordered(accepts: Callable[[int], bool]) -> Callable[[Frame, Value, Value], Value]:
    def ordered(frame: Frame, left: Value, right: Value) -> Value:
        order = compare(left, right)
        return order is not None and accepts(order)

    return ordered


BINARY: dict[str, Callable[[Frame, Value, Value], Value]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": remainder,
    "==": lambda frame, left, right: equal(left, right, frame.meter),
    "!=": lambda frame, left, right: not equal(left, right, frame.meter),
    "<": _ordered(lambda order: order < 0),
    "<=": _ordered(lambda order: order <= 0),
    ">": _ordered(lambda order: order > 0),
    ">=": _ordered(lambda order: order >= 0),
    "contains": contains,
    "in": within,
    "..": spread,
}


def negative(value: Value) -> Value:
    """The number with the other sign."""
    number, _ = _numbers(value, 0, "-")
    return -number


def positive(value: Value) -> Value:
    """The number itself; refuses what is no number."""
    number, _ = _numbers(value, 0, "+")
    return number
