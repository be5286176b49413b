"""Fixtures of all tests: an environment of their own, and a PostgreSQL for whoever asks for one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from tests.support import environment

environment.prepare()
# Machines are noisy, so no example is judged by its duration; in CI the same examples come each time.
settings.register_profile("patient", deadline=None)
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable" if os.environ.get("CI") else "patient")

from tests.support import database as databases  # noqa: E402  reads the environment just prepared

_session = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """With several processes, the first one starts the server and tells the others."""
    several = getattr(config.option, "numprocesses", None)
    is_worker = hasattr(config, "workerinput")
    if several and not is_worker and "DOWNBEAT_TEST_DATABASE_URL" not in os.environ:
        started = _session.enter_context(databases.server())
        os.environ["DOWNBEAT_TEST_DATABASE_URL"] = started.url


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops what was started for the session."""
    _session.close()


@pytest.fixture(scope="session")
def database_server() -> Iterator[databases.Server]:
    """A PostgreSQL server with our roles."""
    with databases.server() as found:
        yield found
