"""A PostgreSQL that flows can reach over loopback, as a warehouse of somebody's own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from downbeat.embedded.cluster import SUPERUSER
from downbeat.embedded.home import Home
from downbeat.embedded.postgres import SUPERUSER_SECRET, Postgres, Running, prepare
from downbeat.embedded.spawn import Start
from tests.support.stranger import free_port


@dataclass(frozen=True)
class Warehouse:
    """Where it is and who may enter."""

    port: int
    user: str
    password: str

    @property
    def url(self) -> str:
        """The address as a flow writes it."""
        return f"jdbc:postgresql://127.0.0.1:{self.port}/postgres"

    def ask(self, question: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        facts = {"host": "127.0.0.1", "port": self.port, "dbname": "postgres"}
        with psycopg.connect(**facts, user=self.user, password=self.password) as connection:  # type: ignore[arg-type]
            return connection.execute(question.encode()).fetchall()


@dataclass(frozen=True)
class OnLoopback(Postgres):
    """A server of ours that also listens on a port."""

    port: int

    def start_of(self) -> Start:
        """Later settings win over those of the embedded server."""
        start = super().start_of()
        more = ["-c", "listen_addresses=127.0.0.1", "-c", f"port={self.port}"]
        return replace(start, command=[*start.command, *more])


@contextmanager
def opened() -> Iterator[Warehouse]:
    """A running server, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="downbeat-warehouse-"))
    home, port = Home(folder), free_port()
    made = prepare(home)
    listening = OnLoopback(made.binaries, made.cluster, made.socket, made.log, port)
    try:
        with Running(listening):
            yield Warehouse(port, SUPERUSER, home.read_secret(SUPERUSER_SECRET))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
