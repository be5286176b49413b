"""A whole server, started as a stranger starts it: `downbeat up`, in a home of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

START_SECONDS: Final = 180.0
STOP_SECONDS: Final = 60.0
EMAIL: Final = "first@example.org"
PASSWORD: Final = "First-Person-2026"
COMMAND: Final = str(Path(sys.executable).with_name("downbeat"))
_PAUSE: Final = threading.Event()


@dataclass(frozen=True)
class Server:
    """A running server and the environment that its commands need."""

    url: str
    home: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def printed(self) -> str:
        """What `up` has said so far."""
        return _output(self.home).read_text(encoding="utf-8", errors="replace")

    def command(self, *arguments: str) -> str:
        """What a command of ours prints beside this server."""
        done = subprocess.run(
            [COMMAND, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def client(self, token: str | None = None) -> httpx.Client:
        """Calls the first tenant's routes as its admin, or with a token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(
            base_url=f"{self.url}/api/v1/main",
            auth=None if token else (EMAIL, PASSWORD),
            headers=headers,
            timeout=120,
            trust_env=False,
        )


@contextmanager
def up(*arguments: str, home: Path | None = None, **settings: str) -> Iterator[Server]:
    """A server that is ready; afterwards it is stopped and, unless the home is given, removed."""
    folder = Path(tempfile.mkdtemp(prefix="downbeat-stranger-"))
    folder.chmod(0o755)
    server = _launch(home or folder / "home", arguments, settings)
    try:
        eventually(lambda: _is_ready(server), START_SECONDS, lambda: complaint(server))
        yield server
    finally:
        _stop(server.process)
        shutil.rmtree(folder, ignore_errors=True)


def eventually(
    holds: Callable[[], bool], seconds: float, complaint: Callable[[], str] = lambda: ""
) -> None:
    """Waits until something holds that happens in another process."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, complaint()
        _PAUSE.wait(0.05)


def complaint(server: Server) -> str:
    """What was printed, and the ends of the logs, for the message of a failure."""
    ends = [
        f"--- {log.name}\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
        for log in sorted(server.home.glob("logs/*.log"))
    ]
    return "\n".join([server.printed, *ends])


def free_port() -> int:
    """A port of loopback that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _launch(home: Path, arguments: tuple[str, ...], settings: dict[str, str]) -> Server:
    port = free_port()
    # What other tests or the shell say about a server is not meant for this one.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("DOWNBEAT_")}
    environment = {
        **inherited,
        "DOWNBEAT_HOME": str(home),
        "DOWNBEAT_PORT": str(port),
        "DOWNBEAT_ADMIN_EMAIL": EMAIL,
        "DOWNBEAT_ADMIN_PASSWORD": PASSWORD,
        **settings,
    }
    home.mkdir(parents=True, exist_ok=True)
    with _output(home).open("wb") as output:
        process = subprocess.Popen(
            [COMMAND, "up", *arguments],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Server(f"http://127.0.0.1:{port}", home, environment, process)


def _output(home: Path) -> Path:
    return home.with_name(f"{home.name}.out")


def _is_ready(server: Server) -> bool:
    assert server.process.poll() is None, complaint(server)
    try:
        return httpx.get(f"{server.url}/health/ready", timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)
