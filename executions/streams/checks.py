"""Tests of connections: the ordinary application asks a worker, and nobody's thread waits for it."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final
from uuid import UUID

import orjson
from asgiref.sync import sync_to_async
from django.db import connections

from executions.api.checks import ASKED
from executions.contracts import check_topic
from executions.services.checks import Checked, outcome
from executions.streams.hub import Watch, hub
from executions.streams.places import tenant_id_of
from executions.streams.sse import Receive, Scope, Send

LONGEST_SECONDS: Final = 30.0
FLOOR_SECONDS: Final = 1.0


class WaitingCheck:
    """``POST …/credentials/{name}/test``: the answer is what the worker found."""

    def accepts(self, scope: Scope) -> bool:
        """All of them."""
        return bool(scope["method"] == "POST")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked: list[UUID] = []

        async def pass_on(message: Any) -> None:
            if message["type"] == "http.response.start" and (id := _asked(message)) is not None:
                asked.append(id)
            elif not asked:
                await send(message)

        await scope["ordinary"](scope, receive, pass_on)
        if not asked:
            return
        content = orjson.dumps(_shown(await _ended(scope, asked[0])))
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def _asked(message: Any) -> UUID | None:
    for name, value in message["headers"]:
        if name.decode("latin-1").lower() == ASKED.lower():
            return UUID(value.decode("latin-1"))
    return None


async def _ended(scope: Scope, id: UUID) -> Checked:
    """The test once it has ended, or as it is when the longest wait is over."""
    tenant = await tenant_id_of(scope["url_route"]["kwargs"]["tenant"])
    read = sync_to_async(_read, thread_sensitive=False)
    until = time.monotonic() + LONGEST_SECONDS
    watch = Watch()
    with hub().watching(watch, (tenant, check_topic(id))):
        while True:
            seen = await read(tenant, id)
            if seen.ended_at is not None or time.monotonic() > until:
                return seen
            await watch.next(min(FLOOR_SECONDS, max(0.1, until - time.monotonic())))
            await asyncio.sleep(0)
            watch.drain()


def _read(tenant_id: UUID, id: UUID) -> Checked:
    try:
        return outcome(tenant_id, id)
    finally:
        connections.close_all()


def _shown(seen: Checked) -> dict[str, Any]:
    return {
        "ok": seen.ok,
        "success": seen.ok,
        "message": seen.message if seen.ended_at else _unanswered(seen),
        "durationMs": _milliseconds(seen),
    }


def _unanswered(seen: Checked) -> str:
    if seen.started_at is None:
        return f"No worker of the group '{seen.group}' took the test up in time. Is one running?"
    return "The worker that took the test up did not answer in time"


def _milliseconds(seen: Checked) -> int | None:
    if seen.started_at is None or seen.ended_at is None:
        return None
    return round((seen.ended_at - seen.started_at).total_seconds() * 1000)
