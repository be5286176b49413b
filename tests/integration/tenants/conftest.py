"""Fixtures of tests of tenants, people and rights."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.conformity import as_declared


@pytest.fixture(autouse=True)
def answers_as_declared() -> Iterator[None]:
    """Whatever a test here asks, the answer is as the OpenAPI description has it."""
    with as_declared():
        yield
