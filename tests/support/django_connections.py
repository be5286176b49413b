"""Points Django's connections of this process at a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from downbeat.settings.environment import database_parts
from tests.support.database import ROLES, Server

PARTS = ("HOST", "PORT", "USER", "PASSWORD", "NAME")


def point_at(server: Server, database: str) -> None:
    """Every alias, each with its own role, in every thread that connects from now on."""
    for alias in ROLES:
        connections[alias].close()
        cast(DatabaseWrapper, connections[alias]).close_pool()
        parts = database_parts(server.url_of(alias, database))
        connections.settings[alias].update({part: parts[part] for part in PARTS})


@contextmanager
def pointed_at(server: Server, database: str) -> Iterator[None]:
    """For a block, back to what it was afterwards."""
    before = str(connections.settings["default"]["NAME"])
    point_at(server, database)
    try:
        yield
    finally:
        point_at(server, before)
