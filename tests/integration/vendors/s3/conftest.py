"""What every test here begins with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.plugins.aws.s3.transfers import PART
from tests.integration.vendors.s3.calls import LARGE, OTHER, REPORT
from tests.support.doubles.aws import AwsDouble
from tests.support.run_context import MemoryContext


@pytest.fixture
def ctx(s3: AwsDouble, tmp_path: Path) -> MemoryContext:
    found = MemoryContext(tmp_path, environment=s3.environment, answers={"connection.get": None})
    found.files = {REPORT: b"a,b\n1,2\n", OTHER: b"c\n3\n", LARGE: os.urandom(2 * PART + 5)}
    return found
