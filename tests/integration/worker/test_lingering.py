"""Tasks that need time to end by themselves: what they do meanwhile still works, and is bounded."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from executions.worker.supervision import LONGEST_GRACE
from executions.worker.work import Ending, Work
from tests.integration.worker.conftest import Bench, eventually
from tests.integration.worker.test_stopping import join, run_until_it_talks
from tests.support.attempts import HandControl, limited, work_of
from tests.support.doubles.jobs import Jobs, jobs


@pytest.fixture
def double() -> Iterator[Jobs]:
    """A system that runs jobs."""
    with jobs() as found:
        yield found


def follows(double: Jobs) -> Work:
    return work_of("io.downbeat.test.Remote", url=double.url)


def test_a_killed_task_sees_its_job_cancelled_before_it_ends(worker: Bench, double: Jobs) -> None:
    control = HandControl()
    results = run_until_it_talks(worker, follows(double), control)

    control.kill()
    result = join(results)

    assert result.ending is Ending.KILLED
    assert double.heard == ["start 1", "cancel 1"]
    assert worker.channel.remembered["jobs"]["1"].get("job") is None
    assert [step["stage"] for step in worker.channel.remote] == [
        "started",
        "cancel_asked",
        "cancel_delivered",
        "cancel_confirmed",
    ]
    assert set(worker.channel.kill) == {"reason", "deliveredAt", "confirmedAt"}
    assert "test job 1: cancelled: cancel confirmed" in worker.channel.messages()


def test_a_task_that_lingers_gets_longer_than_others(worker: Bench, double: Jobs) -> None:
    double.refusing = True  # the job goes on for longer than the usual grace
    control = HandControl()
    results = run_until_it_talks(worker, follows(double), control)

    control.kill()
    double.until("cancel 1")
    grace = worker.settings.kill_grace.total_seconds()
    assert not eventually(lambda: bool(results), grace * 2)
    double.end("1", "cancelled")

    assert join(results).ending is Ending.KILLED
    assert worker.channel.remote[-1]["stage"] == "cancel_confirmed"


def test_a_timeout_gives_the_same_time(worker: Bench, double: Jobs) -> None:
    result = worker.run(limited(follows(double), 1.0))

    assert result.reason == "timeout"
    assert double.heard == ["start 1", "cancel 1"]
    assert set(worker.channel.kill) == {"reason", "askedAt", "deliveredAt", "confirmedAt"}


def test_a_lost_lease_leaves_the_job_to_the_next_attempt(worker: Bench, double: Jobs) -> None:
    control = HandControl()
    results = run_until_it_talks(worker, follows(double), control)

    control.kill(lost=True)
    join(results)

    assert double.heard == ["start 1"]
    assert worker.channel.remembered["jobs"]["1"]["job"] == {"id": "1"}


def test_a_lease_that_is_lost_while_the_task_lingers_ends_it(worker: Bench, double: Jobs) -> None:
    double.refusing = True
    control = HandControl()
    results = run_until_it_talks(worker, follows(double), control)
    control.kill()
    double.until("cancel 1")

    started = time.monotonic()
    control.kill(lost=True)
    join(results)

    assert time.monotonic() - started < LONGEST_GRACE.total_seconds() / 10
