"""Server-sent events: follow an execution or its log until it has ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

import orjson

from executions.selectors.states import TERMINAL
from executions.streams import inside
from executions.streams.hub import Watch, hub
from executions.streams.inside import Answer
from executions.streams.places import tenant_id_of

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

FLOOR_SECONDS: Final = 15.0
"""Streams look for themselves after so long without news, which also keeps proxies from closing."""
THROTTLE_SECONDS: Final = 0.1
HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


async def follow_execution(scope: Scope, receive: Receive, send: Send) -> None:
    """Every change of an execution, with its task runs; ends with its last state."""
    facts = scope["url_route"]["kwargs"]
    path = f"/api/v1/{facts['tenant']}/executions/{facts['pk']}"
    await follow(scope, receive, send, Source(path, f"execution:{facts['pk']}", _execution))


async def follow_log(scope: Scope, receive: Receive, send: Send) -> None:
    """Every line of an execution's log; ends with the execution."""
    facts = scope["url_route"]["kwargs"]
    path = f"/api/v1/{facts['tenant']}/logs/{facts['pk']}"
    await follow(scope, receive, send, Source(path, f"logs:{facts['pk']}", _log))


Read = Callable[[Scope, str, int], Awaitable[tuple[Answer, list[bytes], int, bool]]]


@dataclass(frozen=True, slots=True)
class Source:
    """What a stream reads: a path of the API, the topic that tells of changes, and how to read.

    ``read`` gets the cursor of the former reading and returns the answer, the events in it, the
    next cursor, and whether that is the end. ``floor`` is in seconds.
    """

    path: str
    topic: str
    read: Read
    floor: float = FLOOR_SECONDS


async def follow(scope: Scope, receive: Receive, send: Send, source: Source) -> None:
    """Streams what a source tells until its end, or until the reader is gone."""
    first, events, cursor, ended = await source.read(scope, source.path, 0)
    if not first.ok:
        await _refuse(send, first)
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    gone = asyncio.create_task(_disconnected(receive))
    try:
        async for chunk in _chunks(scope, source, (events, cursor, ended), gone):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()


async def _chunks(
    scope: Scope,
    source: Source,
    so_far: tuple[list[bytes], int, bool],
    gone: asyncio.Task[None],
) -> AsyncIterator[bytes]:
    events, cursor, ended = so_far
    tenant_id = await tenant_id_of(scope["url_route"]["kwargs"]["tenant"])
    watch = Watch()
    topics = {source.topic, f"execution:{scope['url_route']['kwargs']['pk']}"}
    for name in topics:
        hub().add(watch, (tenant_id, name))
    try:
        yield b"id: start\nevent: start\ndata: \n\n"
        for event in events:
            yield event
        own = inside.unasked(scope)
        while not ended and not gone.done():
            _, events, cursor, ended = await source.read(own, source.path, cursor)
            for event in events:
                yield event
            if ended:
                break
            news = await watch.next(source.floor)
            if news is None:
                yield b": still here\n\n"
            else:
                await asyncio.sleep(THROTTLE_SECONDS)
                watch.drain()
        yield b"id: end\nevent: end\ndata: \n\n"
    finally:
        for name in topics:
            hub().remove(watch, (tenant_id, name))


async def _execution(scope: Scope, path: str, cursor: int) -> tuple[Answer, list[bytes], int, bool]:
    answer = await inside.get(scope, path)
    if not answer.ok:
        return answer, [], cursor, True
    shown = answer.json()
    # One change, one event: the same state read twice is told once.
    mark = hash(answer.body.split(b'"duration"', 1)[0]) ^ hash(_states(shown))
    ended = shown["state"]["current"] in TERMINAL
    events = [] if mark == cursor else [sse_event("progress", answer.body)]
    return answer, events, mark, ended


def _states(shown: dict[str, Any]) -> tuple[Any, ...]:
    runs = shown.get("taskRunList") or ()
    own = (shown["state"]["current"], len(shown["state"]["histories"]))
    each = tuple(
        (run["id"], run["state"]["current"], len(run.get("attempts") or ())) for run in runs
    )
    return (own, each)


async def _log(scope: Scope, path: str, cursor: int) -> tuple[Answer, list[bytes], int, bool]:
    facts = scope["url_route"]["kwargs"]
    owner = await inside.get(scope, f"/api/v1/{facts['tenant']}/executions/{facts['pk']}")
    if not owner.ok:
        return owner, [], cursor, True
    # The state is read before the lines: what is printed before the end is never missed.
    ended = owner.json()["state"]["current"] in TERMINAL
    least = parse_qs(scope.get("query_string", b"").decode()).get("minLevel", ["TRACE"])[0]
    answer = await inside.get(scope, path, f"minLevel={least}&after={cursor}")
    if not answer.ok:
        return answer, [], cursor, True
    lines = answer.json()
    last = lines[-1]["index"] if lines else cursor
    return answer, [sse_event("log", orjson.dumps(line)) for line in lines], last, ended


def sse_event(name: str, body: bytes) -> bytes:
    """One event as the wire has it."""
    return b"id: " + name.encode() + b"\nevent: " + name.encode() + b"\ndata: " + body + b"\n\n"


async def _refuse(send: Send, answer: Answer) -> None:
    headers = [(name.encode(), value.encode()) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
