"""What happens when workers die, stop or double."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.integration.runtime.conftest import Processes, Runs
from tests.integration.runtime.test_worker import flow, open_folder, shell


def counted(folder: Path, name: str, seconds: str, more: str = "") -> str:
    """A flow whose task notes each start in a file, then sleeps."""
    script = f"echo started >> {folder / name}; sleep {seconds}; echo ended >> {folder / name}"
    return shell(name, f'"{script}"') + more


def lines(folder: Path, name: str) -> list[str]:
    file = folder / name
    return file.read_text().split() if file.exists() else []


def has_begun(folder: Path, name: str) -> None:
    """Returns once the task's own code runs."""
    end = time.monotonic() + 60
    while not lines(folder, name):
        assert time.monotonic() < end, f"{name} never began"
        time.sleep(0.02)


def test_a_task_of_a_killed_worker_runs_again_on_another(processes: Processes, runs: Runs) -> None:
    folder = open_folder()
    first = processes.worker(slots=1)
    processes.scheduler()
    runs.deploy(counted(folder, "lost", "1"))
    id = runs.start("lost")
    has_begun(folder, "lost")

    os.kill(first.pid, signal.SIGKILL)
    processes.worker(slots=1)
    shown = runs.finished(id, 60)

    assert shown["state"]["current"] == "SUCCESS"
    attempts = shown["taskRunList"][0]["attempts"]
    assert [item["state"]["current"] for item in attempts] == ["FAILED", "SUCCESS"]
    assert lines(folder, "lost").count("ended") == 1


def test_a_task_that_must_not_run_twice_fails_with_its_worker(
    processes: Processes, runs: Runs
) -> None:
    folder = open_folder()
    first = processes.worker(slots=1)
    processes.scheduler()
    runs.deploy(counted(folder, "once", "30", "    onWorkerLost: FAIL\n"))
    id = runs.start("once")
    has_begun(folder, "once")

    os.kill(first.pid, signal.SIGKILL)
    processes.worker(slots=1)
    shown = runs.finished(id, 60)

    assert shown["state"]["current"] == "FAILED"
    assert lines(folder, "once") == ["started"]


def test_a_worker_that_is_told_to_stop_gives_back_what_it_cannot_finish(
    processes: Processes, runs: Runs
) -> None:
    folder = open_folder()
    first = processes.worker(slots=1, DOWNBEAT_DRAIN_SECONDS="0.2")
    runs.deploy(counted(folder, "handed", "4"))
    id = runs.start("handed")
    has_begun(folder, "handed")

    first.send_signal(signal.SIGTERM)
    first.wait(20)
    processes.worker(slots=1)
    shown = runs.finished(id, 90)

    assert shown["state"]["current"] == "SUCCESS", (shown, runs.logs(id))
    assert len(shown["taskRunList"][0]["attempts"]) == 1
    assert lines(folder, "handed") == ["started", "started", "ended"]


def test_two_workers_share_the_work_and_repeat_none(processes: Processes, runs: Runs) -> None:
    folder = open_folder()
    children = "".join(
        f"      - id: t{number}\n        type: scripts.shell.Script\n"
        f"        script: echo {number} >> {folder}/seen\n"
        for number in range(12)
    )
    runs.deploy(flow("wide", f"  - id: all\n    type: core.flow.Parallel\n    tasks:\n{children}"))
    processes.worker(slots=2)
    processes.worker(slots=2)

    shown = runs.finished(runs.start("wide"), 60)

    assert shown["state"]["current"] == "SUCCESS"
    assert sorted(lines(folder, "seen"), key=int) == [str(number) for number in range(12)]
