"""The connection of a remote worker to its server: one token, one address, JSON both ways."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast
from urllib.parse import urlsplit

import httpx
import orjson

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
CHUNK: Final = 1024 * 1024
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
QUICK: Final = 15.0
"""Seconds that an ordinary request may take."""


class Unreachable(Exception):
    """The server did not answer; the same may be asked again."""


class Broken(Unreachable):
    """The server met an error of its own; the same may be asked again, and may break it again."""


class Refused(Exception):
    """The server said no, and why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(message)


class TokenOver(Refused):
    """The token is unknown, expired or was revoked: nothing may be asked any more."""


class SessionOver(Refused):
    """The server has given this worker up, and everything that it held; ``session`` was its id."""

    session = ""


class NotPrivate(ValueError):
    """Secrets would cross the network in clear: use an https:// address, or say that they may."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a worker finds its server, and what opens it. ``ca`` is a file of certificates."""

    url: str
    token: str
    ca: Path | None = None
    plain_allowed: bool = False

    def checked(self) -> Server:
        """The same, if secrets are safe on the way there; raises ``NotPrivate``."""
        parts = urlsplit(self.url)
        if parts.scheme == "http" and not self.plain_allowed and parts.hostname not in LOOPBACK:
            raise NotPrivate(f"{self.url} is not encrypted")
        if parts.scheme not in ("http", "https"):
            raise NotPrivate(f"{self.url} is no address of a server")
        return self


class Link:
    """Asks the server; all methods may be called from several threads."""

    def __init__(self, server: Server) -> None:
        self._http = httpx.Client(
            base_url=f"{server.url.rstrip('/')}/api/v1/worker/",
            headers={"Authorization": f"Bearer {server.token}"},
            verify=str(server.ca) if server.ca else True,
            timeout=httpx.Timeout(QUICK, connect=5.0),
            limits=httpx.Limits(max_connections=200, max_keepalive_connections=50),
            trust_env=False,
        )
        self._closed = threading.Event()
        self.worker_id = ""

    def close(self) -> None:
        """Ends every wait."""
        self._closed.set()
        self._http.close()

    def ask(
        self, path: str, body: Mapping[str, Any], *, wait: float = 0, verb: str = "POST"
    ) -> Any:
        """The answer as data; raises ``Unreachable`` or ``Refused``. ``wait``: seconds it may take."""
        session = self.worker_id
        headers = {"Content-Type": "application/json", "X-Downbeat-Worker": session}
        timeout = httpx.Timeout(QUICK + wait, connect=5.0)
        try:
            answer = self._http.request(
                verb, path, content=orjson.dumps(body), headers=headers, timeout=timeout
            )
        except (httpx.HTTPError, RuntimeError) as problem:
            raise Unreachable(str(problem) or type(problem).__name__) from None
        try:
            return _read(answer)
        except SessionOver as over:
            over.session = session
            raise

    def ask_patiently(self, path: str, body: Mapping[str, Any], *, seconds: float) -> Any:
        """The same, again and again while the server does not answer, for so long."""
        until, pause = time.monotonic() + seconds, FIRST_PAUSE
        while True:
            try:
                return self.ask(path, body)
            except Unreachable:
                if time.monotonic() + pause > until or self._closed.is_set():
                    raise
            self._closed.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def fetch(self, address: str, into: IO[bytes]) -> None:
        """The file of a signed address; raises ``Unreachable`` or ``Refused``."""
        into.seek(0)
        into.truncate()
        try:
            with self._http.stream("GET", f"files/{address}") as answer:
                if answer.is_error:
                    answer.read()
                    _read(answer)
                for chunk in answer.iter_bytes(CHUNK):
                    into.write(chunk)
        except (httpx.HTTPError, RuntimeError) as problem:
            raise Unreachable(str(problem) or type(problem).__name__) from None
        into.seek(0)

    def put(self, address: str, content: BinaryIO, size: int) -> str:
        """Sends a file to a signed address; its URI."""
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        try:
            answer = self._http.put(
                f"files/{address}",
                content=_chunks(content),
                headers=headers,
                timeout=httpx.Timeout(60.0, connect=5.0),
            )
        except (httpx.HTTPError, RuntimeError) as problem:
            raise Unreachable(str(problem) or type(problem).__name__) from None
        return str(_read(answer)["uri"])


def _chunks(content: BinaryIO) -> Iterator[bytes]:
    while chunk := content.read(CHUNK):
        yield chunk


def _read(answer: httpx.Response) -> Any:
    if answer.status_code == 500:
        raise Broken("the server answers 500")
    if answer.status_code in (502, 503, 504):
        raise Unreachable(f"the server answers {answer.status_code}")
    if not answer.is_error:
        return orjson.loads(answer.content) if answer.content else None
    try:
        told = cast(dict[str, Any], orjson.loads(answer.content))
        code, message = str(told.get("code")), str(told.get("detail"))
    except (orjson.JSONDecodeError, AttributeError):
        code, message = "http", f"the server answers {answer.status_code}"
    if answer.status_code == 401:
        raise TokenOver(answer.status_code, code, message)
    if code == "worker.session_over":
        raise SessionOver(answer.status_code, code, message)
    raise Refused(answer.status_code, code, message)
