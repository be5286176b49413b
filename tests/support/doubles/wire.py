"""What doubles over HTTP have in common: a log of requests, planned trouble, and slow answers."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

PATIENCE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came in."""

    what: str
    """What the double calls it: `start`, `look`, `cancel` …"""
    method: str
    path: str
    body: Any
    authorization: str | None
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong with a request.

    ``done``: the double does what it is asked before it answers badly. ``drop``: the connection is
    closed without an answer.
    """

    status: int = 503
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    done: bool = False
    drop: bool = False


class HttpDouble(ABC):
    """A server of loopback that answers like another system, and tells what it was asked."""

    def __init__(self) -> None:
        self.log: list[Asked] = []
        self.trouble: dict[str, list[Trouble]] = {}
        self.gates: dict[str, threading.Event] = {}
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("BoundHandler", (_Handler,), {"double": self})
        )
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def listening(self) -> Iterator[None]:
        """It answers inside the block."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            for gate in self.gates.values():
                gate.set()
            self._server.shutdown()
            self._server.server_close()

    @abstractmethod
    def named(self, method: str, path: str) -> str:
        """What a request is called."""

    @abstractmethod
    def answered(self, asked: Asked, query: Mapping[str, str]) -> Answer:
        """The answer when nothing goes wrong."""

    def fails(self, what: str, *troubles: Trouble) -> None:
        """The next requests of that name meet these troubles, one each."""
        self.trouble.setdefault(what, []).extend(troubles)

    def holds(self, what: str) -> threading.Event:
        """Answers to requests of that name wait until the event is set."""
        return self.gates.setdefault(what, threading.Event())

    def count(self, what: str) -> int:
        """How many requests of that name have come."""
        return sum(1 for asked in list(self.log) if asked.what == what)

    def until(self, holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Waits for something that requests bring about."""
        with self._changed:
            assert self._changed.wait_for(holds, seconds), [asked.what for asked in self.log]

    def answer_to(self, asked: Asked, query: Mapping[str, str]) -> Answer | None:
        """The answer; nothing if the connection is to be closed."""
        with self._changed:
            self.log.append(asked)
            planned = self.trouble.get(asked.what)
            trouble = planned.pop(0) if planned else None
            answer = Answer()
            if trouble is None or trouble.done:
                answer = self.answered(asked, query)
            self._changed.notify_all()
        if gate := self.gates.get(asked.what):
            gate.wait(PATIENCE)
        if trouble is None:
            return answer
        return None if trouble.drop else Answer(trouble.status, trouble.body, trouble.headers)


class _Handler(BaseHTTPRequestHandler):
    """Hands what comes to the double, and its answer back."""

    double: HttpDouble
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: the second would wait

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        asked = Asked(
            self.double.named(self.command, parts.path.rstrip("/")),
            self.command,
            parts.path.rstrip("/"),
            _read(sent),
            self.headers.get("Authorization"),
            {name.lower(): value for name, value in self.headers.items()},
        )
        answer = self.double.answer_to(asked, dict(parse_qsl(parts.query)))
        if answer is None:
            self.close_connection = True
            return
        self._send(answer)

    do_GET = do_DELETE = do_POST  # noqa: N815 - the library's names

    def _send(self, answer: Answer) -> None:
        text = isinstance(answer.body, str)
        content = answer.body.encode() if text else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "text/html" if text else "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        try:
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # whoever asked has been killed

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _read(sent: bytes) -> Any:
    try:
        return json.loads(sent) if sent else None
    except ValueError:
        return sent.decode("utf-8", "replace")
