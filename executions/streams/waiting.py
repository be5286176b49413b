"""Requests that wait for the end of the execution which they start; no thread waits with them."""

from __future__ import annotations

import asyncio
import tempfile
import time
from typing import Any, BinaryIO, Final, cast
from urllib.parse import parse_qs

from django.conf import settings

from executions.selectors.states import TERMINAL
from executions.streams import inside
from executions.streams.hub import Watch, hub
from executions.streams.inside import Answer
from executions.streams.places import tenant_id_of
from executions.streams.sse import Receive, Scope, Send

IN_MEMORY: Final = 1024 * 1024
FLOOR_SECONDS: Final = 2.0


class WaitingStart:
    """``POST …?wait=true``: the answer is the execution as it ended."""

    def accepts(self, scope: Scope) -> bool:
        """Only starts that ask to wait; all others are ordinary."""
        if scope["method"] not in ("POST", "PUT", "GET"):
            return False
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("wait", [""])
        return asked[-1].lower() in ("true", "1")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
            await _received(receive, cast(BinaryIO, body))
            answer = await inside.forward(scope, cast(BinaryIO, body))
        if answer.ok and answer.body:
            answer = await _ended(scope, answer)
        headers = [(name.encode(), value.encode()) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


async def _received(receive: Receive, body: BinaryIO) -> None:
    while True:
        message = await receive()
        body.write(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return


async def _ended(scope: Scope, started: Answer) -> Answer:
    """The execution once it has ended, or as it is when the longest wait is over."""
    tenant = scope["url_route"]["kwargs"]["tenant"]
    id = started.json()["id"]
    path = f"/api/v1/{tenant}/executions/{id}"
    until = time.monotonic() + settings.DOWNBEAT.wait.total_seconds()
    watch = Watch()
    with hub().watching(watch, (await tenant_id_of(tenant), f"execution:{id}")):
        while True:
            answer = await inside.get(scope, path)
            if not answer.ok:
                # A webhook's caller has no right to look; what it started is all it learns.
                return started
            if _over(answer) or time.monotonic() > until:
                return answer
            await watch.next(min(FLOOR_SECONDS, max(0.1, until - time.monotonic())))
            await asyncio.sleep(0)
            watch.drain()


def _over(answer: Answer) -> bool:
    shown: dict[str, Any] = answer.json()
    return shown["state"]["current"] in TERMINAL
