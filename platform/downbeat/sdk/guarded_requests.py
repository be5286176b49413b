"""The operator's rules for vendor libraries that speak HTTP with ``requests`` or urllib3."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from downbeat.sdk.context import RunContext
from downbeat.sdk.egress import is_guarded, public_address

if TYPE_CHECKING:
    import requests


def guard(ctx: RunContext, session: requests.Session, *, pool: int = 10) -> requests.Session:
    """Lets a session reach what tasks of this instance may reach, and use no proxy of the host's.

    ``pool``: how many connections are kept open. Redirects are judged like first requests.
    """
    session.trust_env = False
    return keep_outside(session, pool=pool) if is_guarded(ctx) else session


def keep_outside(session: requests.Session, *, pool: int = 10) -> requests.Session:
    """Lets a session reach public addresses only, whoever asks.

    ``pool``: how many connections are kept open. Each address is resolved once, checked, and
    connected to as checked.
    """
    adapter = _guarded_adapter(pool)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _guarded_adapter(pool: int) -> Any:
    """An adapter that reaches public addresses only, those that were checked."""
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.poolmanager import PoolManager

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connected_as_checked(self, super()._new_conn)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connected_as_checked(self, super()._new_conn)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    class Guarded(HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
            self.poolmanager = PoolManager(num_pools=pool, maxsize=pool)
            self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    return Guarded()


def connected_as_checked(connection: Any, connect: Callable[[], socket.socket]) -> socket.socket:
    """Connects an urllib3 connection to the very address that was checked.

    Certificates are still for the name.
    """
    # urllib3 connects to this attribute, and derives from it the name that it asks for.
    name = connection._dns_host
    connection._dns_host = public_address(name, connection.port)
    try:
        return connect()
    finally:
        connection._dns_host = name
