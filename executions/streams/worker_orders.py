"""A remote worker's long look for orders: answered as soon as there is something to do.

No thread waits with it. It is asked again of the ordinary route whenever somebody rings for this
worker or an execution changes of which it runs something, and every two seconds besides: so a bell
that was lost, and a token that was revoked, are noticed.
"""

from __future__ import annotations

import asyncio
import io
import time
from typing import Any, Final
from uuid import UUID

import orjson

from executions.api.worker_views import AGAIN, LARGEST, WORKER
from executions.runtime.assignment import topic_of
from executions.streams import inside
from executions.streams.hub import Topic, Watch, hub
from executions.streams.inside import Answer
from executions.streams.sse import Receive, Scope, Send
from executions.worker import wire
from tenants import facade as tenants

LONGEST: Final = 60.0
FLOOR: Final = 2.0
THROTTLE: Final = 0.005
MOST_TOPICS: Final = 500


class WaitingOrders:
    """``POST /api/v1/worker/claims`` with a ``wait``."""

    def accepts(self, scope: Scope) -> bool:
        """All of them: only the body says who waits."""
        return bool(scope["method"] == "POST")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _received(receive)
        if body is None:
            return
        # Bells that ring while the first look is made must not be missed.
        watch, topics = Watch(), _topics(scope, body)
        for topic in topics:
            hub().add(watch, topic)
        try:
            gone = asyncio.create_task(_disconnected(receive))
            try:
                answer = await _orders(scope, body, watch, gone)
            finally:
                gone.cancel()
        finally:
            for topic in topics:
                hub().remove(watch, topic)
        headers = [(name.encode(), value.encode()) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


async def _orders(scope: Scope, body: bytes, watch: Watch, gone: asyncio.Task[None]) -> Answer:
    until, known = time.monotonic() + _wait(body), _field(body, "state", "RUNNING")
    scope = dict(scope)
    while True:
        answer = await inside.forward(scope, io.BytesIO(body))
        left = until - time.monotonic()
        if not answer.ok or left <= 0 or gone.done() or _something(answer, known):
            return answer
        scope["headers"] = [*scope["headers"], (AGAIN.lower().encode(), b"1")]
        await watch.next(min(FLOOR, left))
        await asyncio.sleep(THROTTLE)
        watch.drain()


async def _received(receive: Receive) -> bytes | None:
    """The whole body; None from somebody who went away meanwhile."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        size += len(message.get("body", b""))
        if size <= LARGEST:
            parts.append(message.get("body", b""))
        if not message.get("more_body"):
            # The ordinary route refuses what is too large by what its header says.
            return b"".join(parts)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _topics(scope: Scope, body: bytes) -> set[Topic]:
    """What concerns this worker; a body that cannot be read is refused by the ordinary route."""
    found: set[Topic] = set()
    for name, value in scope["headers"]:
        if name.decode("latin-1").lower() == WORKER.lower():
            found.add((tenants.INSTANCE, topic_of(_uuid(value.decode("latin-1")))))
    for held in list(_field(body, "holding", ()))[:MOST_TOPICS]:
        try:
            key = wire.key_of(held)
        except wire.BadWire:
            continue
        found.add((key.tenant_id, f"execution:{key.execution_id}"))
    return found


def _wait(body: bytes) -> float:
    asked = _field(body, "wait", 0)
    return min(LONGEST, float(asked)) if isinstance(asked, int | float) else 0.0


def _field(body: bytes, name: str, usual: Any) -> Any:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return usual
    value = found.get(name) if isinstance(found, dict) else None
    if isinstance(usual, tuple) and not isinstance(value, list):
        return usual
    return usual if value is None else value


def _something(answer: Answer, known: object) -> bool:
    """Whether the worker has to hear of this, which knows itself to be in that state."""
    orders = answer.json()
    return bool(orders["works"] or orders["kill"] or orders["lost"] or orders["state"] != known)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return tenants.INSTANCE
