"""Asks this process's own API, in the name of whoever opened a stream.

A stream shows what the ordinary route shows, asked again with the same credentials for every
change. So there is one place that decides who may see what, and a right or a token that is
revoked ends the stream with its next change.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO, Final, cast
from urllib.parse import unquote

import orjson
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections

from tenants.http import OWN

Scope = Mapping[str, Any]
THREADS: Final = 4
PASSED_ON: Final = frozenset(
    {"authorization", "cookie", "host", "origin", "x-forwarded-proto", "x-forwarded-host"}
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API says."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the question was allowed and answered."""
        return self.status < 300

    def json(self) -> Any:
        """The body as data."""
        return orjson.loads(self.body)


def unasked(scope: Scope) -> dict[str, Any]:
    """The same connection, for questions that do not count as requests of whoever opened it."""
    return {**scope, OWN: True}


async def get(scope: Scope, path: str, query: str = "") -> Answer:
    """Reads a path of the API with the credentials of the scope."""
    environ = _environ(scope, path, query)
    return await asyncio.get_running_loop().run_in_executor(_threads(), _call, environ)


async def forward(scope: Scope, body: BinaryIO) -> Answer:
    """Hands a whole request on, as it came."""
    environ = _environ(scope, scope["path"], scope.get("query_string", b"").decode("latin-1"))
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        key = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
        environ[key] = raw_value.decode("latin-1")
    length = body.seek(0, io.SEEK_END)
    body.seek(0)
    environ |= {
        "REQUEST_METHOD": scope["method"],
        "wsgi.input": body,
        "CONTENT_LENGTH": str(length),
    }
    return await asyncio.get_running_loop().run_in_executor(_threads(), _call, environ)


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="streams")


@lru_cache(maxsize=1)
def _application() -> WSGIHandler:
    return get_wsgi_application()


def _call(environ: dict[str, Any]) -> Answer:
    head: list[tuple[int, tuple[tuple[str, str], ...]]] = []

    def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
        head.append((int(status.split(" ", 1)[0]), tuple(headers)))

    try:
        response = _application()(environ, cast(Any, start))
        try:
            body = b"".join(response)
        finally:
            close = getattr(response, "close", None)
            if close is not None:
                close()
    finally:
        connections.close_all()
    status, headers = head[0]
    return Answer(status, headers, body)


def _environ(scope: Scope, path: str, query: str) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": unquote(path).encode().decode("latin-1"),
        "SCRIPT_NAME": "",
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": (scope.get("client") or ("127.0.0.1", 0))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": {"wss": "https", "ws": "http"}.get(scope["scheme"], scope["scheme"]),
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.get(OWN):
        # Headers of clients arrive as HTTP_…, so none of them can say this.
        environ[OWN] = "1"
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1").lower()
        if name in PASSED_ON:
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = raw_value.decode("latin-1")
    return environ
