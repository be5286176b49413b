"""The websocket: subscribe to topics, hear what changes, read the rest over HTTP.

    → {"op": "subscribe", "topic": "execution:<id>" | "logs:<id>" | "namespace:<ns>", "after": 7}
    ← {"topic": …, "seq": 8, "type": "execution.changed", "data": {…}}

Events carry ids and numbers, never contents. A number that is missing, or a ``stream.gap``, means:
read again. Rights are asked for when a topic is subscribed, and again while it is told of.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final
from urllib.parse import quote, urlsplit
from uuid import UUID

import orjson
from channels.generic.websocket import AsyncWebsocketConsumer

from downbeat.common.errors import NotFound
from downbeat.common.events import StreamEvent
from executions.streams import inside
from executions.streams.hub import GAP, Watch, hub
from executions.streams.places import tenant_id_of

UNAUTHENTICATED: Final = 4401
UNKNOWN: Final = 4404
TOO_SLOW: Final = 4408
MOST_TOPICS: Final = 100
ASK_AGAIN_SECONDS: Final = 5.0
NAP_SECONDS: Final = 30.0


class StreamConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """One browser or client that watches."""

    async def connect(self) -> None:
        """Accepts whoever may enter the tenant; the close code says why not."""
        self.watch = Watch()
        self.topics: dict[str, float] = {}
        self.telling: asyncio.Task[None] | None = None
        self.slug: str = self.scope["url_route"]["kwargs"]["tenant"]
        await self.accept()
        if not _same_origin(self.scope):
            await self.close(UNAUTHENTICATED)
            return
        code = await self._refusal("")
        if code is not None:
            await self.close(code)
            return
        try:
            self.tenant_id: UUID = await tenant_id_of(self.slug)
        except NotFound:
            await self.close(UNKNOWN)
            return
        self.telling = asyncio.create_task(self._tell())

    async def disconnect(self, code: int) -> None:
        """Forgets the topics."""
        for topic in self.topics:
            hub().remove(self.watch, (self.tenant_id, topic))
        self.topics = {}
        if self.telling is not None:
            self.telling.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A request of the client; what cannot be read ends the connection."""
        try:
            asked = orjson.loads(text_data or bytes_data or b"")
            operation, topic = asked["op"], str(asked["topic"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            await self.close(UNKNOWN)
            return
        match operation:
            case "subscribe":
                await self._subscribe(topic, asked.get("after"))
            case "unsubscribe":
                self._unsubscribe(topic)
            case _:
                await self.close(UNKNOWN)

    async def _subscribe(self, topic: str, after: Any) -> None:
        if self.telling is None or len(self.topics) >= MOST_TOPICS:
            await self.close(UNKNOWN)
            return
        code = await self._refusal(topic)
        if code is not None:
            await self.close(code)
            return
        if topic not in self.topics:
            hub().add(self.watch, (self.tenant_id, topic))
        self.topics[topic] = time.monotonic()
        await self._send(StreamEvent(self.tenant_id, topic, "subscribed", {}))
        if after is not None:
            await self._send(StreamEvent(self.tenant_id, topic, GAP, {}))

    def _unsubscribe(self, topic: str) -> None:
        if self.topics.pop(topic, None) is not None:
            hub().remove(self.watch, (self.tenant_id, topic))

    async def _tell(self) -> None:
        while True:
            event = await self.watch.next(NAP_SECONDS)
            if self.watch.overrun:
                await self.close(TOO_SLOW)
                return
            topics = list(self.topics) if event is None else [event.topic]
            for topic in topics:
                if not await self._still_allowed(topic):
                    return
            if event is not None and event.topic in self.topics:
                await self._send(event)

    async def _still_allowed(self, topic: str) -> bool:
        """Asks again after a while: a right that was taken away ends the stream."""
        asked = self.topics.get(topic)
        if asked is None or time.monotonic() - asked < ASK_AGAIN_SECONDS:
            return True
        code = await self._refusal(topic)
        if code is not None:
            await self.close(code)
            return False
        self.topics[topic] = time.monotonic()
        return True

    async def _refusal(self, topic: str) -> int | None:
        path = f"/api/v1/{self.slug}/stream/allowed"
        answer = await inside.get(self.scope, path, f"topic={quote(topic)}")
        if answer.ok:
            return None
        return UNAUTHENTICATED if answer.status == 401 else UNKNOWN

    async def _send(self, event: StreamEvent) -> None:
        body = {"topic": event.topic, "seq": event.seq, "type": event.type, "data": event.data}
        await self.send(text_data=orjson.dumps(body).decode())


def _same_origin(scope: Any) -> bool:
    """A page of another site may not use the browser's cookie; a token needs no such check."""
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if "authorization" in headers:
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")
