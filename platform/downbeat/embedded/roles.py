"""Makes the three database roles and the database, once.

None of the roles is a superuser: the owner changes tables, the app reads and writes one tenant at
a time, the system finds work. Web and workers must not be able to become the owner.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from downbeat.embedded.connection import DATABASE, ROLES, secret_name
from downbeat.embedded.home import Home
from downbeat.embedded.postgres import Postgres, superuser_dsn


def bootstrap(home: Home, server: Postgres) -> None:
    """Makes roles and database, or mends them; it may run any number of times."""
    for alias in ROLES:
        home.ensure_secret(secret_name(alias))
    with psycopg.connect(superuser_dsn(home, server), autocommit=True) as connection:
        for alias, role in ROLES.items():
            _role(connection, role, home.read_secret(secret_name(alias)))
        make_database(connection, DATABASE)
    with psycopg.connect(superuser_dsn(home, server, DATABASE), autocommit=True) as connection:
        _schema(connection)


def _role(connection: psycopg.Connection, role: str, password: str) -> None:
    exists = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    statement = sql.SQL(
        "{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
        " PASSWORD {password}"
    )
    connection.execute(
        statement.format(
            verb=sql.SQL("ALTER" if exists else "CREATE"),
            role=sql.Identifier(role),
            password=sql.Literal(password),
        )
    )


def make_database(connection: psycopg.Connection, name: str, *, replace: bool = False) -> None:
    """Makes an empty database that only our roles may enter, unless it is there."""
    names = {"database": sql.Identifier(name), "owner": sql.Identifier(ROLES["owner"])}
    if replace:
        drop = sql.SQL("DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        connection.execute(drop.format(**names))
    known = connection.execute("select 1 from pg_database where datname = %s", [name])
    if known.fetchone() is None:
        make = sql.SQL("CREATE DATABASE {database} OWNER {owner} TEMPLATE template0")
        connection.execute(make.format(**names))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names))
    for alias in ("app", "system"):
        grant = sql.SQL("GRANT CONNECT ON DATABASE {database} TO {role}")
        connection.execute(grant.format(**names, role=sql.Identifier(ROLES[alias])))


def _schema(connection: psycopg.Connection) -> None:
    owner = sql.Identifier(ROLES["owner"])
    connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {owner}").format(owner=owner))
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for alias in ("app", "system"):
        grant = sql.SQL("GRANT USAGE ON SCHEMA public TO {role}")
        connection.execute(grant.format(role=sql.Identifier(ROLES[alias])))
