"""One worker, one scheduler and one of each other system, for all examples."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.plugins.examples.shop import shop
from tests.integration.plugins.examples.stage import Around, Stage, Vendors
from tests.integration.plugins.examples.web import serving
from tests.integration.runtime.conftest import beside
from tests.support.database import Server
from tests.support.doubles.airbyte import AirbyteDouble
from tests.support.doubles.aws import REGION, aws
from tests.support.doubles.bigquery import bigquery
from tests.support.doubles.slack import SlackDouble
from tests.support.environments import shared_environments
from tests.support.sole import alone

BUCKETS = ("raw-events", "archive", "company-reports")
# Nothing is lost here, so nobody has to look for it often.
RHYTHM = {
    "DOWNBEAT_LEASE_SECONDS": "20",
    "DOWNBEAT_HEARTBEAT_SECONDS": "5",
    "DOWNBEAT_SWEEP_SECONDS": "5",
    "DOWNBEAT_POLL_SECONDS": "2",
}
DATASETS = ("shop", "archive", "analytics", "reports")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The folder of this machine that tasks may touch."""
    found = Path(tempfile.mkdtemp(prefix="downbeat-examples-"))
    found.chmod(0o777)
    yield found
    shutil.rmtree(found, ignore_errors=True)


@pytest.fixture(scope="module")
def vendors(folder: Path) -> Iterator[Vendors]:
    """The doubles, with what the examples expect to be there."""
    airbyte, slack = AirbyteDouble(), SlackDouble()
    cloud = folder / "cloud"
    with airbyte.listening(), slack.listening(), aws() as s3, bigquery(cloud) as warehouse:
        for bucket in BUCKETS:
            where = {"LocationConstraint": REGION}
            s3.client().create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
        for dataset in DATASETS:
            warehouse.warehouse.add_dataset(dataset)
        yield Vendors(airbyte, slack, s3, warehouse)


@pytest.fixture(scope="module")
def stage(
    folder: Path,
    database: Server,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """Everything is up, and the namespace holds what its owner would have put there."""
    wanted = getattr(request.module, "WITH_VENDORS", False)
    doubles = request.getfixturevalue("vendors") if wanted else None
    with alone(database) as cast, shop(database) as orders, serving() as web:
        around = Around(web, orders, folder, doubles)
        more = {**RHYTHM, "DOWNBEAT_UV_CACHE": str(shared_environments()), **around.environment}
        with beside(database, tmp_path_factory.mktemp("crew"), **more) as crew:
            crew.worker()
            crew.scheduler()
            found = Stage(cast, around)
            found.settle_in()
            yield found
