"""The database for a while: the running server's, or one started for the occasion."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from downbeat.embedded import postgres
from downbeat.embedded.errors import AlreadyRunning
from downbeat.embedded.home import Home
from downbeat.embedded.lock import HomeLock
from downbeat.embedded.postgres import Postgres, Running


@contextmanager
def server_of(home: Home) -> Iterator[Postgres]:
    """A server that answers, whether or not the instance runs."""
    with ExitStack() as held:
        home.prepare()
        try:
            lock = HomeLock(home)
        except AlreadyRunning:
            yield postgres.prepare(home)
            return
        held.callback(lock.release)
        server = postgres.prepare(home)
        held.enter_context(Running(server))
        yield server


@contextmanager
def alone_with(home: Home) -> Iterator[Postgres]:
    """A server that nobody else uses; raises AlreadyRunning while the instance runs."""
    home.prepare()
    lock = HomeLock(home)
    try:
        server = postgres.prepare(home)
        with Running(server):
            yield server
    finally:
        lock.release()
