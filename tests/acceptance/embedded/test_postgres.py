"""The embedded PostgreSQL: closed to strangers, tough, and careful with old data."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from downbeat.embedded import accounts, binaries, connection, postgres, roles, rooms
from downbeat.embedded.cluster import Cluster
from downbeat.embedded.errors import OtherMajor
from downbeat.embedded.home import Home
from downbeat.embedded.postgres import Postgres, Running


@pytest.fixture
def server(home: Path) -> Postgres:
    """A server that has been made."""
    return postgres.prepare(Home(home))


@pytest.fixture
def running(server: Postgres) -> Iterator[Running]:
    """A server that runs."""
    with Running(server) as found:
        yield found


def _connect(home: Path, server: Postgres, alias: str, password: str | None = None) -> str:
    """Who answers, as one of our roles."""
    with psycopg.connect(
        host=str(server.socket),
        user=connection.ROLES[alias],
        password=password or Home(home).read_secret(connection.secret_name(alias)),
        dbname=connection.DATABASE,
    ) as found:
        row = found.execute("select current_user::text").fetchone()
    assert row
    return str(row[0])


def test_the_socket_alone_opens_nothing(home: Path, server: Postgres, running: Running) -> None:
    roles.bootstrap(Home(home), server)

    with pytest.raises(psycopg.OperationalError, match="password"):
        _connect(home, server, "app", password="wrong")


def test_no_role_of_ours_can_bypass_the_walls(
    home: Path, server: Postgres, running: Running
) -> None:
    roles.bootstrap(Home(home), server)

    with psycopg.connect(postgres.superuser_dsn(Home(home), server)) as found:
        mighty = found.execute(
            "select rolname from pg_roles where rolname like 'downbeat%'"
            " and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)"
        ).fetchall()

    assert mighty == []


def test_each_role_enters_with_its_own_password(
    home: Path, server: Postgres, running: Running
) -> None:
    roles.bootstrap(Home(home), server)
    roles.bootstrap(Home(home), server)  # again: it mends, it does not break

    answers = {alias: _connect(home, server, alias) for alias in connection.ROLES}

    assert answers == connection.ROLES


def test_only_the_owner_may_make_tables(home: Path, server: Postgres, running: Running) -> None:
    roles.bootstrap(Home(home), server)
    password = Home(home).read_secret(connection.secret_name("app"))

    with (
        psycopg.connect(
            host=str(server.socket),
            user=connection.ROLES["app"],
            password=password,
            dbname=connection.DATABASE,
        ) as found,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        found.execute("create table stolen (n int)")


def test_nothing_listens_on_the_network(home: Path, server: Postgres, running: Running) -> None:
    with psycopg.connect(postgres.superuser_dsn(Home(home), server)) as found:
        row = found.execute("show listen_addresses").fetchone()

    assert row == ("",)


def test_committed_rows_survive_a_kill(home: Path, server: Postgres) -> None:
    running = Running(server)
    with psycopg.connect(postgres.superuser_dsn(Home(home), server)) as found:
        found.execute("create table kept (n int)")
        found.execute("insert into kept select generate_series(1, 1000)")
    os.kill(running.pid, signal.SIGKILL)
    running.stop()

    with Running(server), psycopg.connect(postgres.superuser_dsn(Home(home), server)) as found:
        row = found.execute("select count(*) from kept").fetchone()

    assert row == (1000,)


def test_a_server_that_outlived_its_supervisor_is_replaced(
    server: Postgres, running: Running
) -> None:
    with Running(server) as second:
        assert second.pid != running.pid


def test_data_of_the_wheels_older_major_is_brought_over(home: Path) -> None:
    here = Home(home)
    older = binaries.of_major(16)
    assert older
    here.prepare()
    here.ensure_secret(postgres.SUPERUSER_SECRET)
    account = accounts.for_postgres()
    room = rooms.data_room(here, account)
    older = binaries.reachable(older, account, room)
    cluster = Cluster(room, account)
    cluster.create(older, here.read_secret(postgres.SUPERUSER_SECRET))
    former = Postgres(older, cluster, rooms.socket_room(here, account), here.logs / "log")
    with Running(former):
        roles.bootstrap(here, former)
        with psycopg.connect(postgres.superuser_dsn(here, former, "downbeat")) as found:
            found.execute("create table kept (n int)")
            found.execute("insert into kept values (42)")

    present = postgres.prepare(here)

    with Running(present):
        with psycopg.connect(postgres.superuser_dsn(here, present, "downbeat")) as found:
            assert found.execute("select n from kept").fetchone() == (42,)
        assert _connect(home, present, "app") == "downbeat_app"
    assert present.binaries.major > 16
    assert (room / "data.16").is_dir()


def test_data_of_an_unknown_major_is_refused_with_advice(home: Path, server: Postgres) -> None:
    (server.cluster.data / "PG_VERSION").write_text("11\n")

    with pytest.raises(OtherMajor, match="downbeat backup"):
        postgres.prepare(Home(home))
