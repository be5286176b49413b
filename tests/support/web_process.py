"""Requests of tests see the database as a web process does: with the tenant's role and no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from unittest.mock import patch

from django.db.utils import ConnectionHandler
from django.test import Client
from django.utils.connection import ConnectionDoesNotExist

HELD = frozenset({"default"})
_asked: ContextVar[bool] = ContextVar("a request is being answered", default=False)


@contextmanager
def holding_one_connection() -> Iterator[None]:
    """While it is open, whatever a request of Django's test client does is refused other connections.

    A process of tests holds them all, so a view that reached for the system's would pass here and
    answer 500 where it matters, or, with the wrong settings, see the rows of every tenant.
    """
    request, connection = Client.request, ConnectionHandler.__getitem__
    every = ConnectionHandler.all

    def asking(self: Client, **facts: Any) -> Any:
        token = _asked.set(True)
        try:
            return request(self, **facts)
        finally:
            _asked.reset(token)

    def held(self: ConnectionHandler, alias: str) -> Any:
        if _asked.get() and alias not in HELD:
            raise ConnectionDoesNotExist(f"a web process holds no connection {alias!r}")
        return connection(self, alias)

    def opened(self: ConnectionHandler, initialized_only: bool = False) -> list[Any]:
        # What Django resets and closes around a request is no use of a connection.
        token = _asked.set(False)
        try:
            return list(every(self, initialized_only))
        finally:
            _asked.reset(token)

    with (
        patch.object(Client, "request", asking),
        patch.object(ConnectionHandler, "__getitem__", held),
        patch.object(ConnectionHandler, "all", opened),
    ):
        yield
