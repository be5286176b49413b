"""One whole server for the tests that use the product as a stranger does."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.driver import Driver
from tests.support.stranger import EMAIL, PASSWORD, Server, up


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A bare server that has just got its first tenant and admin, shared by the session."""
    with up("--bare", DOWNBEAT_EGRESS="open") as found:
        first = {"username": EMAIL, "password": PASSWORD, "tenant": {"id": "main", "name": "Main"}}
        answer = httpx.post(f"{found.url}/api/v1/setup", json=first, timeout=60, trust_env=False)
        assert answer.is_success, answer.text
        yield found


@pytest.fixture(scope="session")
def driver(server: Server) -> Iterator[Driver]:
    """Publishes, starts and reads flows of that server."""
    with server.client() as client:
        yield Driver(client)
