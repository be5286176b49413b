"""Filters that take a part of a text, look at its ends, or cut it in pieces."""

from __future__ import annotations

from flows.spec.expressions import arguments as take
from flows.spec.expressions.filters.text import written
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.library import Parameter, filter_word
from flows.spec.expressions.values import Value

_ELLIPSIS = "..."


@filter_word("abbreviate", Parameter("length"))
def abbreviate(frame: Frame, value: Value, length: Value) -> Value:
    """The text cut to a length, dots included."""
    text = written(frame, value)
    widest = take.count(length, "length")
    if len(text) <= widest or len(text) <= len(_ELLIPSIS):
        return text
    if widest <= len(_ELLIPSIS):
        return text[:widest]
    return text[: widest - len(_ELLIPSIS)] + _ELLIPSIS


@filter_word("startsWith", Parameter("value"))
def starts_with(frame: Frame, value: Value, beginning: Value) -> Value:
    """Whether the text begins with another."""
    return written(frame, value).startswith(frame.text(beginning))


@filter_word("endsWith", Parameter("value"))
def ends_with(frame: Frame, value: Value, ending: Value) -> Value:
    """Whether the text ends with another."""
    return written(frame, value).endswith(frame.text(ending))


@filter_word("substringBefore", Parameter("separator"))
def substring_before(frame: Frame, value: Value, separator: Value) -> Value:
    """What stands before the first separator; all of it without one."""
    mark = take.text(separator, "separator")
    text = written(frame, value)
    return text.partition(mark)[0] if mark else ""


@filter_word("substringBeforeLast", Parameter("separator"))
def substring_before_last(frame: Frame, value: Value, separator: Value) -> Value:
    """What stands before the last separator; all of it without one."""
    mark = take.text(separator, "separator")
    text = written(frame, value)
    return text.rpartition(mark)[0] if mark and mark in text else text


@filter_word("substringAfter", Parameter("separator"))
def substring_after(frame: Frame, value: Value, separator: Value) -> Value:
    """What stands after the first separator; nothing without one."""
    mark = take.text(separator, "separator")
    text = written(frame, value)
    return text.partition(mark)[2] if mark else text


@filter_word("substringAfterLast", Parameter("separator"))
def substring_after_last(frame: Frame, value: Value, separator: Value) -> Value:
    """What stands after the last separator; nothing without one."""
    mark = take.text(separator, "separator")
    text = written(frame, value)
    return text.rpartition(mark)[2] if mark and mark in text else ""
