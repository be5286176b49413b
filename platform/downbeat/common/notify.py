"""PostgreSQL's NOTIFY and LISTEN: many messages in one statement after a commit, and a listener.

Sending happens after the commit, in a statement of its own: a transaction that notifies takes an
instance-wide lock until its commit is on disk, one that has written nothing does not wait for it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

log = logging.getLogger(__name__)

_OUTBOX = "downbeat_outbox"
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0


def on_commit(channel: str, payload: str, *, using: str = "default") -> None:
    """Notifies once the transaction is committed; at once when there is none."""
    connection = connections[using]
    if not connection.in_atomic_block:
        send([(channel, payload)], using=using)
        return
    transaction.on_commit(_collected(connection, (channel, payload), using), using=using)


def _collected(
    connection: BaseDatabaseWrapper, message: tuple[str, str], using: str
) -> Callable[[], None]:
    """Adds a message to those of the same commit; the first callback to run sends all of them.

    Messages of a rolled-back savepoint may travel with the rest. That is allowed: a notification
    only says "look", and who looks finds the truth.
    """
    transaction_outbox: dict[tuple[str, str], None] | None = getattr(connection, _OUTBOX, None)
    if transaction_outbox is None or not connection.run_on_commit:
        transaction_outbox = {}
        setattr(connection, _OUTBOX, transaction_outbox)
    outbox = transaction_outbox
    outbox[message] = None

    def flush() -> None:
        if outbox:
            messages = list(outbox)
            outbox.clear()
            send(messages, using=using)

    return flush


def send(messages: list[tuple[str, str]], *, using: str = "default") -> None:
    """Notifies now. A failure is logged: who waits also polls."""
    channels = [channel for channel, _ in messages]
    payloads = [payload for _, payload in messages]
    try:
        with connections[using].cursor() as cursor:
            cursor.execute(
                "select pg_notify(m.channel, m.payload)"
                " from unnest(%s::text[], %s::text[]) as m(channel, payload)",
                [channels, payloads],
            )
    except Exception:
        log.warning("notification lost", exc_info=True)


def listen(
    channels: list[str],
    heard: Callable[[str, str], None],
    *,
    stop: threading.Event,
    connected: Callable[[], None] = lambda: None,
    using: str = "default",
) -> None:
    """Calls `heard(channel, payload)` for each notification until `stop` is set.

    Runs on a connection of its own and reconnects by itself; `connected` is called after each
    connect, because what was sent in between is lost and the caller has to look for itself.
    """
    pause = FIRST_PAUSE
    while not stop.is_set():
        try:
            with _own_connection(using) as connection:
                for channel in channels:
                    connection.execute(psycopg.sql.SQL("listen {}").format(_name(channel)))
                connected()
                pause = FIRST_PAUSE
                _hear(connection, heard, stop)
        except psycopg.Error:
            log.info("listening connection lost; again in %.1f s", pause)
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


def _name(channel: str) -> psycopg.sql.Identifier:
    return psycopg.sql.Identifier(channel)


def _hear(
    connection: psycopg.Connection[tuple[object, ...]],
    heard: Callable[[str, str], None],
    stop: threading.Event,
) -> None:
    while not stop.is_set():
        for notification in connection.notifies(timeout=1.0):
            heard(notification.channel, notification.payload)
            if stop.is_set():
                return


@contextmanager
def _own_connection(using: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    dsn = psycopg.conninfo.make_conninfo(**connection_parameters(using))
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def connection_parameters(using: str = "default") -> dict[str, str]:
    """What libpq needs to connect as that alias, outside of Django's pool."""
    facts = connections[using].settings_dict
    named = {
        "host": facts["HOST"],
        "port": facts["PORT"],
        "user": facts["USER"],
        "password": facts["PASSWORD"],
        "dbname": facts["NAME"],
    }
    return {key: str(value) for key, value in named.items() if value}
