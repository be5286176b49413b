"""``dbt build`` as a task and by hand: ``python -m tests.bench.vendors.dbt [rounds]``.

Both run the same project with the same dbt on a fresh DuckDB file, in pairs.
The task's time is all of it: files, process, log, results and lineage.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from executions.worker.choosing import script_python
from executions.worker.environments import Environments, Recipe
from executions.worker.runner import AttemptRunner
from executions.worker.start import launcher_for
from executions.worker.work import Ending
from flows.plugins.dbt.cli import DbtCLI
from tests.bench.vendors.sides import compare
from tests.support.attempts import HandControl, settings_in, work_of
from tests.support.environments import shared_environments
from tests.support.memory_channel import MemoryChannel

PROJECT: Final = Path(__file__).parents[2] / "examples" / "dbt_daily"
COMMAND: Final = "dbt build --select tag:daily"
ROUNDS: Final = 7


def main() -> None:
    """Prints the figures."""
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

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    try:
        compare("dbt build", ours=as_task, bare=by_hand, rounds=rounds, own_process=False)
    finally:
        launcher.close()
        shutil.rmtree(folder, ignore_errors=True)


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
