"""Every property of HTTP tasks has its effect on the wire; every refusal says why."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from downbeat.sdk.egress import public_address
from downbeat.sdk.errors import TaskFailed
from flows.plugins.http.sse import SseRequest
from flows.plugins.http.tasks import Download, Request
from tests.support.run_context import MemoryContext, made


@dataclass
class Heard:
    """One request as the server got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Wire:
    """A server and what it heard."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    @property
    def last(self) -> Heard:
        return self.heard[-1]


EVENTS = b"""event: word
id: 7
retry: 100
data: {"text": "Hel"}

: only a comment

data: {"text": "lo"}

data: first line
data: second line

data: never finished"""


class _Answers(BaseHTTPRequestHandler):
    wire: Wire

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        heard = Heard(self.command, self.path, dict(self.headers.items()), body)
        self.wire.heard.append(heard)
        path = self.path.removeprefix(self.wire.url).partition("?")[0]
        if path == "/slow":
            self.wire.release.wait(10)
        if path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", path.removeprefix("/to/"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        status = int(path.removeprefix("/status/")) if path.startswith("/status/") else 200
        answers = {"/events": EVENTS, "/empty": b"", "/latin": "é".encode("latin-1")}
        content = answers.get(path, b"hello")
        self.send_response(status)
        self.send_header("Content-Type", "text/event-stream" if path == "/events" else "text/plain")
        self.send_header("Set-Cookie", "session=s3cret")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Wire]:
    wire = Wire()
    handler = type("Answers", (_Answers,), {"wire": wire})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    wire.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        wire.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def wire() -> Iterator[Wire]:
    with serving() as found:
        yield found


@pytest.fixture
def ctx(tmp_path: Path) -> MemoryContext:
    return MemoryContext(tmp_path)


def request(ctx: MemoryContext, uri: str, **properties: Any) -> dict[str, Any]:
    return dict(made(Request, uri=uri, **properties).run(ctx) or {})


def test_parameters_join_those_of_the_address(ctx: MemoryContext, wire: Wire) -> None:
    request(ctx, f"{wire.url}/a?x=1", params={"y": "2 3", "z": ["4", "5"]})

    assert wire.last.path == "/a?x=1&y=2+3&z=4&z=5"


def test_a_body_and_its_type_arrive(ctx: MemoryContext, wire: Wire) -> None:
    request(ctx, wire.url, method="POST", body={"a": [1]})
    assert (json.loads(wire.last.body), wire.last.headers["Content-Type"]) == (
        {"a": [1]},
        "application/json",
    )
    latin = "text/plain; charset=latin-1"
    request(ctx, wire.url, method="PUT", body="é", contentType=latin)
    assert (wire.last.method, wire.last.body) == ("PUT", "é".encode("latin-1"))


def test_a_form_is_sent_as_one(ctx: MemoryContext, wire: Wire) -> None:
    request(ctx, wire.url, method="POST", formData={"user": "Ada", "age": 36})

    assert wire.last.body == b"user=Ada&age=36"
    assert wire.last.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_a_multipart_form_carries_files(ctx: MemoryContext, wire: Wire) -> None:
    ctx.files["downbeat:///in/report.csv"] = b"a,b\n"
    form = {
        "title": "June",
        "report": "downbeat:///in/report.csv",
        "renamed": {"name": "r.csv", "content": "downbeat:///in/report.csv"},
    }
    request(ctx, wire.url, method="POST", contentType="multipart/form-data", formData=form)

    body = wire.last.body.decode()
    assert wire.last.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert 'name="title"\r\n' in body and "June" in body
    assert 'name="report"; filename="report.csv"' in body
    assert 'name="renamed"; filename="r.csv"' in body and body.count("a,b\n") == 2


@pytest.mark.parametrize(
    "options",
    [
        {"auth": {"type": "BASIC", "username": "ada", "password": "pw"}},
        {"basicAuthUser": "ada", "basicAuthPassword": "pw"},
    ],
)
def test_basic_credentials_in_both_vocabularies(
    ctx: MemoryContext, wire: Wire, options: dict[str, Any]
) -> None:
    request(ctx, wire.url, options=options)

    assert wire.last.headers["Authorization"] == f"Basic {base64.b64encode(b'ada:pw').decode()}"


def test_a_token_goes_to_its_server_and_to_no_other(ctx: MemoryContext, wire: Wire) -> None:
    options = {"auth": {"type": "BEARER", "token": "t0k"}}
    with serving() as other:
        request(ctx, f"{wire.url}/to/{other.url}/b", options=options)

        assert wire.last.headers["Authorization"] == "Bearer t0k"
        assert "Authorization" not in other.last.headers


def test_redirects_are_followed_only_if_that_is_wanted(ctx: MemoryContext, wire: Wire) -> None:
    assert request(ctx, f"{wire.url}/to//b")["uri"] == f"{wire.url}/b"
    stays = request(ctx, f"{wire.url}/to//b", options={"followRedirects": False})
    assert (stays["code"], stays["headers"]["location"]) == (302, ["/b"])
    with pytest.raises(TaskFailed, match="TooManyRedirects"):
        request(ctx, f"{wire.url}/to//to//to/{wire.url}/to//" + "to//" * 30)


@pytest.mark.parametrize(
    "how",
    [{"allowFailed": True}, {"options": {"allowFailed": True}}],
)
def test_a_refusal_fails_unless_it_is_allowed(
    ctx: MemoryContext, wire: Wire, how: dict[str, Any]
) -> None:
    with pytest.raises(TaskFailed, match="status 404: hello"):
        request(ctx, f"{wire.url}/status/404")
    assert request(ctx, f"{wire.url}/status/404", **how)["code"] == 404


def test_only_the_allowed_codes_pass(ctx: MemoryContext, wire: Wire) -> None:
    options = {"allowedResponseCodes": [200, 418]}
    assert request(ctx, f"{wire.url}/status/418", options=options)["code"] == 418
    with pytest.raises(TaskFailed, match="status 201"):
        request(ctx, f"{wire.url}/status/201", options=options)


def test_an_answer_may_not_be_larger_than_it_should(ctx: MemoryContext, wire: Wire) -> None:
    options = {"maxContentLength": 4}
    with pytest.raises(TaskFailed, match="larger than 4 bytes"):
        request(ctx, wire.url, options=options)
    with pytest.raises(TaskFailed, match="larger than 4 bytes"):
        made(Download, uri=wire.url, options=options).run(ctx)


@pytest.mark.parametrize(
    "options", [{"readTimeout": "PT0.05S"}, {"timeout": {"readIdleTimeout": "PT0.05S"}}]
)
def test_a_server_that_says_nothing_is_not_waited_for(
    ctx: MemoryContext, wire: Wire, options: dict[str, Any]
) -> None:
    with pytest.raises(TaskFailed, match="ReadTimeout"):
        request(ctx, f"{wire.url}/slow", options=options)


def test_the_charset_is_the_servers_or_the_one_that_is_set(ctx: MemoryContext, wire: Wire) -> None:
    options = {"defaultCharset": "ISO-8859-1"}
    assert request(ctx, f"{wire.url}/latin", options=options)["body"] == "é"


@pytest.mark.parametrize("newer", [False, True])
def test_a_proxy_gets_the_whole_address_and_its_credentials(
    ctx: MemoryContext, wire: Wire, newer: bool
) -> None:
    host, _, port = wire.url.removeprefix("http://").partition(":")
    facts = {"address": host, "port": int(port), "username": "ada", "password": "p@ss:/word"}
    older = {f"proxy{name.capitalize()}": value for name, value in facts.items()}
    options = {"proxy": {"type": "HTTP", **facts}} if newer else {"proxyType": "HTTP", **older}

    assert request(ctx, "http://example.invalid/page", options=options)["code"] == 200

    assert wire.last.path == "http://example.invalid/page"
    sealed = wire.last.headers["Proxy-Authorization"].removeprefix("Basic ")
    assert base64.b64decode(sealed) == b"ada:p@ss:/word"


def test_a_kind_of_proxy_that_is_not_there_is_refused(ctx: MemoryContext, wire: Wire) -> None:
    options = {"proxy": {"type": "SOCKS", "address": "localhost"}}
    with pytest.raises(TaskFailed, match="SOCKS proxies are not supported"):
        request(ctx, wire.url, options=options)


def test_an_encrypted_body_is_not_among_the_outputs(ctx: MemoryContext, wire: Wire) -> None:
    ctx.answers = {"secret.seal": {"type": "sealed", "value": "xyz"}}

    found = request(ctx, wire.url, encryptBody=True)

    assert ctx.asked == [("secret.seal", {"text": "hello"})]
    assert (found["body"], found["encryptedBody"]) == (None, {"type": "sealed", "value": "xyz"})


def test_the_log_shows_what_is_asked_for_but_no_credentials(ctx: MemoryContext, wire: Wire) -> None:
    options = {
        "auth": {"type": "BEARER", "token": "t0k"},
        "logs": ["REQUEST_HEADERS", "REQUEST_BODY", "RESPONSE_HEADERS", "RESPONSE_BODY"],
    }
    request(ctx, wire.url, method="POST", body="the question", options=options)

    shown = "\n".join(text for _, text in ctx.lines)
    assert "Request body: the question" in shown and "Response body: hello" in shown
    assert "authorization: ******" in shown.lower() and "set-cookie: ******" in shown.lower()
    assert "t0k" not in shown and "s3cret" not in shown


def test_guarded_tasks_reach_nothing_inside_not_even_by_a_redirect(
    ctx: MemoryContext, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx.environment = {"DOWNBEAT_EGRESS": "guarded"}
    with pytest.raises(TaskFailed, match="not public"):
        request(ctx, wire.url)
    with pytest.raises(TaskFailed, match="may not use a proxy"):
        request(ctx, wire.url, options={"proxy": {"address": "127.0.0.1"}})
    assert wire.heard == []

    reached: list[str] = []

    def outside_by_name(host: str, port: int) -> str:
        """The server's name stands for a public one; its bare address does not."""
        reached.append(host)
        return "127.0.0.1" if host == "public.invalid" else public_address(host, port)

    monkeypatch.setattr("downbeat.sdk.web.public_address", outside_by_name)
    port = wire.url.rpartition(":")[2]
    with pytest.raises(TaskFailed, match="not public"):
        request(ctx, f"http://public.invalid:{port}/to/{wire.url}/inside")
    assert reached == ["public.invalid", "127.0.0.1"]
    assert [heard.path for heard in wire.heard] == [f"/to/{wire.url}/inside"]


