"""A stage in a tenant of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.engine.stage import Stage
from tests.support.cast import Cast
from tests.support.conformity import as_declared


@pytest.fixture
def stage(cast: Cast) -> Stage:
    return Stage(tenant_id=cast.tenant.id, actor=cast.alice.actor)


@pytest.fixture(autouse=True)
def answers_as_declared() -> Iterator[None]:
    """Whatever a test here asks, the answer is as the OpenAPI description has it."""
    with as_declared():
        yield
