"""Jobs of other systems over a live server: started once, resumed, cancelled, and told about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.runtime.conftest import Processes, Runs, beside
from tests.integration.runtime.test_worker import flow
from tests.support import database as databases
from tests.support.cast import Cast
from tests.support.doubles.jobs import Jobs, jobs


@pytest.fixture
def double() -> Iterator[Jobs]:
    """A system that runs jobs."""
    with jobs() as found:
        yield found


@pytest.fixture(scope="module")
def crew(
    database: databases.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Processes]:
    """A worker and a scheduler for the tests that kill none."""
    with beside(database, tmp_path_factory.mktemp("crew"), DOWNBEAT_EGRESS="open") as found:
        found.worker()
        found.scheduler()
        yield found


@pytest.fixture(scope="module")
def own_runs(module_cast: Cast) -> Runs:
    """Flows of this file's own tenant."""
    return Runs(module_cast)


def follows(id: str, double: Jobs, more: str = "") -> str:
    return flow(
        id, f"  - id: work\n    type: io.downbeat.test.Remote\n    url: {double.url}\n{more}"
    )


def attempts(shown: Any) -> list[Any]:
    (run,) = shown["taskRunList"]
    return list(run["attempts"])


def stages(attempt: Any) -> list[str]:
    return [step["stage"] for step in attempt.get("remote", ())]


def test_a_job_is_started_followed_and_named(crew: Processes, own_runs: Runs, double: Jobs) -> None:
    own_runs.deploy(follows("follow", double))
    id = own_runs.start("follow")
    double.until("start 1")
    double.end("1")

    shown = own_runs.finished(id, seconds=90)

    assert shown["state"]["current"] == "SUCCESS", own_runs.logs(id)
    (only,) = attempts(shown)
    assert stages(only) == ["started"]
    assert only["remote"][0]["job"] == "test job 1"
    assert "kill" not in only
    assert double.heard == ["start 1"]


def test_a_kill_cancels_the_job_and_says_how_it_went(
    crew: Processes, own_runs: Runs, double: Jobs
) -> None:
    own_runs.deploy(follows("killed", double))
    id = own_runs.start("killed")
    double.until("start 1")

    answer = own_runs.cast.alice.delete(f"{own_runs.cast.api}/executions/{id}/actions/kill")
    shown = own_runs.finished(id, seconds=90)

    assert answer.status_code == 202
    assert shown["state"]["current"] == "KILLED"
    assert double.heard == ["start 1", "cancel 1"]
    (only,) = attempts(shown)
    assert stages(only) == ["started", "cancel_asked", "cancel_delivered", "cancel_confirmed"]
    kill = only["kill"]
    assert kill["reason"] == "killed"
    assert kill["askedBy"] == own_runs.cast.alice.actor.name
    assert kill["askedAt"] <= kill["deliveredAt"] <= kill["confirmedAt"]
    assert only["remote"][-1]["at"] <= kill["confirmedAt"]
    said = own_runs.logs(id)
    assert f"The end was asked for by {kill['askedBy']}" in said
    assert "The kill was delivered: the task was told to end" in said
    assert "The task has ended" in said


def test_a_cancellation_that_fails_is_shown(crew: Processes, own_runs: Runs, double: Jobs) -> None:
    own_runs.deploy(follows("refused", double))
    id = own_runs.start("refused")
    double.until("start 1")
    double.broken = True

    own_runs.cast.alice.delete(f"{own_runs.cast.api}/executions/{id}/actions/kill")
    shown = own_runs.finished(id, seconds=90)

    assert shown["state"]["current"] == "KILLED"
    (only,) = attempts(shown)
    assert stages(only) == ["started", "cancel_asked", "cancel_failed"]
    assert "500" in only["remote"][-1]["job"]


def test_a_timeout_cancels_the_job(crew: Processes, own_runs: Runs, double: Jobs) -> None:
    own_runs.deploy(follows("late", double, "    timeout: PT1S\n"))

    shown = own_runs.run("late")

    assert shown["state"]["current"] == "FAILED"
    assert double.heard == ["start 1", "cancel 1"]
    (only,) = attempts(shown)
    assert only["kill"]["reason"] == "timeout"
    assert stages(only)[-1] == "cancel_confirmed"


def test_the_longest_time_of_a_job_cancels_it(
    crew: Processes, own_runs: Runs, double: Jobs
) -> None:
    own_runs.deploy(follows("longest", double, "    longest: PT0.5S\n"))

    shown = own_runs.run("longest")

    assert shown["state"]["current"] == "FAILED"
    assert double.heard == ["start 1", "cancel 1"]
    assert "ran longer than" in "\n".join(own_runs.logs(shown["id"]))


def test_a_retry_after_a_job_that_failed_starts_a_new_one(
    crew: Processes, own_runs: Runs, double: Jobs
) -> None:
    double.script = {"1": "failed", "2": "done"}
    retry = "    retry: {type: constant, interval: PT0.1S, maxAttempts: 3}\n"
    own_runs.deploy(follows("again", double, retry))

    shown = own_runs.run("again")

    assert shown["state"]["current"] == "SUCCESS", own_runs.logs(shown["id"])
    assert double.heard == ["start 1", "start 2"]
    assert [stages(one) for one in attempts(shown)] == [["started"], ["started"]]
