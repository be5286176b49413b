"""Backup and restore: everything in one private file, and back."""

from __future__ import annotations

import stat
from pathlib import Path

import psycopg
import pytest

from downbeat.embedded import backup, connection, environment, postgres, roles, rooms
from downbeat.embedded.errors import AlreadyRunning
from downbeat.embedded.home import Home
from downbeat.embedded.lock import HomeLock
from downbeat.embedded.postgres import Postgres, Running


def _filled(home: Home) -> Postgres:
    """An instance with a row, a file and a key."""
    server = postgres.prepare(home)
    home.ensure_secret(environment.ENCRYPTION_KEY)
    (home.storage / "report.csv").write_text("a,b\n")
    with Running(server):
        roles.bootstrap(home, server)
        with psycopg.connect(_owner(home, server)) as found:
            found.execute("create table kept (word text)")
            found.execute("insert into kept values ('before')")
    return server


def _owner(home: Home, server: Postgres) -> str:
    password = home.read_secret(connection.secret_name("owner"))
    return (
        f"host='{server.socket}' user={connection.ROLES['owner']} password={password}"
        f" dbname={connection.DATABASE}"
    )


def _words(home: Home, server: Postgres) -> list[str]:
    with Running(server), psycopg.connect(_owner(home, server)) as found:
        return [row[0] for row in found.execute("select word from kept order by word")]


def test_a_restored_instance_is_as_it_was(home: Path, tmp_path: Path) -> None:
    here, archive = Home(home), tmp_path / "backup.tar.gz"
    server = _filled(here)
    key = here.read_secret(environment.ENCRYPTION_KEY)
    backup.save(here, archive)
    with Running(server), psycopg.connect(_owner(here, server)) as found:
        found.execute("insert into kept values ('after')")
    (here.storage / "later.csv").write_text("c\n")
    here.secret(environment.ENCRYPTION_KEY).write_text("another")

    backup.load(here, archive)

    assert _words(here, server) == ["before"]
    assert [file.name for file in here.storage.iterdir()] == ["report.csv"]
    assert here.read_secret(environment.ENCRYPTION_KEY) == key


def test_a_backup_moves_to_another_machine(home: Path, tmp_path: Path) -> None:
    archive, elsewhere = tmp_path / "backup.tar.gz", Home(tmp_path / "elsewhere")
    _filled(Home(home))
    backup.save(Home(home), archive)

    backup.load(elsewhere, archive)

    assert _words(elsewhere, postgres.prepare(elsewhere)) == ["before"]
    rooms.remove(elsewhere)


def test_a_backup_is_private_and_made_while_the_instance_runs(home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    server = _filled(Home(home))
    lock = HomeLock(Home(home))

    with Running(server):
        backup.save(Home(home), archive)
    lock.release()

    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


def test_a_running_instance_is_not_replaced(home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    server = _filled(Home(home))
    backup.save(Home(home), archive)
    lock = HomeLock(Home(home))

    with pytest.raises(AlreadyRunning):
        backup.load(Home(home), archive)

    lock.release()
    assert _words(Home(home), server) == ["before"]


def test_a_broken_archive_changes_nothing(home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    server = _filled(Home(home))
    backup.save(Home(home), archive)
    archive.write_bytes(archive.read_bytes()[:-2000])

    with pytest.raises(Exception, match=r"\w"):
        backup.load(Home(home), archive)

    assert _words(Home(home), server) == ["before"]
    assert (home / "storage" / "report.csv").exists()
