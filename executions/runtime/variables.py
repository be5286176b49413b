"""The variables of an execution: those that its flow declares, and what its tasks made of them.

An execution keeps only what differs from the declaration, so a variable that the flow declares and
a task removed is kept as a mark that it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

_GONE: Final = {"type": "io.downbeat.variable:removed"}

Variables = Mapping[str, Any]


def visible(declared: Variables | None, own: Variables) -> dict[str, Any]:
    """The variables as expressions see them."""
    found = {**(declared or {}), **own}
    return {name: value for name, value in found.items() if value != _GONE}


def set_by_tasks(own: Variables) -> dict[str, Any]:
    """The execution's own variables, as they are shown."""
    return visible(None, own)


def without(declared: Variables | None, own: Variables, names: Iterable[str]) -> dict[str, Any]:
    """What the execution keeps once these variables are removed."""
    gone = set(names)
    marks = {name: dict(_GONE) for name in gone & (declared or {}).keys()}
    return {name: value for name, value in own.items() if name not in gone} | marks
