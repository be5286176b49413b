"""The websocket: subscribe to topics, hear what changes, read the rest over HTTP.

    → {"op": "subscribe", "topic": "execution:<id>" | "logs:<id>" | "namespace:<ns>", "after": 7}
    ← {"topic": …, "seq": 8, "type": "execution.changed", "data": {…}}

A namespace tells of its executions (``execution.changed``) and its flows (``flow.changed``).
Events carry ids and numbers, never contents. A number that is missing, or a ``stream.gap``, means:
read again. Rights are asked for when a topic is subscribed, and again while it is told of.

What concerns one topic never ends the connection, on which others live:

    ← {"op": "error", "topic": …, "code": 4404, "message": …}

4400: the message cannot be read; 4404: there is no such topic, or one may not (any longer) see it;
4429: too many topics; 4430: the tenant has used up its API requests per minute, of which every message
is one, and the opening. The connection itself is closed with 4401 when nobody is signed in (any
longer), 4404 when the tenant is not there for whoever asks, 4408 when the reader is too slow.
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
UNREADABLE: Final = 4400
TOO_MANY: Final = 4429
USED_UP: Final = 4430
CODES: Final = {401: UNAUTHENTICATED, 429: USED_UP}
MESSAGES: Final = {
    UNREADABLE: 'Send {"op": "subscribe" or "unsubscribe", "topic": text}.',
    UNKNOWN: "There is no such topic, or you may not see it.",
    USED_UP: "The tenant has used up its API requests per minute. Ask again in a while.",
    TOO_MANY: "This connection has all the topics it may have. Leave one, or open another.",
}
LONGEST_TOPIC: Final = 400
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
        """A request of the client; one that cannot be read or fulfilled is answered by an error."""
        operation, topic, after = _read(text_data or bytes_data or b"")
        match operation:
            case "subscribe":
                await self._subscribe(topic, after)
            case "unsubscribe":
                # Counted, but never refused: it makes less work.
                await self._refusal("")
                self._unsubscribe(topic)
            case _:
                await self._tell_why(topic, await self._refusal("") or UNREADABLE)

    async def _subscribe(self, topic: str, after: Any) -> None:
        if self.telling is None:
            return
        if topic not in self.topics and len(self.topics) >= MOST_TOPICS:
            await self._refuse(topic, TOO_MANY)
            return
        code = await self._refusal(topic) if topic else UNREADABLE
        if code is not None:
            await (self._tell_why if code == USED_UP else self._refuse)(topic, code)
            return
        if topic not in self.topics:
            hub().add(self.watch, (self.tenant_id, topic))
        self.topics[topic] = time.monotonic()
        await self._send(StreamEvent(self.tenant_id, topic, "subscribed", {}))
        if after is not None:
            await self._send(StreamEvent(self.tenant_id, topic, GAP, {}))

    async def _refuse(self, topic: str, code: int) -> None:
        """Tells why a topic is not (any longer) told of; only a missing log-in ends everything."""
        self._unsubscribe(topic)
        await self._tell_why(topic, code)

    async def _tell_why(self, topic: str, code: int) -> None:
        """Answers a message that came to nothing; what was told of before goes on."""
        if code == UNAUTHENTICATED:
            await self.close(UNAUTHENTICATED)
            return
        body = {"op": "error", "topic": topic, "code": code, "message": MESSAGES[code]}
        await self.send(text_data=orjson.dumps(body).decode())

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
                await self._ask_again(topic)
            if event is not None and event.topic in self.topics:
                await self._send(event)

    async def _ask_again(self, topic: str) -> None:
        """Asks again after a while: a right that was taken away ends the topic."""
        asked = self.topics.get(topic)
        if asked is None or time.monotonic() - asked < ASK_AGAIN_SECONDS:
            return
        code = await self._refusal(topic, asked=False)
        if code is not None:
            await self._refuse(topic, code)
        elif topic in self.topics:
            self.topics[topic] = time.monotonic()

    async def _refusal(self, topic: str, *, asked: bool = True) -> int | None:
        """Why not, or None; what the client asked counts as a request to the API."""
        path = f"/api/v1/{self.slug}/stream/allowed"
        scope = self.scope if asked else inside.unasked(self.scope)
        answer = await inside.get(scope, path, f"topic={quote(topic)}")
        return None if answer.ok else CODES.get(answer.status, UNKNOWN)

    async def _send(self, event: StreamEvent) -> None:
        body = {"topic": event.topic, "seq": event.seq, "type": event.type, "data": event.data}
        await self.send(text_data=orjson.dumps(body).decode())


def _read(raw: str | bytes) -> tuple[str, str, Any]:
    """Operation, topic and number of a request; no operation when it cannot be read."""
    try:
        asked = orjson.loads(raw)
        topic = asked["topic"]
        if not isinstance(topic, str) or len(topic) > LONGEST_TOPIC:
            return "", "", None
        return str(asked["op"]), topic, asked.get("after")
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "", "", None


def _same_origin(scope: Any) -> bool:
    """A page of another site may not use the browser's cookie; a token needs no such check."""
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if "authorization" in headers:
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")
