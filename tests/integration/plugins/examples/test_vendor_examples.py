"""Every example of a vendor's type is run by a real worker, against doubles and with real tools."""

from __future__ import annotations

import pytest

from tests.integration.plugins.examples.example import CANNOT_RUN, EXAMPLES, VENDORS, Example, run
from tests.integration.plugins.examples.stage import Stage

pytestmark = [pytest.mark.vendors, pytest.mark.slow]
WITH_VENDORS = True
HERE = [one for one in EXAMPLES if one.name.startswith(VENDORS)]


@pytest.fixture
def quiet(stage: Stage) -> Stage:
    """The other systems have heard nothing yet."""
    stage.around.vendors.slack.messages.clear()
    stage.around.vendors.airbyte.jobs.clear()
    return stage


@pytest.mark.parametrize(
    "example", [one for one in HERE if one.name not in CANNOT_RUN], ids=lambda one: one.name
)
def test_an_example_runs(example: Example, quiet: Stage) -> None:
    run(example, quiet)


@pytest.mark.parametrize(
    "example", [one for one in HERE if one.name in CANNOT_RUN], ids=lambda one: one.name
)
def test_an_example_that_cannot_run_does_not(example: Example, quiet: Stage) -> None:
    with pytest.raises(AssertionError):
        run(example, quiet)
