"""Remote workers as real processes, with next to nothing in their environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = "from downbeat.cli.main import main; main()"
ALLOWED = frozenset(
    {
        "PATH",
        "PYTHONPATH",
        "PYTHONPYCACHEPREFIX",
        "DOWNBEAT_LAUNCHER",
        "DOWNBEAT_ALLOW_PROCESS_LAUNCHER",
        "DOWNBEAT_EGRESS",
        "DOWNBEAT_TEST_TYPES",
        "LC_CTYPE",
    }
)
"""All that a worker's environment holds here: no address and no key of a server's."""


@dataclass
class RemoteWorkers:
    """Starts remote workers; ``stop`` ends all of them."""

    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, url: str, token: str, *options: str, slots: int = 2) -> subprocess.Popen[bytes]:
        """A worker of the group that the token opens."""
        name = f"remote-{len(self.running)}"
        key = self.folder / f"{name}.token"
        key.write_text(token)
        command = [sys.executable, "-c", CODE, "worker", "--remote", url, "--token-file", str(key)]
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--concurrency", str(slots), *options],
                env=environment(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        self.running.append(process)
        return process

    def stop(self) -> None:
        """Ends all of them."""
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def printed(self) -> str:
        """What all of them printed, for failure messages."""
        return "\n".join(
            f"--- {file.name}\n{file.read_text(errors='replace')[-6000:]}"
            for file in sorted(self.folder.glob("*.log"))
        )


def environment() -> dict[str, str]:
    """What a remote worker of a test is given."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)]),
        "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "downbeat-test-pycache"),
        "DOWNBEAT_LAUNCHER": "process",
        "DOWNBEAT_ALLOW_PROCESS_LAUNCHER": "1",
        "DOWNBEAT_EGRESS": "open",
        "DOWNBEAT_TEST_TYPES": "1",
    }


def environment_of(process: subprocess.Popen[bytes]) -> dict[str, str]:
    """The environment that a process really has, as the kernel tells it."""
    content = Path(f"/proc/{process.pid}/environ").read_bytes().decode()
    return dict(item.split("=", 1) for item in content.split("\0") if "=" in item)


@contextmanager
def remote_workers() -> Iterator[RemoteWorkers]:
    """Remote workers for a test, or for a module of tests."""
    with tempfile.TemporaryDirectory(prefix="remote-", dir="/tmp") as folder:
        found = RemoteWorkers(Path(folder))
        try:
            yield found
        finally:
            found.stop()
            print(found.printed())
