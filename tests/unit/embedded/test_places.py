"""Where programs, data and sockets are looked for and put."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from downbeat.embedded import accounts, binaries, migration, rooms
from downbeat.embedded.errors import NoAccount, NoPostgres, PostgresTooOld, UnsafeFolder
from downbeat.embedded.home import Home

LONGEST_SOCKET = 107


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A prepared home with a path that is too long for a socket."""
    found = Home(tmp_path / ("x" * 120) / "home")
    found.prepare()
    return found


def _program(folder: Path, says: str) -> Path:
    folder.mkdir()
    program = folder / "postgres"
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return folder


def test_the_wheels_programs_are_found() -> None:
    found = binaries.find()

    assert found.major >= binaries.OLDEST
    assert found.program("pg_dump").exists()


def test_the_operators_programs_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = _program(tmp_path / "bin", "postgres (PostgreSQL) 17.2")
    monkeypatch.setenv("DOWNBEAT_PG_BINDIR", str(chosen))

    assert binaries.find() == binaries.Binaries(chosen, 17)


def test_programs_that_are_too_old_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = _program(tmp_path / "bin", "postgres (PostgreSQL) 13.1")
    monkeypatch.setenv("DOWNBEAT_PG_BINDIR", str(chosen))

    with pytest.raises(PostgresTooOld, match="13"):
        binaries.find()


def test_a_folder_without_programs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOWNBEAT_PG_BINDIR", str(tmp_path))

    with pytest.raises(NoPostgres, match=str(tmp_path)):
        binaries.find()


def test_a_long_home_gets_a_short_socket(home: Home) -> None:
    room = rooms.socket_room(home, accounts.for_postgres())
    try:
        assert len(os.fsencode(room / ".s.PGSQL.5432.lock")) < LONGEST_SOCKET
        assert rooms.socket_room(home, accounts.for_postgres()) == room
    finally:
        rooms.release_socket(home)


def test_a_socket_folder_that_others_can_enter_is_refused(home: Home) -> None:
    room = rooms.socket_room(home, accounts.for_postgres())
    room.chmod(0o755)

    try:
        with pytest.raises(UnsafeFolder, match=str(room)):
            rooms.socket_room(home, accounts.for_postgres())
    finally:
        rooms.release_socket(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_started_as_root_tasks_and_database_get_different_accounts() -> None:
    assert 0 != accounts.for_tasks().uid != accounts.for_postgres().uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_an_account_that_does_not_exist_is_named() -> None:
    with pytest.raises(NoAccount, match="nobody-of-that-name"):
        accounts.named("nobody-of-that-name")


def test_migrations_are_applied_once(tmp_path: Path) -> None:
    before = migration.is_applied(tmp_path)
    migration.record(tmp_path)
    after = migration.is_applied(tmp_path)
    migration.forget(tmp_path)

    assert (before, after, migration.is_applied(tmp_path)) == (False, True, False)
