"""A schema of a real PostgreSQL with a few orders in it, and a role that may read and write there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from tests.support.database import Server

PASSWORD: Final = "p@ss/w0rd"
_ORDERS: Final = """
    create table {schema}.orders (id integer, day text, checked boolean, seen boolean);
    insert into {schema}.orders values (1, '2024-01-31', false, false), (2, '2024-02-01', false, false);
    alter table {schema}.orders owner to {schema};
"""


@dataclass(frozen=True)
class Shop:
    """Where it is, and who may enter: the role, named like its schema."""

    server: Server
    role: str

    @property
    def url(self) -> str:
        """The address as a source writes it."""
        facts = self.server.facts
        host, port = facts.get("host", "127.0.0.1"), facts.get("port", "5432")
        if host.startswith("/"):
            return f"jdbc:postgresql:///{facts['dbname']}?host={host}&port={port}"
        return f"jdbc:postgresql://{host}:{port}/{facts['dbname']}"

    def restock(self) -> None:
        """The orders as they were."""
        with self.server.superuser() as connection:
            connection.execute(f"drop table if exists {self.role}.orders")
            connection.execute(_ORDERS.format(schema=self.role).encode())


@contextmanager
def shop(server: Server) -> Iterator[Shop]:
    """A shop for as long as it is needed."""
    name = f"shop_{uuid.uuid4().hex[:8]}"
    with server.superuser() as connection:
        connection.execute(f"create schema {name}")
        connection.execute(f"create role {name} login password '{PASSWORD}'")
        connection.execute(f"grant all on schema {name} to {name}")
        connection.execute(f"alter role {name} set search_path = {name}")
    found = Shop(server, name)
    found.restock()
    yield found
    with server.superuser() as connection:
        connection.execute(f"drop schema {name} cascade")
        connection.execute(f"drop owned by {name}")
        connection.execute(f"drop role {name}")
