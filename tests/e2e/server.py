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


@contextmanager
def running_server(home: Path, admin: Credentials) -> Iterator[str]:
    """The address of a server that is ready and has its first admin."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    # What other tests or the shell say about a server is not meant for this one.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("DOWNBEAT_")}
    environment = {
        **inherited,
        "DOWNBEAT_HOME": str(home),
        "DOWNBEAT_PORT": str(port),
        "DOWNBEAT_ADMIN_EMAIL": admin.email,
        "DOWNBEAT_ADMIN_PASSWORD": admin.password,
    }
    command = [str(Path(sys.executable).with_name("downbeat")), "up"]
    with (home.parent / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait_until_ready(url, process, home.parent / "server.log")
            yield url
        finally:
            _stop(process)


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
