"""The client with a token that it got as a new user does, and a namespace for each test."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
import requests
from kestrapy import KestraClient

from tests.support.stranger import EMAIL, PASSWORD, Server

TENANT = "main"
META = re.compile(r'<meta name="csrf-token" content="([^"]+)">')


@pytest.fixture(scope="session")
def token(server: Server) -> str:
    """A token made by logging in, reading the portal's page and asking for one."""
    session = requests.Session()
    session.trust_env = False
    login = {"username": EMAIL, "password": PASSWORD}
    assert session.post(f"{server.url}/login", json=login, timeout=30).ok
    page = session.get(f"{server.url}/ui/", timeout=30)
    found = META.search(page.text)
    assert found, page.text[:500]
    answer = session.post(
        f"{server.url}/api/v1/me/api-tokens",
        json={"name": "client-tests", "maxAge": "P1D"},
        headers={"X-CSRF-TOKEN": found.group(1)},
        timeout=30,
    )
    assert answer.ok, answer.text
    return str(answer.json()["fullToken"])


@pytest.fixture(scope="session")
def client(server: Server, token: str) -> Iterator[KestraClient]:
    """The client, as its documentation constructs it."""
    with connected(server, token=token) as found:
        yield found


def connected(server: Server, **credentials: str) -> KestraClient:
    """A client of the server with a token, or with a name and a password."""
    return KestraClient(host=server.url, timeout=90, **credentials)  # type: ignore[no-untyped-call]


@pytest.fixture
def namespace() -> str:
    """A namespace that no other test uses."""
    return f"client.t{uuid.uuid4().hex[:12]}"
