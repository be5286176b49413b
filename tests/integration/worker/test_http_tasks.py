"""Requests and downloads against a server of their own, and what a guarded instance refuses."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from executions.worker.work import Ending
from tests.integration.worker.conftest import Bench, bench_with, failed
from tests.support.attempts import work_of


class Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/hello")
            self.end_headers()
            return
        code = int(self.path.rsplit("/", 1)[1]) if self.path.startswith("/status/") else 200
        seen = {
            "method": self.command,
            "headers": dict(self.headers),
            "body": body.decode("latin-1"),
        }
        text = b"hello" if self.path == "/hello" else json.dumps(seen).encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_PUT = do_GET  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()


def test_a_request_returns_code_headers_and_body(worker: Bench, server: str) -> None:
    got = worker.run(work_of("core.http.Request", uri=f"{server}/hello")).outputs
    moved = worker.run(work_of("core.http.Request", uri=f"{server}/moved")).outputs

    assert (got["code"], got["body"]) == (200, "hello")
    assert got["headers"]["content-type"] == ["text/plain; charset=utf-8"]
    assert (moved["code"], moved["uri"]) == (200, f"{server}/hello")


def test_a_request_sends_body_headers_and_credentials(worker: Bench, server: str) -> None:
    result = worker.run(
        work_of(
            "io.kestra.plugin.fs.http.Request",
            uri=f"{server}/echo",
            method="POST",
            contentType="application/json",
            body='{"a": "{{ flow.id }}"}',
            headers={"X-Suite": "yes"},
            options={"basicAuthUser": "me", "basicAuthPassword": "{{ secret('TOKEN') }}"},
        )
    )

    assert result.ending is Ending.SUCCESS, worker.channel.text()
    seen = json.loads(result.outputs["body"])
    assert (seen["method"], seen["body"]) == ("POST", '{"a": "flow"}')
    headers = {name.lower(): value for name, value in seen["headers"].items()}
    assert (headers["x-suite"], headers["content-type"]) == ("yes", "application/json")
    assert headers["authorization"].startswith("Basic ")


def test_forms_are_sent_encoded_and_in_parts(worker: Bench, server: str) -> None:
    worker.channel.files["kestra:///x/file.txt"] = b"content of the file"
    form = {"a": "1", "f": "kestra:///x/file.txt", "g": {"name": "g.txt", "content": "inline"}}
    base = {"uri": f"{server}/echo", "method": "POST"}

    plain = worker.run(work_of("core.http.Request", **base, formData={"a": "1 2", "b": "x"}))
    parts = worker.run(
        work_of("core.http.Request", **base, formData=form, contentType="multipart/form-data")
    )

    assert json.loads(plain.outputs["body"])["body"] == "a=1+2&b=x"
    body = json.loads(parts.outputs["body"])["body"]
    assert 'filename="file.txt"' in body and "content of the file" in body
    assert 'filename="g.txt"' in body and "inline" in body


def test_a_bad_status_fails_unless_it_is_allowed(worker: Bench, server: str) -> None:
    uri = f"{server}/status/418"

    bad = worker.run(work_of("core.http.Request", uri=uri))
    allowed = worker.run(work_of("core.http.Request", uri=uri, allowFailed=True))
    listed = worker.run(
        work_of("core.http.Request", uri=uri, options={"allowedResponseCodes": [418]})
    )

    assert failed(bad, "status 418")
    assert allowed.outputs["code"] == listed.outputs["code"] == 418


def test_a_download_lands_in_storage(worker: Bench, server: str) -> None:
    result = worker.run(work_of("core.http.Download", uri=f"{server}/hello"))

    assert (result.outputs["code"], result.outputs["length"]) == (200, 5)
    assert worker.channel.files[result.outputs["uri"]] == b"hello"


@pytest.fixture(scope="module")
def guarded(folder: Path) -> Iterator[Bench]:
    found = bench_with(folder / "guarded", egress="guarded")
    yield found
    found.launcher.close()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "0",
        "127.1",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "100.64.0.1",
        "[64:ff9b::7f00:1]",
        "10.0.0.1",
        "user@127.0.0.1",
    ],
)
def test_a_guarded_instance_reaches_no_private_address(
    guarded: Bench, server: str, host: str
) -> None:
    port = server.rsplit(":", 1)[1]

    result = guarded.run(
        work_of(
            "core.http.Request",
            uri=f"http://{host}:{port}/hello",
            options={"connectTimeout": "PT2S"},
        )
    )

    assert failed(result, "not public"), result
