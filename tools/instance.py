"""A server of one's own for a tool: started in a throw-away home, and stopped without a trace."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
DOWNBEAT = ROOT / ".venv" / "bin" / "downbeat"
START_SECONDS = 600.0  # a cold start may have to fetch every package first
STOP_SECONDS = 60.0
MARK = "STARTED_BY_TOOL"


class Instance:
    """A running server; a context manager."""

    def __init__(self, command: Sequence[str | Path], settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.home = Path(tempfile.mkdtemp(prefix="downbeat-tool-"))
        self._mark = uuid.uuid4().hex
        self._command = [str(part) for part in command]
        self.environment = {
            **os.environ,
            **settings,
            "DOWNBEAT_HOME": str(self.home),
            "DOWNBEAT_PORT": str(self.port),
            MARK: self._mark,
        }
        self.output = self.home.with_name(f"{self.home.name}.out")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                self._command,
                env=self.environment,
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_for(self._is_ready, START_SECONDS, "it did not become ready")

    def wait_for_words(self, words: str, seconds: float) -> None:
        """Waits until it has printed something."""
        self.wait_for(lambda: words in self.printed(), seconds, f"it never said {words!r}")

    def wait_for(self, holds: object, seconds: float, complaint: str) -> None:
        """Waits for a condition; ends the tool with what was printed when it never holds."""
        assert callable(holds) and self._process
        until = time.monotonic() + seconds
        while not holds():
            if self._process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{complaint}; it printed:\n{self.printed()}\n{self.logs()}")
            time.sleep(0.1)

    def printed(self) -> str:
        """Everything that it has printed so far."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def logs(self) -> str:
        """The ends of its logs, for an error message."""
        ends = []
        for log in sorted(self.home.glob("logs/*.log")):
            end = log.read_text(encoding="utf-8", errors="replace")[-3000:]
            ends.append(f"--- {log.name}\n{end}")
        return "\n".join(ends)

    def run(self, *arguments: str) -> str:
        """What a command of ours prints beside this instance."""
        command = [str(DOWNBEAT), *arguments]
        settings = {**self.environment, "DOWNBEAT_URL": self.url}
        done = subprocess.run(command, env=settings, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            words = " ".join(command)
            raise SystemExit(f"{words}: status {done.returncode}\n{done.stdout}\n{self.logs()}")
        return done.stdout

    def stop(self) -> list[str]:
        """Stops it as Ctrl-C would; what is still running afterwards."""
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGINT)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
        return list(self._survivors())

    def remove(self) -> None:
        """Removes its home, and what that keeps elsewhere."""
        for room in self._rooms():
            if self.home not in room.parents:
                shutil.rmtree(room, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)
        self.output.unlink(missing_ok=True)

    def _survivors(self) -> list[str]:
        """Command lines of processes that carry our mark or serve our data."""
        data = str(next(iter(self._rooms()), "?"))
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                environment = (process / "environ").read_bytes().decode(errors="replace")
                line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            mine = f"{MARK}={self._mark}" in environment or data in line
            if mine and int(process.name) != os.getpid():
                found.append(f"{process.name} {line.strip()}")
        return found

    def _rooms(self) -> list[Path]:
        """Its data, its socket and its other folders, wherever they are; the data first."""
        record = self.home / "run" / "rooms.json"
        rooms = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
        return [Path(rooms[name]) for name in sorted(rooms, key=lambda name: name != "data")]

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        survivors = self.stop()
        self.remove()
        if survivors:
            print("Still running after the stop:", *survivors, sep="\n  ", file=sys.stderr)
            raise SystemExit(1)


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
