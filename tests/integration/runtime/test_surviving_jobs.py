"""Jobs of other systems outlive the worker that started them: the next attempt goes on with them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.runtime.conftest import Processes, Runs, beside
from tests.integration.runtime.test_remote_jobs import attempts, follows, stages
from tests.integration.runtime.test_worker import flow
from tests.support import database as databases
from tests.support.cast import Cast
from tests.support.doubles.jobs import Jobs, jobs
from tests.support.forks import Process


@pytest.fixture
def double() -> Iterator[Jobs]:
    """A system that runs jobs."""
    with jobs() as found:
        yield found


@pytest.fixture
def processes(database: databases.Server, tmp_path: Path) -> Iterator[Processes]:
    """Processes for one test; their tasks may reach the double on loopback."""
    with beside(database, tmp_path, DOWNBEAT_EGRESS="open") as found:
        yield found


@pytest.fixture(scope="module")
def own_runs(module_cast: Cast) -> Runs:
    """Flows of this file's own tenant."""
    return Runs(module_cast)


def followed(shown: Any, number: int) -> bool:
    """Whether an attempt has named its job."""
    found = [stages(one) for run in shown["taskRunList"] for one in run.get("attempts") or ()]
    return len(found) == number and bool(found[-1])


def gone(worker: Process) -> None:
    """Ends a worker as a power cut does."""
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()


def test_the_next_attempt_goes_on_with_the_job_of_a_lost_worker(
    processes: Processes, own_runs: Runs, double: Jobs
) -> None:
    worker = processes.worker()
    processes.scheduler()
    own_runs.deploy(follows("lost", double))
    id = own_runs.start("lost")
    own_runs.until(id, lambda shown: followed(shown, 1), seconds=90)

    gone(worker)
    processes.worker()
    own_runs.until(id, lambda shown: followed(shown, 2), seconds=90)
    double.end("1")
    shown = own_runs.finished(id, seconds=90)

    assert shown["state"]["current"] == "SUCCESS", own_runs.logs(id)
    assert double.heard == ["start 1"]
    assert [stages(one) for one in attempts(shown)] == [["started"], ["resumed"]]


def test_a_job_whose_start_was_never_answered_is_found_again(
    processes: Processes, own_runs: Runs, double: Jobs
) -> None:
    double.silent = True
    worker = processes.worker()
    processes.scheduler()
    own_runs.deploy(follows("found", double))
    id = own_runs.start("found")
    double.until("start 1")

    gone(worker)
    processes.worker()
    own_runs.until(id, lambda shown: followed(shown, 2), seconds=90)
    double.end("1")
    shown = own_runs.finished(id, seconds=90)

    assert shown["state"]["current"] == "SUCCESS", own_runs.logs(id)
    assert double.heard == ["start 1"]


def test_a_worker_that_is_stopped_leaves_the_job_to_the_next(
    processes: Processes, own_runs: Runs, double: Jobs
) -> None:
    worker = processes.worker(DOWNBEAT_DRAIN_SECONDS="0")
    processes.scheduler()
    own_runs.deploy(follows("drained", double))
    id = own_runs.start("drained")
    own_runs.until(id, lambda shown: followed(shown, 1), seconds=90)

    worker.send_signal(signal.SIGTERM)
    worker.wait(30)
    processes.worker()
    double.end("1")
    shown = own_runs.finished(id, seconds=90)

    assert shown["state"]["current"] == "SUCCESS", own_runs.logs(id)
    assert double.heard == ["start 1"]


PAIR = """  - id: work
    type: io.downbeat.test.RemotePair
    url: {url}
    together: {together}
"""


def test_each_of_several_jobs_of_a_task_is_gone_on_with(
    processes: Processes, own_runs: Runs, double: Jobs
) -> None:
    double.script = {"1": "done"}
    worker = processes.worker()
    processes.scheduler()
    ids = []
    for number, (name, together) in enumerate({"in_turn": "false", "beside": "true"}.items(), 1):
        own_runs.deploy(flow(name, PAIR.format(url=double.url, together=together)))
        ids.append(own_runs.start(name))
        double.until(f"start {2 * number}")
    for id in ids:
        own_runs.until(id, lambda shown: stages(attempts(shown)[0]) == ["started"] * 2, seconds=90)

    gone(worker)
    processes.worker()
    for job in ("2", "3", "4"):
        double.end(job)
    ended = [own_runs.finished(id, seconds=90) for id in ids]

    assert [one["state"]["current"] for one in ended] == ["SUCCESS"] * 2
    assert double.heard == ["start 1", "start 2", "start 3", "start 4"]
    for shown in ended:
        found = [stages(one) for one in attempts(shown)]
        assert found == [["started"] * 2, ["resumed"] * 2]
