"""AWS on loopback: an emulator behind a door that keeps a log, holds requests up and refuses them.

What S3 and STS answer comes from moto. The door in front of it writes down every request, and does
what a test asks of it: answers with an error, or lets a request wait until the test lets it go.
The metadata service of a machine is the door's own.
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from tests.support.stranger import eventually

REGION: Final = "eu-central-1"
ROLE_OF_THE_MACHINE: Final = "machine-role"
_PATIENCE: Final = 180.0
_HOP: Final = frozenset({"transfer-encoding", "connection", "content-length", "date", "server"})
_ERROR: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code>'
    "<Message>{message}</Message><RequestId>1</RequestId></Error>"
)
_APART: Final = """
import sys
from moto.server import ThreadedMotoServer
emulator = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
emulator.start()
print(emulator.get_host_and_port()[1], flush=True)
sys.stdin.read()
emulator.stop()
"""


@dataclass(frozen=True)
class Call:
    """One request that came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """The access key that signed it."""
        found = re.search(r"Credential=([^/]+)/", self.headers.get("authorization", ""))
        return found[1] if found else ""

    def is_(self, method: str, path: str = "", *query: str) -> bool:
        """Whether it is a request of this kind: the path ends so, and the query has these keys."""
        return (
            self.method == method
            and self.path.endswith(path)
            and all(name in self.query for name in query)
        )


Kind = Callable[[Call], bool]


class Gate:
    """Lets requests wait until somebody opens it."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.arrived = threading.Event()
        self._open = threading.Event()

    def wait(self) -> None:
        """Called by the request that waits."""
        self.arrived.set()
        self._open.wait(_PATIENCE)

    def open(self) -> None:
        """Lets those go that wait, and all that come."""
        self._open.set()

    def reached(self) -> None:
        """Returns once a request waits."""
        assert self.arrived.wait(_PATIENCE), "nobody came to the gate"


@dataclass
class _Refusal:
    kind: Kind
    status: int
    code: str
    message: str
    left: int


@dataclass
class AwsDouble:
    """The door: where it is, what came, and what it is told to do."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    _refusals: list[_Refusal] = field(default_factory=list)
    _gates: list[Gate] = field(default_factory=list)
    _before: list[tuple[Kind, Callable[[], None]]] = field(default_factory=list)
    _spoiled: list[tuple[Kind, bytes]] = field(default_factory=list)
    _client: Any = None

    @property
    def environment(self) -> dict[str, str]:
        """What an operator would set."""
        return {
            "AWS_ACCESS_KEY_ID": "AKIAOPERATOR",
            "AWS_SECRET_ACCESS_KEY": "operators-secret",
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
        }

    def client(self) -> Any:
        """The library itself, past everything of ours."""
        import boto3

        if self._client is None:
            self._client = boto3.client(
                "s3",
                endpoint_url=self.url,
                region_name=REGION,
                aws_access_key_id="AKIATEST",
                aws_secret_access_key="tests-secret",
            )
        return self._client

    def bucket(self, **objects: bytes | str) -> str:
        """A new bucket with objects by their keys."""
        name = f"bucket-{uuid4().hex[:12]}"
        self.client().create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        for key, content in objects.items():
            self.put(name, key, content)
        return name

    def put(self, bucket: str, key: str, content: bytes | str) -> None:
        """Writes an object."""
        body = content.encode() if isinstance(content, str) else content
        self.client().put_object(Bucket=bucket, Key=key, Body=body)

    def keys(self, bucket: str) -> list[str]:
        """The keys that are there."""
        found = self.client().list_objects_v2(Bucket=bucket).get("Contents", ())
        return [item["Key"] for item in found]

    def refuse(
        self, kind: Kind, status: int, code: str, message: str = "So it is", *, times: int = 1_000
    ) -> None:
        """Answers requests of a kind with an error, so many times."""
        self._refusals.append(_Refusal(kind, status, code, message, times))

    def hold(self, kind: Kind) -> Gate:
        """Lets requests of a kind wait."""
        gate = Gate(kind)
        self._gates.append(gate)
        return gate

    def before(self, kind: Kind, act: Callable[[], None]) -> None:
        """Does something once, just before the first request of a kind is answered."""
        self._before.append((kind, act))

    def spoil(self, kind: Kind, body: bytes) -> None:
        """Answers requests of a kind with another content, under the headers of the true one."""
        self._spoiled.append((kind, body))

    def body_of(self, call: Call, body: bytes) -> bytes:
        """What the door hands on."""
        return next((other for kind, other in self._spoiled if kind(call)), body)

    def ours(self) -> list[Call]:
        """The requests that the product made."""
        return [call for call in self.calls if call.key_id != "AKIATEST"]

    def count(self, kind: Kind) -> int:
        """How many requests of a kind the product made."""
        return sum(map(kind, self.ours()))

    def comes(self, kind: Kind) -> None:
        """Returns once the product has made a request of a kind."""
        eventually(lambda: self.count(kind) > 0, _PATIENCE, lambda: f"{self.ours()}")

    def answer(self, call: Call) -> tuple[int, bytes] | None:
        """What the door itself answers, if anything."""
        self.calls.append(call)
        for index, (kind, act) in enumerate(self._before):
            if kind(call) and call.key_id != "AKIATEST":
                del self._before[index]
                act()
                break
        for gate in self._gates:
            if gate.kind(call):
                gate.wait()
        for refusal in self._refusals:
            if refusal.left and refusal.kind(call):
                refusal.left -= 1
                text = _ERROR.format(code=refusal.code, message=refusal.message)
                return refusal.status, text.encode()
        return _metadata(call)


