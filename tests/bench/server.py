"""An embedded server for benchmarks, and a client that costs as little as possible."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

START_SECONDS: Final = 120.0
YAML: Final = "application/x-yaml"
# Servers close connections that say nothing for a few seconds.
IDLE_SECONDS: Final = 2.0


@dataclass
class Client:
    """Keep-alive HTTP by the standard library; one connection for each thread."""

    port: int
    token: str
    tenant: str
    _local: threading.local = field(default_factory=threading.local)

    def call(
        self,
        verb: str,
        path: str,
        body: bytes | str | None = None,
        *,
        kind: str = "text/plain",
    ) -> Any:
        """The answer of a request below the tenant, as data; raises on a refusal."""
        status, content = self.raw(verb, f"/api/v1/{self.tenant}{path}", body, kind=kind)
        if not 200 <= status < 300:
            raise RuntimeError(f"{verb} {path}: {status} {content[:500]!r}")
        return json.loads(content) if content else None

    def raw(
        self,
        verb: str,
        path: str,
        body: bytes | str | None = None,
        *,
        kind: str = "text/plain",
    ) -> tuple[int, bytes]:
        """Status and content of a request."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
        }
        if body is not None:
            headers["Content-Type"] = kind
        connection = self._connection()
        try:
            connection.request(verb, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (http.client.HTTPException, OSError):
            self._local.connection = None
            raise

    def _connection(self) -> http.client.HTTPConnection:
        found: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        idle_since = getattr(self._local, "used", 0.0)
        self._local.used = time.monotonic()
        if found is None or self._local.used - idle_since > IDLE_SECONDS:
            found = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            found.connect()
            found.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._local.connection = found
        return found

    def deploy(self, source: str) -> None:
        """Publishes a flow."""
        self.call("POST", "/flows", source.encode(), kind=YAML)


@dataclass(frozen=True)
class Server:
    """A running embedded server."""

    process: subprocess.Popen[bytes]
    home: Path
    port: int
    client: Client


def free_port() -> int:
    """A port of loopback that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(**settings: str) -> Iterator[Server]:
    """A bare embedded server with a tenant ``bench``, stopped and removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="downbeat-bench-"))
    home.chmod(0o755)
    port = free_port()
    command = str(Path(sys.executable).parent / "downbeat")
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("DOWNBEAT_")},
        "DOWNBEAT_HOME": str(home / "home"),
        "DOWNBEAT_PORT": str(port),
        **settings,
    }
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [command, "up", "--bare"], env=environment, stdout=log, stderr=log
        )
    try:
        _wait_ready(process, port, home / "server.log")
        yield Server(process, home, port, _client(command, environment, port))
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(home, ignore_errors=True)


def _wait_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise RuntimeError(f"The server did not start: {log.read_text(errors='replace')[-3000:]}")


def _client(command: str, environment: dict[str, str], port: int) -> Client:
    made = subprocess.run(
        [
            command,
            "token",
            "create",
            "--instance-admin",
            "--name",
            "bench",
            "-o",
            "json",
        ],
        env=environment,
        check=True,
        capture_output=True,
    )
    client = Client(port=port, token=json.loads(made.stdout)["token"], tenant="bench")
    status, content = client.raw(
        "POST",
        "/api/v1/tenants",
        json.dumps({"id": "bench", "name": "Bench"}).encode(),
        kind="application/json",
    )
    if status >= 300:
        raise RuntimeError(f"tenant: {status} {content!r}")
    return client
