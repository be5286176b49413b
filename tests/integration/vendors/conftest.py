"""Workers beside the test, and the other systems that they talk to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.runtime.conftest import processes, runs
from tests.support.cast import Cast
from tests.support.database import Server
from tests.support.doubles.aws import AwsDouble, aws
from tests.support.sole import alone

__all__ = ["processes", "runs"]


@pytest.fixture(scope="module")
def module_cast(database: Server) -> Iterator[Cast]:
    """The only tenant of its instance: others would keep the operator's variables from tasks."""
    with alone(database) as found:
        yield found


@pytest.fixture
def cast(module_cast: Cast) -> Cast:
    """The same for each test: flows here have names of their own."""
    return module_cast


@pytest.fixture
def s3() -> Iterator[AwsDouble]:
    """S3 and STS, with a log of their own for each test."""
    with aws() as found:
        yield found
