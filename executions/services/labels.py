"""Labels of executions: which may be set, and how they are joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from executions.contracts import Label
from executions.services.errors import LabelInvalid

SYSTEM: Final = "system."
CORRELATION: Final = "system.correlationId"
LONGEST: Final = 1024


def checked(labels: Iterable[Label]) -> tuple[Label, ...]:
    """Labels that a person may set; ``LabelInvalid`` for the first that is not one."""
    found = tuple(labels)
    for label in found:
        if not label.key or not label.value:
            raise LabelInvalid(key=label.key, reason="key and value may not be empty")
        if label.key.startswith(SYSTEM):
            raise LabelInvalid(key=label.key, reason="system labels are set by the platform")
        if len(label.key) > LONGEST or len(label.value) > LONGEST:
            raise LabelInvalid(key=label.key[:80], reason=f"it is longer than {LONGEST}")
    return found


def of_flow(labels: Any) -> tuple[Label, ...]:
    """The labels of a flow that its executions take over: all but the platform's."""
    return tuple(label for label in _listed(labels) if not label.key.startswith(SYSTEM))


def without_flow(labels: Iterable[Label], own: Iterable[Label]) -> tuple[Label, ...]:
    """The labels that an execution has besides those of its flow and of the platform."""
    of_flow = set(own)
    return tuple(
        label for label in labels if label not in of_flow and not label.key.startswith(SYSTEM)
    )


def with_correlation(labels: Iterable[Label], correlation_id: str) -> tuple[Label, ...]:
    """The labels with the id of the first execution of the chain."""
    kept = tuple(label for label in labels if label.key != CORRELATION)
    return (*kept, Label(CORRELATION, correlation_id))


def merged(old: Iterable[Label], new: Iterable[Label]) -> tuple[Label, ...]:
    """Old labels with new ones over them; the last value of a key wins and keeps its place."""
    found: dict[str, str] = {}
    for label in (*old, *new):
        found[label.key] = label.value
    return tuple(Label(key, value) for key, value in found.items())


def as_json(labels: Iterable[Label]) -> list[dict[str, str]]:
    """Labels as they are stored and shown."""
    return [{"key": label.key, "value": label.value} for label in labels]


def from_json(stored: Any) -> tuple[Label, ...]:
    """Labels as stored, read back."""
    return tuple(_listed(stored))


def _listed(labels: Any) -> Iterable[Label]:
    match labels:
        case None:
            return ()
        case Mapping():
            return (Label(str(key), str(value)) for key, value in labels.items())
        case _:
            return (_one(item) for item in labels)


def _one(item: Any) -> Label:
    if isinstance(item, Mapping):
        return Label(str(item["key"]), str(item["value"]))
    if isinstance(item, tuple):
        return Label(str(item[0]), str(item[1]))
    return Label(str(item.key), str(item.value))
