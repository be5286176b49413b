"""A small web service on loopback, for flows that call one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Service:
    """Its address, what it serves, and the headers of the last message to it."""

    url: str = ""
    heard: dict[str, str] = field(default_factory=dict)
    numbers: bytes = b"".join(b"%d\n" % number for number in range(1000))


@contextmanager
def serving() -> Iterator[Service]:
    """A running service."""
    service = Service()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path:
                case "/greeting":
                    self._answer(200, b"Good morning")
                case "/numbers.csv":
                    self._answer(200, service.numbers)
                case "/teapot":
                    self._answer(418, b"short and stout")
                case _:
                    self._answer(404, b"")

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service.heard = dict(self.headers.items())
            self._answer(200, content)

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    service.url = f"http://127.0.0.1:{httpd.server_address[1]}"
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()
