"""Which requests are answered asynchronously: websockets, streams, and whatever waits.

`executions.streams.routing` lists them. An entry of `http_urlpatterns` may decline a request (its
application has `accepts(scope)`), for routes that wait only when asked to, or hand it to
`scope["ordinary"]` and look at the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from channels.routing import URLRouter
from django.urls import URLPattern

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]
STREAMS = "executions.streams.routing"


def streams(name: str) -> list[URLPattern]:
    """The asynchronous routes of that name; none while no app brings any."""
    if find_spec("executions") is None or find_spec("executions.streams") is None:
        return []
    if find_spec(STREAMS) is None:
        return []
    return list(getattr(import_module(STREAMS), name, []))


class HttpRouter:
    """Sends a request to the first asynchronous application that takes it, or to the ordinary one."""

    def __init__(self, patterns: Sequence[URLPattern], ordinary: Application) -> None:
        self.patterns = patterns
        self.ordinary = ordinary

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Costs a few microseconds for ordinary requests."""
        path = scope["path"].removeprefix("/")
        for pattern in self.patterns:
            found = pattern.pattern.match(path)
            if found is None or found[0]:
                continue
            application: Any = pattern.callback
            accepts = getattr(application, "accepts", None)
            if accepts is None or accepts(scope):
                more = {
                    "url_route": {"args": found[1], "kwargs": found[2]},
                    "ordinary": self.ordinary,
                }
                await application({**scope, **more}, receive, send)
                return
        await self.ordinary(scope, receive, send)


async def _refuse(scope: Scope, receive: Any, send: Any) -> None:
    """A websocket address that nothing answers."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


class WebsocketRouter:
    """Sends a websocket to its consumer; an unknown address is closed, not an error in our log."""

    def __init__(self, patterns: Sequence[URLPattern]) -> None:
        self.router = URLRouter(list(patterns))
        self.patterns = patterns

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """One connection."""
        path = scope["path"].removeprefix("/")
        known = any(pattern.pattern.match(path) for pattern in self.patterns)
        await (self.router if known else _refuse)(scope, receive, send)


def http(ordinary: Application) -> HttpRouter:
    """The router of requests."""
    return HttpRouter(streams("http_urlpatterns"), ordinary)


def websockets() -> WebsocketRouter:
    """The router of websockets."""
    return WebsocketRouter(streams("websocket_urlpatterns"))
