"""A web service that answers what the examples ask of example.com."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

_CSV: Final = b"id,amount\n1,10\n2,20\n"
_STREAM: Final = b'data: {"text": "Good "}\n\ndata: {"text": "day"}\n\n'
_PAGES: Final = {
    "/orders.csv": ("text/csv", _CSV),
    "/rates.csv": ("text/csv", _CSV),
    "/january.csv": ("text/csv", _CSV),
    "/february.csv": ("text/csv", _CSV),
    "/data.csv": ("text/csv", _CSV),
    "/answers/stream": ("text/event-stream", _STREAM),
    "/reports/today": ("application/json", b'{"ready": true, "rows": 7}'),
}


@dataclass
class Web:
    """Where it is, and what was sent to it."""

    url: str = ""
    sent: list[tuple[str, bytes]] = field(default_factory=list)


class _Pages(BaseHTTPRequestHandler):
    web: Web

    def do_GET(self) -> None:
        kind, content = _PAGES.get(self.path, ("text/plain", b""))
        self._say(200 if content else 404, kind, content)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.web.sent.append((self.path, self.rfile.read(length)))
        self._say(200, "text/plain", b"taken")

    def _say(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """The log is what was sent."""


@contextmanager
def serving() -> Iterator[Web]:
    """The service, listening on loopback."""
    found = Web()
    pages = type("BoundPages", (_Pages,), {"web": found})
    server = ThreadingHTTPServer(("127.0.0.1", 0), pages)
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
