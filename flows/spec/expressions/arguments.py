"""Arguments of words as the types they need, refused by name when they are something else."""

from __future__ import annotations

from collections.abc import Mapping

from flows.spec.expressions.errors import TypeMismatchError
from flows.spec.expressions.values import Value, type_name


def text(value: Value, name: str) -> str:
    """A text argument."""
    if isinstance(value, str):
        return value
    raise TypeMismatchError(f"`{name}` must be text but is {type_name(value)}")


def optional_text(value: Value, name: str) -> str | None:
    """A text argument that may be null."""
    return None if value is None else text(value, name)


def whole(value: Value, name: str) -> int:
    """A whole-number argument; text that spells one is accepted."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and len(value) < 20:
        try:
            return int(value)
        except ValueError:
            pass
    raise TypeMismatchError(f"`{name}` must be a whole number but is {type_name(value)}")


def count(value: Value, name: str, *, least: int = 0) -> int:
    """A whole number that is not too small."""
    number = whole(value, name)
    if number < least:
        raise TypeMismatchError(f"`{name}` must be at least {least}")
    return number


def items(value: Value, name: str = "the value") -> list[Value]:
    """A list argument."""
    if isinstance(value, list):
        return value
    raise TypeMismatchError(f"{name} must be a list but is {type_name(value)}")


def pairs(value: Value, name: str = "the value") -> Mapping[str, Value]:
    """A map argument."""
    if isinstance(value, Mapping):
        return value
    raise TypeMismatchError(f"{name} must be a map but is {type_name(value)}")
