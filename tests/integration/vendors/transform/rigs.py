"""A worker, and a namespace whose files are a dbt project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from executions.worker.runner import AttemptRunner
from executions.worker.settings import WorkerSettings
from executions.worker.start import launcher_for
from executions.worker.work import AttemptResult, Work
from tests.support.attempts import HandControl, settings_in, work_of
from tests.support.environments import shared_environments
from tests.support.memory_channel import MemoryChannel

PROJECT = Path(__file__).parents[3] / "examples" / "dbt_daily"


FILES = {
    str(path.relative_to(PROJECT)): path.read_bytes()
    for path in PROJECT.rglob("*")
    if path.is_file()
}


DAILY = "dbt build --select tag:daily"


class Rig:
    """A worker, and a namespace whose files are a dbt project."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.settings = settings
        self.launcher = launcher_for(settings)
        self.channel = MemoryChannel()

    def put(self, files: Mapping[str, bytes | str], *, below: str = "") -> None:
        """Namespace files."""
        for name, content in files.items():
            raw = content.encode() if isinstance(content, str) else content
            self.channel.files[f"downbeat:///company.team/_files/{below}{name}"] = raw

    def run(self, work: Work, control: HandControl | None = None) -> AttemptResult:
        runner = AttemptRunner(self.channel, self.launcher, self.settings)
        return runner.run(work, control or HandControl())

    def cli(self, *commands: str, **more: Any) -> AttemptResult:
        """The result of dbt commands."""
        return self.run(work_of("dbt.cli.DbtCLI", commands=list(commands), **more))

    def text(self) -> str:
        """The log."""
        return self.channel.text()


def rig_in(folder: Path, launcher: str, **more: Any) -> Rig:
    folder.mkdir(mode=0o755, exist_ok=True)
    data = folder / f"data-{launcher}"
    data.mkdir(exist_ok=True)
    data.chmod(0o777)
    return Rig(
        settings_in(
            folder / launcher,
            launcher=launcher,
            environments=shared_environments(),
            local_paths={"company.*": (str(data),)},
            **more,
        )
    )


@dataclass
class Built:
    """What came of one command; many tests look at it."""

    result: AttemptResult
    channel: MemoryChannel


def runs_of(result: AttemptResult) -> dict[str, Mapping[str, Any]]:
    return {str(child["taskId"]): child for child in result.children}


class OnSight(MemoryChannel):
    """A platform that does something once a text is in the log."""

    def __init__(self, text: str, act: Any) -> None:
        super().__init__()
        self._text, self._act = text, act

    def log(self, records: Any) -> None:
        super().log(records)
        if any(self._text in record.message for record in records):
            self._act()


SLOW = {
    "models/orders_daily.sql": (
        "select count(*) as day from range(100000000) a, range(100000) b where a.range != b.range"
    )
}
