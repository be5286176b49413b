"""The web process: one ASGI application, two ways of working.

Theory of operation. Ordinary requests go to Django's WSGI handler on a few threads: measured, it
answers them 4 to 9 times faster than its ASGI handler. What stays open (websockets, streams,
requests that wait for an execution) is asynchronous and holds no thread, so that a hundred
waiting clients do not make anybody else wait.
"""

from __future__ import annotations

import os
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "downbeat.settings")
# A web process holds no connection that can see more than one tenant.
os.environ["DOWNBEAT_PROCESS"] = "web"

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

wsgi = get_wsgi_application()

from downbeat import routing  # noqa: E402  routes need Django

THREADS = 8


class Application:
    """What the server calls."""

    def __init__(self) -> None:
        ordinary: Any = WSGIMiddleware(cast(Any, wsgi), workers=THREADS)
        self.http = routing.http(ordinary)
        self.websockets = routing.websockets()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One connection, or the server's start and stop."""
        match scope["type"]:
            case "http":
                await self.http(scope, receive, send)
            case "websocket":
                await self.websockets(scope, receive, send)
            case _:
                await _lifespan(receive, send)


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


application = Application()
