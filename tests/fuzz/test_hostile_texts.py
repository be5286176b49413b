"""Every hostile text is answered, within bounded memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from tests.fuzz import seeds, targets

MEGABYTE = 1_048_576
MOST_MEMORY = 160 * MEGABYTE
"""A source of a megabyte may take so much while it is read; a bomb takes all there is."""


def answered(target: Callable[[str], None], text: str) -> None:
    targets.registry()
    tracemalloc.start()
    try:
        target(text)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MOST_MEMORY


def names(texts: tuple[str, ...]) -> list[str]:
    return [f"{number}-{text[:24]!r}".encode("ascii", "replace").decode() for number, text in enumerate(texts)]  # fmt: skip


@pytest.mark.parametrize("text", seeds.YAML + seeds.FLOWS, ids=names(seeds.YAML + seeds.FLOWS))
def test_a_hostile_source_is_answered(text: str) -> None:
    answered(targets.data, text)
    answered(targets.flow, text)
    answered(targets.flows, text)


@pytest.mark.parametrize("text", seeds.EXPRESSIONS, ids=names(seeds.EXPRESSIONS))
def test_a_hostile_template_is_answered(text: str) -> None:
    answered(targets.expression, text)


@pytest.mark.parametrize("text", seeds.EXPRESSIONS, ids=names(seeds.EXPRESSIONS))
def test_a_hostile_template_in_a_flow_is_answered(text: str) -> None:
    quoted = text.replace("'", "''")
    answered(targets.flow, f"{seeds.HEAD}  - {{id: a, type: core.log.Log, message: '{quoted}'}}\n")
