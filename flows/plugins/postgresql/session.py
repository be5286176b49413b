"""Connects to PostgreSQL by a JDBC or a native URL; runs statements with named parameters."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

from downbeat.sdk.connection import Connection, need, resolved
from downbeat.sdk.context import RunContext
from downbeat.sdk.egress import is_guarded, public_address
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from flows.plugins.jdbc import statements
from flows.plugins.jdbc.rows import Row, plain


class SslMode(StrEnum):
    """How the server's certificate is checked."""

    DISABLE = "DISABLE"
    ALLOW = "ALLOW"
    PREFER = "PREFER"
    REQUIRE = "REQUIRE"
    VERIFY_CA = "VERIFY_CA"
    VERIFY_FULL = "VERIFY_FULL"


class PostgresConnection(Connection):
    """A PostgreSQL database: where it is, who asks, and how the connection is secured."""

    connection_type: ClassVar[str] = "postgresql"
    secret_values: ClassVar[frozenset[str]] = frozenset({"password", "ssl_key", "ssl_key_password"})
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "username": ("PGUSER",),
        "password": ("PGPASSWORD",),
    }

    url: Dyn[Text | None] = None
    username: Dyn[Text | None] = None
    password: Dyn[Text | None] = None
    ssl: Dyn[bool] = False
    ssl_mode: Dyn[SslMode | None] = None
    ssl_root_cert: Dyn[Text | None] = None
    ssl_cert: Dyn[Text | None] = None
    ssl_key: Dyn[Text | None] = None
    ssl_key_password: Dyn[Text | None] = None

    def check(self, ctx: RunContext) -> str:
        need(ctx, self, "url")
        with _opened(ctx, self) as connection:
            (version,) = connection.execute("show server_version").fetchone()
            return f"PostgreSQL {version}"

    def found(self, ctx: RunContext) -> PostgresConnection:
        """The values that count; what the task's own URL says of the user goes before others'."""
        given = self.model_dump(exclude_unset=True, include=set(PostgresConnection.values()))
        in_url = parsed_url(self.url) if self.url else {}
        for name, part in (("username", "user"), ("password", "password")):
            if not given.get(name) and part in in_url:
                given[name] = in_url[part]
        given["connection"] = self.connection
        settings = resolved(ctx, PostgresConnection.model_validate(given), PostgresConnection)
        need(ctx, settings, "url")
        return settings

    def arguments(self, ctx: RunContext) -> dict[str, Any]:
        """What libpq is told."""
        found = parsed_url(self.url or "")
        found |= {"user": self.username} if self.username else {}
        found |= {"password": self.password} if self.password else {}
        mode = self.ssl_mode or (SslMode.REQUIRE if self.ssl else None)
        found |= {"sslmode": mode.value.lower().replace("_", "-")} if mode else {}
        texts = {
            "sslrootcert": self.ssl_root_cert,
            "sslcert": self.ssl_cert,
            "sslkey": self.ssl_key,
        }
        found |= {name: _file(ctx, text) for name, text in texts.items() if text}
        found |= {"sslpassword": self.ssl_key_password} if self.ssl_key_password else {}
        if is_guarded(ctx):
            found["hostaddr"] = public_address(str(found.get("host", "")), int(found["port"]))
        return {"connect_timeout": "30", "application_name": "downbeat", **found}


class PostgresSession:
    """``Session`` over psycopg."""

    def __init__(self, connection: Any, *, fetch_size: int) -> None:
        self._connection, self._fetch_size = connection, fetch_size
        self._changed: int | None = None

    def run(self, sql: str, parameters: Mapping[str, Any]) -> Iterator[Row] | None:
        cursor = self._connection.cursor()
        if parameters:
            text = statements.with_parameters(
                sql,
                lambda name: f"%({name})s" if name in parameters else f":{name}",
                percent="%%",
            )
            cursor.execute(text, {name: _adapted(value) for name, value in parameters.items()})
        else:
            cursor.execute(sql)
        self._changed = None
        if cursor.description is None:
            self._changed = max(0, cursor.rowcount)
            return None
        return self._rows(cursor, [column.name for column in cursor.description])

    def affected(self) -> int | None:
        return self._changed

    def commit(self) -> None:
        self._connection.commit()

    def rollback(self) -> None:
        if not self._connection.closed:
            self._connection.rollback()

    def _rows(self, cursor: Any, columns: Sequence[str]) -> Iterator[Row]:
        while batch := cursor.fetchmany(self._fetch_size):
            for row in batch:
                yield dict(zip(columns, map(plain, row), strict=True))


@contextmanager
def connected(ctx: RunContext, where: PostgresConnection, *, zone: str | None) -> Iterator[Any]:
    """An open psycopg connection to where a task points; errors read as the server says them."""
    with _opened(ctx, where.found(ctx)) as connection:
        if zone:
            connection.execute("select set_config('TimeZone', %s, false)", [zone])
        yield connection


@contextmanager
def _opened(ctx: RunContext, settings: PostgresConnection) -> Iterator[Any]:
    import psycopg

    try:
        with psycopg.connect(**settings.arguments(ctx)) as connection:
            yield connection
    except psycopg.Error as error:
        raise TaskFailed(f"PostgreSQL: {str(error).strip()}") from None


def parsed_url(url: str) -> dict[str, Any]:
    """Host, port, database and options of ``jdbc:postgresql://…`` or ``postgresql://…``."""
    parts = urlsplit(url.removeprefix("jdbc:"))
    if parts.scheme not in ("postgresql", "postgres"):
        raise TaskFailed(f"'{parts.scheme}' is not PostgreSQL: use jdbc:postgresql://host:port/db")
    found: dict[str, Any] = {
        "host": parts.hostname or "localhost",
        "port": parts.port or 5432,
        "dbname": unquote(parts.path.lstrip("/")) or "postgres",
    }
    found |= {"user": unquote(parts.username)} if parts.username else {}
    found |= {"password": unquote(parts.password)} if parts.password else {}
    for name, value in parse_qsl(parts.query):
        match name.lower():
            case "user" | "password" | "sslmode" | "options" | "host" | "port":
                found[name.lower()] = value
            case "ssl" if value == "true":
                found.setdefault("sslmode", "require")
            case "currentschema":
                found["options"] = f"-c search_path={value}"
            case _:
                continue
    return found


def _file(ctx: RunContext, text: str) -> str:
    """A certificate or key given as text (or as URI), as a file that only the task can read."""
    if text.startswith(("kestra://", "downbeat://")):
        return str(ctx.fetch(text))
    with tempfile.NamedTemporaryFile("w", dir=ctx.working_dir, delete=False) as into:
        into.write(text)
    Path(into.name).chmod(0o600)
    return into.name


def _adapted(value: Any) -> Any:
    if isinstance(value, dict):
        from psycopg.types.json import Jsonb

        return Jsonb(value)
    return value