def test_an_empty_download_fails_unless_that_is_allowed(ctx: MemoryContext, wire: Wire) -> None:
    with pytest.raises(TaskFailed, match="failOnEmptyResponse"):
        made(Download, uri=f"{wire.url}/empty").run(ctx)
    found = made(Download, uri=f"{wire.url}/empty", failOnEmptyResponse=False).run(ctx)
    assert found["length"] == 0


def listen(ctx: MemoryContext, uri: str, **properties: Any) -> dict[str, Any]:
    return dict(made(SseRequest, uri=uri, **properties).run(ctx) or {})


def test_events_of_a_stream_are_outputs(ctx: MemoryContext, wire: Wire) -> None:
    found = listen(ctx, f"{wire.url}/events")

    assert wire.last.headers["Accept"] == "text/event-stream"
    assert found["events"] == [
        {"name": "word", "id": "7", "retry": 100, "data": {"text": "Hel"}},
        {"comment": "only a comment"},
        {"data": {"text": "lo"}},
        {"data": "first line\nsecond line"},
    ]
    assert (found["size"], found["result"], ctx.metrics["size"]) == (4, None, 4)


def test_what_jq_finds_in_events_is_joined(ctx: MemoryContext, wire: Wire) -> None:
    uri = f"{wire.url}/events"
    how = {"concatJqExpression": ".data.text?", "failedOnMissingJq": False}

    assert listen(ctx, uri, **how)["result"] == "Hello"
    with pytest.raises(TaskFailed, match="finds no text in the event"):
        listen(ctx, uri, **how | {"failedOnMissingJq": True})


def test_a_stream_may_be_left_early_and_is_bounded(ctx: MemoryContext, wire: Wire) -> None:
    assert listen(ctx, f"{wire.url}/events", maxEvents=1)["size"] == 1
    with pytest.raises(TaskFailed, match="larger than 20 bytes"):
        listen(ctx, f"{wire.url}/events", options={"maxContentLength": 20})
