"""The least that can be called S3, so that its own work hides nothing of a client's: one large
object, ten thousand small ones in pages, and parts that are read and thrown away.

Run: ``python -m tests.bench.vendors.s3_server SIZE OBJECTS``; prints its port.
"""

from __future__ import annotations

import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

ETAG: Final = '"0123456789abcdef0123456789abcdef"'
_STAMP: Final = "Sun, 22 Nov 2026 10:00:00 GMT"
_CHUNK: Final = 1 << 20
_PAGE: Final = 1000
_NS: Final = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


def pages(objects: int) -> dict[str, bytes]:
    """The answers to a listing, by the token that asks for each."""
    found = {}
    for start in range(0, objects, _PAGE):
        numbers = range(start, min(start + _PAGE, objects))
        last = numbers[-1] + 1 == objects
        items = "".join(
            f"<Contents><Key>many/{n:06}</Key><LastModified>2026-11-22T10:00:00.000Z</LastModified>"
            f"<ETag>{ETAG}</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass>"
            "<Owner><ID>me</ID><DisplayName>me</DisplayName></Owner></Contents>"
            for n in numbers
        )
        more = "" if last else f"<NextContinuationToken>{start + _PAGE}</NextContinuationToken>"
        found[str(start)] = (
            f"<ListBucketResult {_NS}><Name>b</Name><MaxKeys>{_PAGE}</MaxKeys>"
            f"<IsTruncated>{str(not last).lower()}</IsTruncated>{more}{items}</ListBucketResult>"
        ).encode()
    return found


class Answers(BaseHTTPRequestHandler):
    """What answers the requests."""

    block: memoryview
    listing: dict[str, bytes]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_HEAD(self) -> None:
        self._head(200, len(self.block))

    def do_GET(self) -> None:
        size = len(self.block)
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            self._say(self.listing[query.get("continuation-token", ["0"])[0]])
            return
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        start = int(wanted[1]) if wanted else 0
        end = min(int(wanted[2]) + 1, size) if wanted and wanted[2] else size
        self._head(206 if wanted else 200, end - start, f"bytes {start}-{end - 1}/{size}")
        self.wfile.write(self.block[start:end])

    def do_PUT(self) -> None:
        self._swallow()
        self._head(200, 0)

    def do_POST(self) -> None:
        self._swallow()
        if "uploads" in urlsplit(self.path).query:
            self._say(f"<R {_NS}><UploadId>1</UploadId></R>".encode())
        else:
            self._say(f"<R {_NS}><Key>k</Key><ETag>{ETAG}</ETag></R>".encode())

    def _swallow(self) -> None:
        left = int(self.headers.get("Content-Length") or 0)
        while left:
            left -= len(self.rfile.read(min(left, _CHUNK)))

    def _say(self, body: bytes) -> None:
        self._head(200, len(body))
        self.wfile.write(body)

    def _head(self, status: int, length: int, content_range: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", ETAG)
        self.send_header("Last-Modified", _STAMP)
        if status == 206:
            self.send_header("Content-Range", content_range)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Printing would be work too."""


def handler(size: int, listing: dict[str, bytes]) -> type[BaseHTTPRequestHandler]:
    """Answers with one object of this size, and this listing."""
    facts = {"block": memoryview(bytes(size)), "listing": listing}
    return type("BoundAnswers", (Answers,), facts)


if __name__ == "__main__":
    size, objects = map(int, sys.argv[1:])
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(size, pages(objects)))
    print(server.server_address[1], flush=True)
    server.serve_forever()
