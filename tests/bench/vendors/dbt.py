"""``dbt build`` as a task and by hand: ``python -m tests.bench.vendors.dbt [rounds]``.

Both run the same project with the same dbt on a fresh DuckDB file, in turns; the figures are medians.
The task's time is all of it: files, process, log, results and lineage.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from executions.worker.choosing import script_python
from executions.worker.environments import Environments, Recipe
from executions.worker.runner import AttemptRunner
from executions.worker.start import launcher_for
from executions.worker.work import Ending
from flows.plugins.dbt.cli import DbtCLI
from tests.support.attempts import HandControl, settings_in, work_of
from tests.support.environments import shared_environments
from tests.support.memory_channel import MemoryChannel

PROJECT: Final = Path(__file__).parents[2] / "examples" / "dbt_daily"
COMMAND: Final = "dbt build --select tag:daily"
ROUNDS: Final = 5
GOAL: Final = 0.9


def main() -> None:
    """Prints both medians and the ratio of their speeds."""
    folder = Path(tempfile.mkdtemp(prefix="bench-dbt-", dir="/tmp"))
    folder.chmod(0o755)
    settings = settings_in(folder, environments=shared_environments(), task_uid=os.getuid())
    launcher = launcher_for(settings)
    channel = MemoryChannel()
    for path in PROJECT.rglob("*"):
        if path.is_file():
            name = f"downbeat:///company.team/_files/{path.relative_to(PROJECT)}"
            channel.files[name] = path.read_bytes()
    runner = AttemptRunner(channel, launcher, settings)
    made = Environments(shared_environments(), uv=None, default_python=script_python(settings))
    dbt = made.python(Recipe(lock=DbtCLI.lock())).with_name("dbt")

    def as_task() -> None:
        result = runner.run(work_of("dbt.cli.DbtCLI", commands=[COMMAND]), HandControl())
        assert result.ending is Ending.SUCCESS, channel.text()

    def by_hand() -> None:
        _bare(dbt, folder)

    taken: dict[str, list[float]] = {"bare": [], "task": []}
    try:
        for _ in range(1 + int(sys.argv[1] if len(sys.argv) > 1 else ROUNDS)):
            for name, way in (("bare", by_hand), ("task", as_task)):
                started = time.perf_counter()
                way()
                taken[name].append(time.perf_counter() - started)
    finally:
        launcher.close()
        shutil.rmtree(folder, ignore_errors=True)
    bare, task = (statistics.median(times[1:]) for times in taken.values())
    print(f"dbt build    bare {bare:.2f} s    task {task:.2f} s    {bare / task:.2f} (goal {GOAL})")


def _bare(dbt: Path, folder: Path) -> None:
    """The same by hand: a copy of the project, and dbt as anybody calls it."""
    project = folder / "bare"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(PROJECT, project)
    environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    command = [str(dbt), *COMMAND.split()[1:]]
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    main()
