"""A system that runs jobs: starts, shows, finds and cancels them by HTTP, and keeps what it heard."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PATIENCE = 60.0


@dataclass
class Jobs:
    """The jobs, and how the next ones behave."""

    url: str = ""
    heard: list[str] = field(default_factory=list)
    """Every request that changed something: ``start 1``, ``cancel 1``."""
    status: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    script: dict[str, str] = field(default_factory=dict)
    """How a job ends at once when it is started."""
    silent: bool = False
    """Whether starts are done but not answered."""
    refusing: bool = False
    """Whether cancellations are refused."""
    broken: bool = False
    """Whether every cancellation ends in an error."""
    changed: threading.Condition = field(default_factory=threading.Condition)

    def starts(self) -> int:
        """How many jobs were started."""
        return sum(one.startswith("start") for one in self.heard)

    def cancels(self) -> int:
        """How often somebody asked for the end of a job."""
        return sum(one.startswith("cancel") for one in self.heard)

    def until(self, heard: str) -> None:
        """Returns once a request has come."""
        with self.changed:
            assert self.changed.wait_for(lambda: heard in self.heard, PATIENCE), self.heard

    def end(self, id: str, status: str = "done") -> None:
        """Lets a job end."""
        with self.changed:
            self.status[id] = status

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """What the system says to a request."""
        place = urlsplit(path)
        match method, place.path.strip("/").split("/"):
            case "POST", ["jobs"]:
                return 201, {"id": self._start(str(body["key"]))}
            case "GET", ["jobs"]:
                key = parse_qs(place.query)["key"][0]
                return 200, {"ids": [id for id, own in self.keys.items() if own == key]}
            case "GET", ["jobs", id]:
                return 200, {"status": self.status[id]}
            case "POST", ["jobs", id, "cancel"]:
                return self._cancel(id)
        return 404, {}

    def _start(self, key: str) -> str:
        with self.changed:
            id = str(len(self.keys) + 1)
            self.keys[id] = key
            self.status[id] = self.script.get(id, "working")
            self._hear(f"start {id}")
            if self.silent:
                self.changed.wait_for(lambda: not self.silent, PATIENCE)
            return id

    def _cancel(self, id: str) -> tuple[int, Any]:
        with self.changed:
            self._hear(f"cancel {id}")
            if self.broken:
                return 500, {"message": "out of order"}
            if not self.refusing and self.status[id] == "working":
                self.status[id] = "cancelled"
            return 200, {}

    def _hear(self, what: str) -> None:
        self.heard.append(what)
        self.changed.notify_all()


@contextmanager
def jobs() -> Iterator[Jobs]:
    """A running double."""
    double = Jobs()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, answer = double.answer(self.command, self.path, body)
            content = json.dumps(answer).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                return  # whoever asked is gone: some tests want just that

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    double.url = f"http://127.0.0.1:{running.server_address[1]}"
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield double
    finally:
        with double.changed:
            double.silent = False
            double.changed.notify_all()
        running.shutdown()
