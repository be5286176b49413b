"""The web process's application, listening on loopback for a test."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

PATIENCE = 20


@contextmanager
def served() -> Iterator[str]:
    """The address of a running server; call it with the database pointed where it should look."""
    from downbeat.asgi import application

    config = uvicorn.Config(application, log_level="error", loop="asyncio", lifespan="on")
    server = uvicorn.Server(config)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    # Who connects before the server is up waits in the queue instead of being refused.
    listening.listen(128)
    serving = server.serve(sockets=[listening])
    thread = threading.Thread(target=asyncio.run, args=(serving,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listening.close()
