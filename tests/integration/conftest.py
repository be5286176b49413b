"""Fixtures of tests that need Django and its database."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import django
import pytest

django.setup()

from tests.support import cast as casting  # noqa: E402  models need Django
from tests.support import database as databases  # noqa: E402
from tests.support.aftermath import aftermath  # noqa: E402
from tests.support.django_connections import point_at, pointed_at  # noqa: E402
from tests.support.web_process import holding_one_connection  # noqa: E402


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure says what the database was about: some come once in ten thousand."""
    report = yield
    if report.failed and _servers:
        report.sections.append(("the database at that moment", aftermath(_servers[0])))
    return report


_servers: list[databases.Server] = []


@pytest.fixture(scope="session", autouse=True)
def requests_as_in_a_web_process() -> Iterator[None]:
    """No view reaches for a connection that a web process does not hold."""
    with holding_one_connection():
        yield


@pytest.fixture(scope="session")
def database(
    database_server: databases.Server, request: pytest.FixtureRequest
) -> Iterator[databases.Server]:
    """This process's own migrated database; Django's connections point at it."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with databases.copy(database_server, f"downbeat_test_{os.getpid()}_{worker}") as name:
        point_at(database_server, name)
        _servers.append(database_server)
        yield database_server


@pytest.fixture
def empty_instance(database: databases.Server) -> Iterator[None]:
    """A database that nothing has happened in yet, for this test alone."""
    name = f"downbeat_test_{os.getpid()}_empty"
    with databases.copy(database, name), pointed_at(database, name):
        yield


@pytest.fixture
def cast(database: databases.Server) -> casting.Cast:
    """Alice, Bob and Charlie in tenants of their own."""
    return casting.assemble()


@pytest.fixture(scope="session")
def shared_cast(database: databases.Server) -> casting.Cast:
    """One cast for tests that change nothing, of which there are many."""
    return casting.assemble()


@pytest.fixture(scope="module")
def module_cast(database: databases.Server) -> casting.Cast:
    """One cast for the tests of a file that look at what the file has made once."""
    return casting.assemble()
