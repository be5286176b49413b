"""Keeps clients of botocore to public addresses; imported where the operator guards what is inside.

Each connection goes to the very address that was checked, also after a redirect to another region;
certificates are still for the name.
"""

from __future__ import annotations

import socket
from typing import Any

from botocore.awsrequest import AWSHTTPConnection, AWSHTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from downbeat.sdk.guarded_requests import connected_as_checked


class _Checked:
    """Looks the name up once, and connects to what it found."""

    def _new_conn(self) -> socket.socket:
        return connected_as_checked(self, super()._new_conn)  # type: ignore[misc]


class _Plain(_Checked, AWSHTTPConnection):  # type: ignore[misc]
    """A connection without encryption."""


class _Secure(_Checked, AWSHTTPSConnection):  # type: ignore[misc]
    """A connection with encryption."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


def guard(client: Any) -> None:
    """Makes every connection of the client one that is checked."""
    client._endpoint.http_session._manager.pool_classes_by_scheme = {
        "http": _PlainPool,
        "https": _SecurePool,
    }
