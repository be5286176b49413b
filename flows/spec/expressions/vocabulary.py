"""Loads every module that registers words, so that the vocabulary is complete."""

from __future__ import annotations

from importlib import import_module

_MODULES = (
    "filters.text",
    "filters.cutting",
    "filters.patterns",
    "filters.lists",
    "filters.numbers",
    "filters.encoding",
    "filters.dates",
    "filters.data",
    "functions.time",
    "functions.world",
    "functions.data",
    "functions.numbers",
    "functions.context",
    "conditions",
)


def load() -> None:
    """Import the modules of the vocabulary; words register as a side effect, once."""
    for module in _MODULES:
        import_module(f"flows.spec.expressions.{module}")
