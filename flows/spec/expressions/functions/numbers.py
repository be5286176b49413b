"""Functions over numbers: ranges and extremes."""

from __future__ import annotations

from flows.spec.expressions import arguments as take
from flows.spec.expressions.filters.numbers import extreme
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.library import Parameter, function_word
from flows.spec.expressions.operators import spread
from flows.spec.expressions.values import Value


@function_word("range", Parameter("start"), Parameter("end"), Parameter("increment", 1))
def range_(frame: Frame, start: Value, end: Value, increment: Value) -> Value:
    """All whole numbers, or letters, from one to another, both included."""
    return spread(frame, start, end, take.whole(increment, "increment"))


@function_word("max", Parameter("values", rest=True))
def max_(frame: Frame, *values: Value) -> Value:
    """The largest of its arguments, or of one list."""
    return extreme(frame, _compared(values), 1)


@function_word("min", Parameter("values", rest=True))
def min_(frame: Frame, *values: Value) -> Value:
    """The smallest of its arguments, or of one list."""
    return extreme(frame, _compared(values), -1)


def _compared(values: tuple[Value, ...]) -> list[Value]:
    only = values[0] if len(values) == 1 else None
    return only if isinstance(only, list) else list(values)
