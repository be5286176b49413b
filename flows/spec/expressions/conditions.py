"""Tests: what may stand after `is` and `is not`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flows.spec.expressions.errors import TypeMismatchError
from flows.spec.expressions.filters.data import is_empty
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.library import condition_word
from flows.spec.expressions.values import Value, is_number, type_name


@condition_word("defined")
def defined(frame: Frame, value: Value) -> Value:
    """Exists and is not null."""
    return value is not None


@condition_word("null", aliases=("none",))
def null(frame: Frame, value: Value) -> Value:
    """Is null."""
    return value is None


@condition_word("empty")
def empty(frame: Frame, value: Value) -> Value:
    """Is null, blank, or has no items."""
    return is_empty(value)


@condition_word("even")
def even(frame: Frame, value: Value) -> Value:
    """Is an even number."""
    return _whole(value) % 2 == 0


@condition_word("odd")
def odd(frame: Frame, value: Value) -> Value:
    """Is an odd number."""
    return _whole(value) % 2 == 1


def _whole(value: Value) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeMismatchError(f"Only whole numbers are even or odd, not {type_name(value)}")


@condition_word("iterable")
def iterable(frame: Frame, value: Value) -> Value:
    """Is a list or a map."""
    return isinstance(value, list | tuple | Mapping)


@condition_word("list", aliases=("sequence",))
def list_(frame: Frame, value: Value) -> Value:
    """Is a list."""
    return isinstance(value, list | tuple)


@condition_word("map", aliases=("mapping",))
def map_(frame: Frame, value: Value) -> Value:
    """Is a map."""
    return isinstance(value, Mapping)


@condition_word("string")
def string(frame: Frame, value: Value) -> Value:
    """Is text."""
    return isinstance(value, str)


@condition_word("number")
def number(frame: Frame, value: Value) -> Value:
    """Is a number."""
    return is_number(value)


@condition_word("boolean")
def boolean(frame: Frame, value: Value) -> Value:
    """Is true or false."""
    return isinstance(value, bool)


@condition_word("true")
def true(frame: Frame, value: Value) -> Value:
    """Is true."""
    return value is True


@condition_word("false")
def false(frame: Frame, value: Value) -> Value:
    """Is false."""
    return value is False


@condition_word("json")
def json_(frame: Frame, value: Value) -> Value:
    """Is text that holds JSON."""
    if not isinstance(value, str):
        return False
    frame.meter.text(len(value))
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True
