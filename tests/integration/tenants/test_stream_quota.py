"""What clients ask of a websocket counts as requests to the API; what the stream asks itself does not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.db import connection
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from executions.streams import consumer, inside
from tenants.http import OWN
from tenants.services import request_rate
from tests.support.cast import NAMESPACE, Cast
from tests.support.live import served

USED_UP = 4430


@pytest.fixture(scope="module")
def url(database: object) -> Iterator[str]:
    with served() as found:
        yield found


def _limited(cast: Cast, amount: int) -> None:
    new = {"kind": "API_REQUESTS_PER_MINUTE", "limit": amount}
    assert cast.alice.post(f"{cast.api}/quotas", new).status_code == 201
    request_rate.forget()


def _opened(url: str, cast: Cast) -> ClientConnection:
    address = f"{url.replace('http', 'ws', 1)}{cast.api}/stream"
    return connect(address, additional_headers={"Authorization": f"Bearer {cast.alice.token}"})


def _asked(socket: ClientConnection, operation: str, topic: str = f"namespace:{NAMESPACE}") -> Any:
    socket.send(orjson.dumps({"op": operation, "topic": topic}).decode())
    return orjson.loads(socket.recv(timeout=20))


def _due(cast: Cast) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(
            "select due_at from tenants_requestbucket where tenant_id = %s", [cast.tenant.id]
        )
        return cursor.fetchone()


@pytest.mark.parametrize("operation", ["subscribe", "nonsense"])
def test_messages_count_and_are_refused_when_the_quota_is_used_up(
    url: str, cast: Cast, operation: str
) -> None:
    _limited(cast, 20)

    with _opened(url, cast) as socket:
        answers = [_asked(socket, operation) for _ in range(8)]

    codes = [answer.get("code") for answer in answers]
    assert codes[0] in {None, 4400}
    assert codes[-1] == USED_UP
    assert "API requests" in answers[-1]["message"]


def test_opening_counts_and_says_why_it_is_refused(url: str, cast: Cast) -> None:
    _limited(cast, 20)
    codes: list[int | None] = []

    for _ in range(6):
        with _opened(url, cast) as socket:
            try:
                _asked(socket, "subscribe")
            except ConnectionClosed as closed:
                codes.append(closed.rcvd.code if closed.rcvd else None)

    assert codes[-1] == USED_UP


def test_a_stream_that_looks_again_uses_nothing_up(
    url: str, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = threading.Semaphore(0)
    real = inside.get

    async def watched(scope: Any, path: str, query: str = "") -> Any:
        answer = await real(scope, path, query)
        if scope.get(OWN):
            looked.release()
        return answer

    monkeypatch.setattr(consumer, "ASK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(consumer, "NAP_SECONDS", 0.05)
    monkeypatch.setattr(inside, "get", watched)
    _limited(cast, 20)
    with _opened(url, cast) as socket:
        assert _asked(socket, "subscribe")["type"] == "subscribed"
        before = _due(cast)

        for _ in range(10):
            assert looked.acquire(timeout=20)

        assert before is not None
        assert _due(cast) == before


def test_no_header_of_a_client_makes_a_request_free(cast: Cast) -> None:
    _limited(cast, 20)

    answers = [
        cast.alice.get(f"{cast.api}/quotas", headers={OWN: "1", "Downbeat-Own": "1"})
        for _ in range(8)
    ]

    assert answers[-1].status_code == 429
