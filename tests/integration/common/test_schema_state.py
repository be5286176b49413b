"""A process and a database of two versions: what starts, what stops, and what is said."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.db.migrations.state import ProjectState
from django.test import Client

from downbeat.common import schema_state
from downbeat.common.schema_state import LeavesBehind, SchemaWatch
from tests.support import database as databases

ROOT = Path(__file__).resolve().parents[3]
NEWER = ("tenants", "9001_of_tomorrow")
SERVES = ("web", "worker", "scheduler")


def _owner(statement: str, *facts: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, facts)


@pytest.fixture
def newer(database: object) -> Iterator[None]:
    """A database that a newer version has migrated, which left this one behind."""
    with connections["owner"].schema_editor() as editor:
        LeavesBehind(*NEWER).database_forwards("tenants", editor, ProjectState(), ProjectState())
    yield
    _owner("delete from schema_floor where name = %s", NEWER[1])


@pytest.fixture
def older(database: object) -> Iterator[None]:
    """A database that nobody has migrated to this version yet."""
    last = ("tenants", max(name for app, name in schema_state.known() if app == "tenants"))
    _owner("update django_migrations set name = 'x' || name where app = %s and name = %s", *last)
    yield
    _owner("update django_migrations set name = substr(name, 2) where name = %s", f"x{last[1]}")


def _started(server: databases.Server, command: str) -> subprocess.CompletedProcess[str]:
    """How a process ends that is started on this test's database."""
    name = str(connections.settings["default"]["NAME"])
    environment = dict(os.environ)
    for alias, variable in databases.VARIABLES.items():
        environment[variable] = server.url_of(alias, name)
    code = "from downbeat.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, command],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_tables_of_this_version_fit(database: object) -> None:
    assert schema_state.misfit() is None
    assert not schema_state.left_behind()


def test_tables_that_a_newer_version_has_only_added_to_fit(database: object) -> None:
    _owner("insert into django_migrations (app, name, applied) values (%s, %s, now())", *NEWER)
    try:
        assert schema_state.misfit() is None
    finally:
        _owner("delete from django_migrations where name = %s", NEWER[1])


@pytest.mark.parametrize("command", SERVES)
def test_nothing_starts_that_a_newer_version_has_left_behind(
    newer: None, database: databases.Server, command: str
) -> None:
    ended = _started(database, command)

    assert ended.returncode == 1
    assert "has left this one behind" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_nothing_starts_on_tables_of_an_older_version(
    older: None, database: databases.Server
) -> None:
    ended = _started(database, "worker")

    assert ended.returncode == 1
    assert "run `downbeat migrate`" in ended.stderr


def test_what_runs_stops_once_it_is_left_behind(newer: None) -> None:
    ended = threading.Event()

    watch = SchemaWatch(ended.set, every=0.05)
    watch.start()

    assert ended.wait(30)


def test_a_web_process_that_is_left_behind_takes_no_more_requests(newer: None) -> None:
    answer = Client().get("/health/ready")

    assert (answer.status_code, answer.json()["reason"]) == (503, "version")
