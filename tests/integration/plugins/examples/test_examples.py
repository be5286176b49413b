"""Every example of a type is run by a real worker, as people who copy it would run it."""

from __future__ import annotations

import pytest

from tests.integration.plugins.examples.example import (
    CANNOT_RUN,
    EXAMPLES,
    RECIPES,
    REGISTRY,
    VENDORS,
    Example,
    run,
)
from tests.integration.plugins.examples.stage import Stage

HERE = [one for one in EXAMPLES if not one.name.startswith(VENDORS)]


@pytest.mark.parametrize(
    "example", [one for one in HERE if one.name not in CANNOT_RUN], ids=lambda one: one.name
)
def test_an_example_runs(example: Example, stage: Stage) -> None:
    run(example, stage)


@pytest.mark.parametrize(
    "example", [one for one in HERE if one.name in CANNOT_RUN], ids=lambda one: one.name
)
def test_an_example_that_cannot_run_does_not(example: Example, stage: Stage) -> None:
    with pytest.raises(AssertionError):
        run(example, stage)


def test_every_type_has_an_example_unless_it_is_going() -> None:
    without = {found.type_name for found in REGISTRY if not found.examples and not found.deprecated}

    assert without == set()


def test_the_recipes_and_the_exceptions_name_examples_that_exist() -> None:
    names = {example.name for example in EXAMPLES}

    assert set(RECIPES) - names == set()
    assert set(CANNOT_RUN) - names == set()
