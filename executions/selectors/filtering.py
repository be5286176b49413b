"""The conditions of the API, under the name by which this app's selectors know them."""

from __future__ import annotations

from downbeat.common.api.conditions import (
    EQUAL_ONLY,
    Condition,
    Field,
    choice,
    compared,
    condition,
    identity,
    maps_of,
    moment,
    number,
    ops_of,
    refused,
    since,
    text,
    uuid_or_nil,
)

__all__ = [
    "EQUAL_ONLY",
    "Condition",
    "Field",
    "choice",
    "compared",
    "condition",
    "identity",
    "maps_of",
    "moment",
    "number",
    "ops_of",
    "refused",
    "since",
    "text",
    "uuid_or_nil",
]
