"""Workers and schedulers as real processes beside the test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib import request as http
from urllib.error import HTTPError

import pytest
from django.db import connections

from tests.support import database as databases
from tests.support.cast import Cast
from tests.support.forks import Process, parent

ROOT = Path(__file__).resolve().parents[3]
WORKER = (
    "import django; django.setup();"
    "from executions.runtime.worker_main import run; raise SystemExit(run({group!r}, {slots}))"
)
SCHEDULER = (
    "import django; django.setup();"
    "from executions.triggering.scheduler_main import run; raise SystemExit(run())"
)
WEB = (
    "import uvicorn; uvicorn.run('downbeat.asgi:application', host='127.0.0.1', port={port},"
    " log_level='warning', lifespan='on')"
)


@dataclass
class Processes:
    """Processes of the product that work on this test's database."""

    environment: dict[str, str]
    logs: Path
    python: str = sys.executable
    running: list[Process] = field(default_factory=list)

    def worker(self, *, group: str = "default", slots: int = 4, **more: str) -> Process:
        """A worker."""
        return self._start(WORKER.format(group=group, slots=slots), "worker", more)

    def scheduler(self, **more: str) -> Process:
        """A scheduler."""
        return self._start(SCHEDULER, "scheduler", more)

    def web(self, port: int, **more: str) -> Process:
        """A web process on loopback."""
        return self._start(WEB.format(port=port), "web", {"DOWNBEAT_PORT": str(port), **more})

    def _start(self, code: str, name: str, more: dict[str, str]) -> Process:
        environment = {**self.environment, "DOWNBEAT_PROCESS": name, **more}
        file = self.logs / f"{name}-{len(self.running)}.log"
        process = self._begin(code, name, environment, file)
        self.running.append(process)
        return process

    def _begin(self, code: str, name: str, environment: dict[str, str], file: Path) -> Process:
        if self.python == sys.executable and sys.platform == "linux":
            return parent().fork(code, name=name, environment=environment, log=file)
        with file.open("wb") as log:
            return subprocess.Popen(
                [self.python, "-c", code], env=environment, cwd=ROOT, stdout=log, stderr=log
            )

    def stop(self) -> None:
        """Ends all of them."""
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def printed(self) -> str:
        """What all of them printed, for failure messages."""
        return "\n".join(
            f"--- {file.name}\n{file.read_text(errors='replace')[-6000:]}"
            for file in sorted(self.logs.glob("*.log"))
        )


@pytest.fixture
def processes(database: databases.Server, tmp_path: Path) -> Iterator[Processes]:
    """Starts workers and schedulers for one test; all are stopped afterwards."""
    with beside(database, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def crew(
    database: databases.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Processes]:
    """A worker and a scheduler that all tests of a module share."""
    with beside(database, tmp_path_factory.mktemp("crew")) as found:
        found.worker()
        found.scheduler()
        yield found


@contextmanager
def beside(database: databases.Server, logs: Path, **more: str) -> Iterator[Processes]:
    """Processes beside the test, all of them with these settings too; none is left afterwards."""
    name = str(connections.settings["default"]["NAME"])
    environment = dict(os.environ)
    for alias, variable in databases.VARIABLES.items():
        environment[variable] = database.url_of(alias, name)
    # Compiling everything anew in each process would take most of a test's time.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "downbeat-test-pycache")
    environment["DOWNBEAT_LAUNCHER"] = "process"
    environment["DOWNBEAT_ALLOW_PROCESS_LAUNCHER"] = "1"
    found = Processes({**environment, **more}, logs)
    try:
        yield found
    finally:
        found.stop()
        print(found.printed())


@dataclass(frozen=True)
class Runs:
    """Deploys flows and runs them as Alice would."""

    cast: Cast

    def deploy(self, source: str) -> None:
        """A new flow."""
        answer = self.cast.alice.post(f"{self.cast.api}/flows", source, type="application/x-yaml")
        assert answer.status_code < 300, answer.content

    def start(self, flow: str, query: str = "", **more: Any) -> str:
        """A new execution; returns its id."""
        path = f"{self.cast.api}/executions/company.data/{flow}{query}"
        answer = self.cast.alice.post(path, **more)
        assert answer.status_code == 200, answer.content
        found: str = answer.json()["id"]
        return found

    def read(self, id: str) -> Any:
        """The execution now."""
        return self.cast.alice.get(f"{self.cast.api}/executions/{id}").json()

    def until(self, id: str, wanted: Callable[[Any], bool], seconds: float = 30.0) -> Any:
        """The execution once something is true of it."""
        end = time.monotonic() + seconds
        while True:
            shown = self.read(id)
            if wanted(shown):
                return shown
            assert time.monotonic() < end, f"still {shown['state']['current']}: {shown}"
            time.sleep(0.02)

    def finished(self, id: str, seconds: float = 30.0) -> Any:
        """The execution once it has ended."""
        return self.until(id, lambda shown: "endDate" in shown["state"], seconds)

    def run(self, flow: str, query: str = "", **more: Any) -> Any:
        """Starts a flow and waits for its end."""
        return self.finished(self.start(flow, query, **more))

    def logs(self, id: str) -> list[str]:
        """The messages in the log."""
        found = self.cast.alice.get(f"{self.cast.api}/logs/{id}").json()
        return [line["message"] for line in found]


@pytest.fixture
def runs(cast: Cast) -> Runs:
    """Flows of Alice's."""
    return Runs(cast)


@pytest.fixture(scope="module")
def port(crew: Processes) -> Iterator[int]:
    """The port of a web process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    crew.web(number)
    end = time.monotonic() + 60
    while True:
        try:
            http.urlopen(f"http://127.0.0.1:{number}/health/live", timeout=2)
            break
        except (OSError, HTTPError):
            assert time.monotonic() < end, crew.printed()
            time.sleep(0.2)
    yield number
