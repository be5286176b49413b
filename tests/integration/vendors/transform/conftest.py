"""What every test here begins with."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.vendors.transform.rigs import (
    DAILY,
    FILES,
    Built,
    Rig,
    rig_in,
)
from tests.support.database import Server
from tests.support.memory_channel import MemoryChannel


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="dbt-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def shared_rig(folder: Path) -> Iterator[Rig]:
    found = rig_in(folder, "process")
    yield found
    found.launcher.close()


@pytest.fixture
def rig(shared_rig: Rig) -> Rig:
    """The rig with the project as it is, and a platform that has heard nothing yet."""
    shared_rig.channel = MemoryChannel()
    shared_rig.put(FILES)
    return shared_rig


@pytest.fixture(scope="module")
def built(shared_rig: Rig) -> Built:
    shared_rig.channel = MemoryChannel()
    shared_rig.put(FILES)
    return Built(shared_rig.cli(DAILY), shared_rig.channel)


@pytest.fixture(scope="module")
def warehouse(database_server: Server) -> Iterator[dict[str, str]]:
    """A schema of a real PostgreSQL, as the environment of dbt names it."""
    facts = database_server.facts
    name = f"dbt_{uuid.uuid4().hex[:8]}"
    with database_server.superuser() as connection:
        connection.execute(f"create role {name} login password 'p@ss/w0rd'")
        connection.execute(f"create schema {name} authorization {name}")
    yield {
        "SHOP_HOST": facts.get("host", "127.0.0.1"),
        "SHOP_PORT": facts.get("port", "5432"),
        "SHOP_USER": name,
        "SHOP_PASSWORD": "p@ss/w0rd",
        "SHOP_DATABASE": facts["dbname"],
        "SHOP_SCHEMA": name,
    }
    with database_server.superuser() as connection:
        connection.execute(f"drop schema {name} cascade")
        connection.execute(f"drop owned by {name}")
        connection.execute(f"drop role {name}")


@pytest.fixture(scope="module")
def shared_near(folder: Path) -> Iterator[Rig]:
    """Tasks of our own user: the server of the tests listens on a private socket."""
    found = rig_in(folder / "near", "process", task_uid=os.getuid())
    yield found
    found.launcher.close()


@pytest.fixture
def near(shared_near: Rig) -> Rig:
    """The rig whose tasks reach the database."""
    shared_near.channel = MemoryChannel()
    shared_near.put(FILES)
    return shared_near
