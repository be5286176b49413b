"""Whatever stays open or waits, whoever added it, refuses like every other route."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from django.urls import URLPattern
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from downbeat.routing import streams
from tests.support.cast import NAMESPACE, Cast, Member
from tests.support.live import served
from tests.support.routes import NOTHING

HTTP = streams("http_urlpatterns")
WEBSOCKETS = streams("websocket_urlpatterns")
# The key in a webhook's address is its credential.
PUBLIC = "api/v1/<slug:tenant>/executions/webhook/"
# Workers have tokens of their own, and the addresses of their files are signed.
WORKERS = "api/v1/worker/"
CLOSED = [pattern for pattern in HTTP if not str(pattern.pattern).startswith((PUBLIC, WORKERS))]
OF_WORKERS = [pattern for pattern in HTTP if str(pattern.pattern).startswith(WORKERS)]
UNKNOWN, NOT_FOUND = 4401, 4404


def _name(pattern: URLPattern) -> str:
    return str(pattern.pattern)


def _path(pattern: URLPattern, cast: Cast) -> str:
    known = {"tenant": cast.tenant.slug, "namespace": NAMESPACE, "pk": str(NOTHING)}
    path = str(pattern.pattern)
    for name in pattern.pattern.converters:
        kind = path.partition(f":{name}>")[0].rpartition("<")[2]
        path = path.replace(f"<{kind}:{name}>", known.get(name, "nothing"))
    return f"/{path}"


@pytest.fixture(scope="module")
def url(database: object) -> Iterator[str]:
    with served() as found:
        yield found


def _ask(url: str, pattern: URLPattern, cast: Cast, who: Member) -> int:
    headers = {"Authorization": f"Bearer {who.token}"} if who.token else {}
    method = "GET" if "follow" in str(pattern.pattern) else "POST"
    address = f"{url}{_path(pattern, cast)}?wait=true"
    return httpx.request(method, address, headers=headers, timeout=20).status_code


@pytest.mark.parametrize("pattern", CLOSED, ids=_name)
def test_a_stream_is_closed_to_the_nameless_and_unknown_to_strangers(
    pattern: URLPattern, url: str, shared_cast: Cast
) -> None:
    nameless = _ask(url, pattern, shared_cast, shared_cast.anonymous)
    stranger = _ask(url, pattern, shared_cast, shared_cast.charlie)

    assert (nameless, stranger) == (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize("pattern", OF_WORKERS, ids=_name)
def test_what_workers_wait_for_is_closed_to_people(
    pattern: URLPattern, url: str, shared_cast: Cast
) -> None:
    nameless = _ask(url, pattern, shared_cast, shared_cast.anonymous)
    somebody = _ask(url, pattern, shared_cast, shared_cast.alice)

    assert {nameless, somebody} <= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def _closed_with(url: str, pattern: URLPattern, cast: Cast, who: Member) -> int | None:
    headers: dict[str, Any] = {"Authorization": f"Bearer {who.token}"} if who.token else {}
    address = url.replace("http", "ws", 1) + _path(pattern, cast)
    with connect(address, additional_headers=headers) as socket:
        try:
            socket.recv(timeout=20)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
    return None


@pytest.mark.parametrize("pattern", WEBSOCKETS, ids=_name)
def test_a_websocket_is_closed_to_the_nameless_and_unknown_to_strangers(
    pattern: URLPattern, url: str, shared_cast: Cast
) -> None:
    nameless = _closed_with(url, pattern, shared_cast, shared_cast.anonymous)
    stranger = _closed_with(url, pattern, shared_cast, shared_cast.charlie)

    assert (nameless, stranger) == (UNKNOWN, NOT_FOUND)
