"""Workers with real task processes, one for each launcher that this machine allows."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from executions.worker.bubblewrap_launcher import sandbox_works
from executions.worker.launching import Launcher
from executions.worker.runner import AttemptRunner
from executions.worker.settings import WorkerSettings
from executions.worker.start import launcher_for
from executions.worker.work import AttemptResult, Ending, Work
from tests.support.attempts import HandControl, settings_in
from tests.support.memory_channel import MemoryChannel


@dataclass
class Bench:
    """A worker on a bench: runs work and shows what the platform heard."""

    channel: MemoryChannel
    launcher: Launcher
    settings: WorkerSettings
    runner: AttemptRunner

    def run(self, work: Work, control: HandControl | None = None) -> AttemptResult:
        return self.runner.run(work, control or HandControl())


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that the task user can reach, whatever the temporary folder of the tests is."""
    made = Path(tempfile.mkdtemp(prefix="worker-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def bench_with(folder: Path, **changes: Any) -> Bench:
    settings = settings_in(folder, **changes)
    channel = MemoryChannel(secrets={"TOKEN": "s3cr3t-t0ken-value"})
    launcher = launcher_for(settings)
    return Bench(channel, launcher, settings, AttemptRunner(channel, launcher, settings))


@pytest.fixture(scope="module", params=["process", "bubblewrap"])
def shared_bench(request: pytest.FixtureRequest, folder: Path) -> Iterator[Bench]:
    if request.param == "bubblewrap" and not sandbox_works(settings_in(folder)):
        pytest.skip("bubblewrap does not work on this machine")
    found = bench_with(folder / request.param, launcher=request.param)
    yield found
    found.launcher.close()


@pytest.fixture
def bench(shared_bench: Bench) -> Bench:
    """The bench with a platform that has heard nothing yet."""
    shared_bench.channel = MemoryChannel(secrets={"TOKEN": "s3cr3t-t0ken-value"})
    shared_bench.runner = AttemptRunner(
        shared_bench.channel, shared_bench.launcher, shared_bench.settings
    )
    return shared_bench


@pytest.fixture(scope="module")
def shared_plain(folder: Path) -> Iterator[Bench]:
    found = bench_with(folder / "plain", local_paths={"company.*": (str(folder / "data"),)})
    yield found
    found.launcher.close()


@pytest.fixture
def plain(shared_plain: Bench) -> Bench:
    """A bench with plain processes."""
    shared_plain.channel = MemoryChannel(secrets={"TOKEN": "s3cr3t-t0ken-value"})
    shared_plain.runner = AttemptRunner(
        shared_plain.channel, shared_plain.launcher, shared_plain.settings
    )
    return shared_plain


@pytest.fixture(scope="module")
def data(folder: Path) -> Path:
    """A folder of the host that the namespace may touch."""
    made = folder / "data"
    made.mkdir()
    made.chmod(0o777)
    return made


@pytest.fixture(scope="module", params=["process", "bubblewrap"])
def shared_worker(request: pytest.FixtureRequest, folder: Path, data: Path) -> Iterator[Bench]:
    found = bench_with(
        folder / f"plugins-{request.param}",
        launcher=request.param,
        local_paths={"company.*": (str(data),)},
        test_types=True,
    )
    yield found
    found.launcher.close()


@pytest.fixture
def worker(shared_worker: Bench, data: Path) -> Bench:
    """A bench with the types for tests, and a folder of the host that is empty."""
    for path in data.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shared_worker.channel = MemoryChannel(secrets={"TOKEN": "s3cr3t-t0ken-value"})
    shared_worker.runner = AttemptRunner(
        shared_worker.channel, shared_worker.launcher, shared_worker.settings
    )
    return shared_worker


def failed(result: AttemptResult, words: str) -> bool:
    """Whether the attempt failed and said so in these words."""
    return result.ending is Ending.FAILED and words in (result.error or "")


def eventually(question: Any, seconds: float = 3.0) -> bool:
    """Whether something becomes true within a time; looks often, waits no longer than needed."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if question():
            return True
        time.sleep(0.01)
    return bool(question())
