"""A PostgreSQL for the tests: real, with the real roles, migrated once, copied per process.

Theory of operation. The server is the embedded one, started for the session, or the one that
`DOWNBEAT_TEST_DATABASE_URL` names (as a superuser). On it lies a template that is named after the
migrations it was made by, so it is made anew when they change and found otherwise. Each process
copies it: a copy of an empty schema takes a tenth of a second, migrating takes many.
Tests reach their copy as `downbeat_app`, under row-level security, as the product does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import conninfo, sql

from downbeat.embedded import migration
from downbeat.embedded.home import Home
from downbeat.embedded.postgres import Running, prepare, superuser_dsn
from downbeat.settings.environment import database_parts, database_url

ROLES = {"default": "downbeat_app", "system": "downbeat_system", "owner": "downbeat_owner"}
VARIABLES = {
    "default": "DOWNBEAT_DATABASE_URL",
    "system": "DOWNBEAT_DATABASE_SYSTEM_URL",
    "owner": "DOWNBEAT_DATABASE_OWNER_URL",
}
PASSWORD = "for-tests-only"
ROOT = Path(__file__).resolve().parents[2]
LOCK = 0x7465


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server that the tests may do anything with."""

    facts: dict[str, str]

    @classmethod
    def of_url(cls, url: str) -> Server:
        """The server behind the address of a superuser."""
        parts = database_parts(url)
        named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
        facts = {key: parts[part] for key, part in named.items() if parts[part]}
        return cls({**facts, "dbname": parts["NAME"] or "postgres"})

    @property
    def url(self) -> str:
        """The address of the superuser, for processes that we start."""
        return self._url(self.facts["user"], self.facts.get("password", ""), self.facts["dbname"])

    def url_of(self, alias: str, database: str) -> str:
        """The address of one of our roles."""
        return self._url(ROLES[alias], PASSWORD, database)

    def superuser(self, database: str | None = None) -> psycopg.Connection[tuple[object, ...]]:
        """A connection that no policy binds."""
        facts = {**self.facts, "dbname": database or self.facts["dbname"]}
        return psycopg.connect(**facts, autocommit=True)  # type: ignore[arg-type]

    def _url(self, user: str, password: str, database: str) -> str:
        host, port = self.facts.get("host", ""), self.facts.get("port", "")
        return database_url(user=user, password=password, host=host, port=port, name=database)


@contextmanager
def server() -> Iterator[Server]:
    """The named server, or one of our own that ends with the block."""
    named = os.environ.get("DOWNBEAT_TEST_DATABASE_URL")
    if named:
        yield Server.of_url(named)
        return
    folder = Path(tempfile.mkdtemp(prefix="downbeat-pg-"))
    home = Home(folder)
    made = prepare(home)
    try:
        with Running(made):
            dsn = conninfo.conninfo_to_dict(superuser_dsn(home, made))
            found = Server({key: str(value) for key, value in dsn.items()})
            _careless(found)
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _careless(on: Server) -> None:
    """Does not wait for the disk: this server is thrown away, and no test takes its power away."""
    with on.superuser() as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            statement = sql.SQL("alter system set {} = off").format(sql.Identifier(name))
            connection.execute(statement)
        connection.execute("select pg_reload_conf()")


def template(on: Server) -> str:
    """The name of a migrated, empty database; made when there is none for these migrations."""
    name = f"downbeat_template_{migration.fingerprint()[:16]}"
    with on.superuser() as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        _roles(connection)
        if not _exists(connection, name):
            _migrated(on, connection, name)
    return name


@contextmanager
def copy(on: Server, name: str) -> Iterator[str]:
    """A database of its own for somebody, gone afterwards."""
    source = template(on)
    target = sql.Identifier(name)
    with on.superuser() as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(target))
        make = sql.SQL("create database {} template {}")
        connection.execute(make.format(target, sql.Identifier(source)))
    try:
        yield name
    finally:
        with on.superuser() as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(target))


def _roles(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    for role in ROLES.values():
        known = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
        verb = "alter" if known else "create"
        statement = sql.SQL(
            "{} role {} login nosuperuser nocreatedb nocreaterole nobypassrls password {}"
        )
        connection.execute(
            statement.format(sql.SQL(verb), sql.Identifier(role), sql.Literal(PASSWORD))
        )


def _exists(connection: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    found = connection.execute("select 1 from pg_database where datname = %s", [name])
    return found.fetchone() is not None


def _migrated(on: Server, connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Migrates under another name first: a template that exists is complete."""
    fresh = f"{name}_new"
    owner = sql.Identifier(ROLES["owner"])
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(fresh))
    connection.execute(drop)
    connection.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(fresh), owner))
    with on.superuser(fresh) as inside:
        inside.execute(sql.SQL("alter schema public owner to {}").format(owner))
        for alias in ("default", "system"):
            grant = sql.SQL("grant usage on schema public to {}")
            inside.execute(grant.format(sql.Identifier(ROLES[alias])))
    _migrate(on, fresh)
    rename = sql.SQL("alter database {} rename to {}")
    connection.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))


def _migrate(on: Server, database: str) -> None:
    environment = dict(os.environ)
    for alias, variable in VARIABLES.items():
        environment[variable] = on.url_of(alias, database)
    command = [
        sys.executable,
        str(ROOT / "manage.py"),
        "migrate",
        "--database",
        "owner",
        "--skip-checks",
        "-v",
        "0",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"migrating failed:\n{done.stdout}{done.stderr}")
