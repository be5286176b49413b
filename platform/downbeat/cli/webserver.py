"""The web process: uvicorn around the application, on a socket that may be somebody else's."""

from __future__ import annotations

import os
import socket
from typing import Literal

import uvicorn

APPLICATION = "downbeat.asgi:application"
BACKLOG = 1024
DRAIN_SECONDS = 4


def serve(*, host: str, port: int, descriptor: int | None) -> None:
    """Serves until told to stop; live streams get a few seconds to end."""
    proxies = os.environ.get("DOWNBEAT_TRUSTED_PROXIES", "")
    config = uvicorn.Config(
        APPLICATION,
        host=host,
        port=port,
        loop=_loop(),
        http="httptools",
        ws="websockets-sansio",
        lifespan="auto",
        access_log=False,
        log_level=_log_level(),
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        backlog=BACKLOG,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    given = [socket.socket(fileno=descriptor)] if descriptor is not None else None
    uvicorn.Server(config).run(sockets=given)


def _loop() -> Literal["auto", "uvloop"]:
    try:
        import uvloop  # noqa: F401
    except ImportError:
        return "auto"
    return "uvloop"


def _log_level() -> str:
    # What uvicorn says on `info` repeats what the supervisor tells.
    return "warning" if os.environ.get("DOWNBEAT_LOG_LEVEL", "INFO") == "INFO" else "info"