@contextmanager
def _emulated(*, apart: bool) -> Iterator[tuple[str, int]]:
    """Where moto answers."""
    if not apart:
        from moto.server import ThreadedMotoServer

        emulator = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        emulator.start()
        try:
            yield emulator.get_host_and_port()
        finally:
            emulator.stop()
        return
    # It ends with its standard input, so also when this process is killed.
    command = [sys.executable, "-c", _APART]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield "127.0.0.1", int(process.stdout.readline())
        process.terminate()


@contextmanager
def aws(*, apart: bool = False) -> Iterator[AwsDouble]:
    """The double, listening on loopback.

    All doubles of a process have the same buckets, as the emulator keeps one state in a process;
    one that stands apart has its own.
    """
    with _emulated(apart=apart) as behind, _watched(behind) as double:
        yield double


@contextmanager
def _watched(behind: tuple[str, int]) -> Iterator[AwsDouble]:
    """The door before an emulator."""
    double = AwsDouble()
    facts = {"double": double, "behind": behind}
    door = ThreadingHTTPServer(("127.0.0.1", 0), type("BoundDoor", (_Door,), facts))
    double.url = f"http://127.0.0.1:{door.server_address[1]}"
    thread = threading.Thread(target=door.serve_forever, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        for gate in double._gates:
            gate.open()
        door.shutdown()
        door.server_close()


def _metadata(call: Call) -> tuple[int, bytes] | None:
    """The metadata service of a machine with a role."""
    role = "/latest/meta-data/iam/security-credentials/"
    match call.path:
        case "/latest/api/token":
            return 200, b"token"
        case path if path == role:
            return 200, ROLE_OF_THE_MACHINE.encode()
        case path if path.startswith(role):
            until = datetime.now(UTC) + timedelta(hours=1)
            facts = {
                "Code": "Success",
                "AccessKeyId": "AKIAMACHINE",
                "SecretAccessKey": "machines-secret",
                "Token": "machines-token",
                "Expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
            return 200, json.dumps(facts).encode()
        case _:
            return None


class _Door(BaseHTTPRequestHandler):
    """Writes down what comes, and hands it on to what is behind unless the double answers."""

    double: AwsDouble
    behind: tuple[str, int]
    protocol_version = "HTTP/1.1"

    def _any(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        call = Call(
            self.command,
            parts.path,
            parse_qs(parts.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
        )
        own = self.double.answer(call)
        if own is not None:
            self._say(own[0], {}, own[1])
            return
        self._forward(call)

    def _forward(self, call: Call) -> None:
        connection = http.client.HTTPConnection(*self.behind, timeout=_PATIENCE)
        connection.request(call.method, self.path, call.body, dict(self.headers.items()))
        answer = connection.getresponse()
        body = self.double.body_of(call, answer.read())
        length = answer.getheader("Content-Length")
        self._say(answer.status, dict(answer.getheaders()), body, length)
        connection.close()

    def _say(
        self, status: int, headers: dict[str, str], body: bytes, length: str | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        # The answer to HEAD has the length of what GET would bring.
        known = length if self.command == "HEAD" and length else str(len(body))
        self.send_header("Content-Length", known)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    # The names that the library looks for.
    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _any  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """The log of the double is its calls."""
