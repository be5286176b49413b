"""One server with its surroundings for the guide's flows; each test begins with a clean log."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.acceptance.guide.world import World
from tests.support.doubles.airbyte import AirbyteDouble
from tests.support.doubles.aws import aws
from tests.support.doubles.bigquery import bigquery
from tests.support.doubles.slack import SlackDouble
from tests.support.driver import Driver
from tests.support.environments import shared_environments
from tests.support.stranger import EMAIL, PASSWORD, up


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """Everything is up and set up; the credentials are the operator's, in the environment."""
    airbyte, slack = AirbyteDouble(), SlackDouble()
    with (
        tempfile.TemporaryDirectory() as folder,
        airbyte.listening(),
        slack.listening(),
        aws(apart=True) as s3,  # The guide's bucket is also the one of the examples.
        bigquery(Path(folder)) as warehouse,
    ):
        vendors = {
            **s3.environment,
            "AIRBYTE_URL": airbyte.url,
            "BIGQUERY_EMULATOR_HOST": warehouse.url,
            "GOOGLE_CLOUD_PROJECT": "shop",
        }
        settings = {
            **vendors,
            "DOWNBEAT_TASK_ENV": ",".join(vendors),
            "DOWNBEAT_EGRESS": "open",
            "DOWNBEAT_UV_CACHE": str(shared_environments()),
            "DOWNBEAT_LEASE_SECONDS": "3",
            "DOWNBEAT_HEARTBEAT_SECONDS": "0.5",
            "DOWNBEAT_SWEEP_SECONDS": "0.5",
        }
        with up("--bare", home=None, **settings) as server, server.client() as client:
            first = {"username": EMAIL, "password": PASSWORD, "tenant": {"id": "main"}}
            answer = httpx.post(f"{server.url}/api/v1/setup", json=first, timeout=60)
            assert answer.is_success, answer.text
            found = World(server, Driver(client), airbyte, slack, s3, warehouse)
            found.prepare()
            yield found


@pytest.fixture(autouse=True)
def clean(world: World) -> None:
    """The other systems have heard nothing yet."""
    for double in (world.airbyte, world.slack):
        double.log.clear()
        double.trouble.clear()
        double.gates.clear()
    world.airbyte.jobs.clear()
    world.airbyte.scripts.clear()
    world.slack.messages.clear()
    world.bigquery.started.clear()
    world.bigquery.requests.clear()


@pytest.fixture(scope="session")
def guide_folder() -> str | None:
    """Where the guide is, if this machine has it."""
    return os.environ.get("GUIDE_DIR")
