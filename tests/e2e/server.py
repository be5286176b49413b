"""Starts a server of its own for the journeys, as a stranger would, and stops it again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 180.0
STOP_SECONDS = 30.0
PAUSE = threading.Event()


@dataclass(frozen=True)
class Credentials:
    """Who signs in."""

    email: str
    password: str


class Server:
    """A server at one address with one home, over as many processes as it takes."""

    def __init__(self, home: Path, admin: Credentials) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        # What other tests or the shell say about a server is not meant for this one.
        inherited = {key: said for key, said in os.environ.items() if key[:9] != "DOWNBEAT_"}
        self._environment = {
            **inherited,
            "DOWNBEAT_HOME": str(home),
            "DOWNBEAT_PORT": str(port),
            "DOWNBEAT_ADMIN_EMAIL": admin.email,
            "DOWNBEAT_ADMIN_PASSWORD": admin.password,
        }
        self._log = home.parent / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it is ready and has its first admin."""
        command = [str(Path(sys.executable).with_name("downbeat")), "up"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _wait_until_ready(self.url, self._process, self._log)

    def kill(self) -> None:
        """Ends all of its processes at once, as a power cut would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(STOP_SECONDS)

    def stop(self) -> None:
        """Lets it finish in peace."""
        if self._process is not None:
            _stop(self._process)


@contextmanager
def running_server(home: Path, admin: Credentials) -> Iterator[Server]:
    """A server that is ready; it is stopped afterwards."""
    server = Server(home, admin)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended at its start:\n{log.read_text()[-4000:]}")
        if _is_set_up(url):
            return
        PAUSE.wait(0.3)
    raise TimeoutError(f"The server was not ready in time:\n{log.read_text()[-4000:]}")


def _is_set_up(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/api/v1/setup", timeout=2)
    except httpx.TransportError:
        return False
    return answer.is_success and answer.json().get("done") is True


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)
