"""Rules about labels that a flow, or a person, gives."""

from __future__ import annotations

from collections.abc import Iterable

from downbeat.sdk.labels import (
    READ_ONLY,
    SYSTEM_PREFIX,
    Label,
    Labels,
    as_list,
    as_map,
    parse_labels,
)

__all__ = ["Label", "Labels", "as_list", "as_map", "merged", "parse_labels", "refused_keys"]


def refused_keys(labels: Iterable[Label], *, in_flow: bool = False) -> tuple[str, ...]:
    """Keys of the system that users may not set; a flow may set ``system.readOnly``."""
    return tuple(
        label.key
        for label in labels
        if label.key.startswith(SYSTEM_PREFIX) and not (in_flow and label.key == READ_ONLY)
    )


def merged(labels: Iterable[Label], added: Iterable[Label]) -> tuple[Label, ...]:
    """Labels after others were set at run time: the last value of a key wins, in place."""
    values = as_map(labels)
    for label in added:
        values[label.key] = label.value
    return tuple(Label(key, value) for key, value in values.items())
