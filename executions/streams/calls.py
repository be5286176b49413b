"""Calls of webhooks that wait: the answer is what the execution left, and no thread waits for it.

The ordinary application starts the execution and says, in a header of its own, that the caller
waits. What a caller learns is what the webhook's author gives: the state, or the flow's outputs.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections

from downbeat.common.scope import tenant_scope
from executions.api import shapes
from executions.models import Execution
from executions.selectors.states import TERMINAL, state_view
from executions.streams.hub import Watch, hub
from executions.streams.places import tenant_id_of
from executions.streams.sse import Receive, Scope, Send

WISH: Final = "x-downbeat-wait"
FLOOR_SECONDS: Final = 2.0
WELL: Final = frozenset({"SUCCESS", "WARNING"})
NOT_YET: Final = 202
FAILED_DEPENDENCY: Final = 424


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller waits for."""

    id: UUID
    outputs: bool
    content_type: str
    status: int

    @classmethod
    def read(cls, text: str) -> Wish:
        """A wish as it was written."""
        found = orjson.loads(text)
        return cls(UUID(found["id"]), found["outputs"], found["contentType"], found["status"])

    def written(self) -> str:
        """As the value of a header."""
        facts = {
            "id": str(self.id),
            "outputs": self.outputs,
            "contentType": self.content_type,
            "status": self.status,
        }
        return orjson.dumps(facts).decode()


@dataclass(frozen=True, slots=True)
class Seen:
    """An execution at one moment."""

    state: dict[str, Any]
    outputs: dict[str, Any]

    @property
    def current(self) -> str:
        """Its state."""
        return str(self.state["current"])


class WaitingCall:
    """A webhook: the ordinary answer, unless its author or its caller wants the end."""

    def accepts(self, scope: Scope) -> bool:
        """All calls; whether one waits is known once it has started something."""
        return scope["method"] in ("GET", "POST", "PUT")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        held: list[Wish] = []
        body = bytearray()

        async def pass_on(message: Any) -> None:
            if message["type"] == "http.response.start" and (wish := _wish(message)) is not None:
                held.append(wish)
            elif held:
                body.extend(message.get("body", b""))
            else:
                await send(message)

        await scope["ordinary"](scope, receive, pass_on)
        if held:
            await _answer(scope, send, held[0], bytes(body))


def _wish(message: Any) -> Wish | None:
    for name, value in message["headers"]:
        if name.decode("latin-1").lower() == WISH:
            return Wish.read(value.decode("latin-1"))
    return None


async def _answer(scope: Scope, send: Send, wish: Wish, started: bytes) -> None:
    seen = await _ended(scope["url_route"]["kwargs"]["tenant"], wish.id)
    if seen.current not in TERMINAL:
        status = NOT_YET
    else:
        status = wish.status if seen.current in WELL or not wish.outputs else FAILED_DEPENDENCY
    if wish.outputs and status == wish.status:
        content = _shown(seen.outputs, wish)
    else:
        content = orjson.dumps({**orjson.loads(started), "state": seen.state})
        wish = Wish(wish.id, wish.outputs, "application/json", wish.status)
    headers = [
        (b"content-type", wish.content_type.encode()),
        (b"content-length", str(len(content)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _shown(outputs: dict[str, Any], wish: Wish) -> bytes:
    """The outputs as JSON; as text, a single one is that value alone."""
    if wish.content_type.startswith("text/") and len(outputs) == 1:
        (value,) = outputs.values()
        if isinstance(value, str):
            return value.encode()
        return orjson.dumps(value)
    return orjson.dumps(outputs)


async def _ended(slug: str, id: UUID) -> Seen:
    """The execution once it has ended, or as it is when the longest wait is over."""
    tenant = await tenant_id_of(slug)
    read = sync_to_async(_read, thread_sensitive=False)
    until = time.monotonic() + settings.DOWNBEAT.wait.total_seconds()
    watch = Watch()
    with hub().watching(watch, (tenant, f"execution:{id}")):
        while True:
            seen = await read(tenant, id)
            if seen.current in TERMINAL or time.monotonic() > until:
                return seen
            await watch.next(min(FLOOR_SECONDS, max(0.1, until - time.monotonic())))
            await asyncio.sleep(0)
            watch.drain()


def _read(tenant_id: UUID, id: UUID) -> Seen:
    try:
        with tenant_scope(tenant_id):
            row = Execution.objects.get(id=id)
    finally:
        connections.close_all()
    view = state_view(row.state, row.histories, row.created_at)
    return Seen(shapes.state(view), dict(row.outputs or {}))
