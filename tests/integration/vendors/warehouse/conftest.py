"""What every test here begins with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.vendors.warehouse.calls import CSV, FILE
from tests.support.doubles.bigquery import PROJECT, BigQueryDouble, bigquery
from tests.support.run_context import MemoryContext


@pytest.fixture
def double(tmp_path: Path) -> Iterator[BigQueryDouble]:
    """BigQuery with a dataset."""
    with bigquery(tmp_path / "buckets") as found:
        found.warehouse.add_dataset("shop")
        yield found


@pytest.fixture
def context(double: BigQueryDouble, tmp_path: Path) -> MemoryContext:
    """A task run whose operator has named the double."""
    environment = {"BIGQUERY_EMULATOR_HOST": double.url, "GOOGLE_CLOUD_PROJECT": PROJECT}
    return MemoryContext(
        tmp_path,
        environment=environment,
        answers={"connection.get": None},
        files={FILE: CSV},
    )
