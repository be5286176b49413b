"""Following a job of another system, against a job in memory."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from downbeat.sdk import remote
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.remote import Name, Phase, Progress, RemoteJob, begun, follow, follow_all
from tests.support.run_context import RUN, MemoryContext

SOON = timedelta(milliseconds=1)


@dataclass
class Scripted(RemoteJob):
    """A job that goes through phases, one for each look."""

    phases: list[Phase]
    heard: list[str] = field(default_factory=list)
    known: dict[str, Name] = field(default_factory=dict)
    at_look: Callable[[], None] = lambda: None

    noun = "job"

    def start(self, key: str) -> Name:
        self.heard.append("start")
        self.known[key] = {"id": key}
        return {"id": key}

    def find(self, key: str, since: datetime) -> Name | None:
        self.heard.append("find")
        return self.known.get(key)

    def look(self, name: Name) -> Progress:
        self.at_look()
        return Progress(self.phases.pop(0) if len(self.phases) > 1 else self.phases[0])

    def cancel(self, name: Name) -> None:
        self.heard.append("cancel")
        self.phases[:] = ["cancelled"]


@pytest.fixture
def ctx(tmp_path: Path) -> MemoryContext:
    """A task run's first attempt."""
    return MemoryContext(tmp_path)


def next_attempt(ctx: MemoryContext) -> MemoryContext:
    """The attempt after, which knows what that one remembered."""
    run = replace(RUN, attempt=2, fence=ctx.run.fence + 1)
    return MemoryContext(ctx.working_dir, run=run, remembered=ctx.remembered)


def test_a_job_is_named_before_it_is_awaited(ctx: MemoryContext) -> None:
    job = Scripted(["running"])
    job.at_look = lambda: job.heard.append(f"remembers {ctx.remembered['jobs']['1']['job']['id']}")

    job.phases = ["running", "success"]
    done = follow(ctx, job, every=SOON)

    assert done.progress.phase == "success"
    assert job.heard == ["start", "remembers run-1", "remembers run-1"]
    assert ctx.stages == [("started", "job run-1")]


def test_the_next_attempt_goes_on_with_the_job(ctx: MemoryContext) -> None:
    job = Scripted(["running"])
    begun(ctx, job)

    after = next_attempt(ctx)
    job.phases = ["success"]
    follow(after, job, every=SOON)

    assert job.heard == ["start"]
    assert after.stages == [("resumed", "job run-1")]


def test_a_start_without_an_answer_is_looked_for_and_not_repeated(ctx: MemoryContext) -> None:
    job = Scripted(["success"])
    ctx.remember({"turn": 1, "asked": 1.0})
    job.known["run-1"] = {"id": "run-1"}

    follow(ctx, job, every=SOON)

    assert job.heard == ["find"]


def test_a_start_that_never_arrived_is_made_under_the_same_key(ctx: MemoryContext) -> None:
    job = Scripted(["success"])
    ctx.remember({"turn": 1, "asked": 1.0})

    done = follow(ctx, job, every=SOON)

    assert job.heard == ["find", "start"]
    assert done.name == {"id": "run-1"}


def test_a_job_that_failed_is_not_taken_over_by_a_retry(ctx: MemoryContext) -> None:
    job = Scripted(["failed"])
    follow(ctx, job, every=SOON)

    job.phases = ["success"]
    done = follow(next_attempt(ctx), job, every=SOON)

    assert done.name == {"id": "run-2"}
    assert job.heard == ["start", "start"]


def test_a_job_that_succeeded_is_taken_over_when_the_worker_was_lost(ctx: MemoryContext) -> None:
    job = Scripted(["success"])
    follow(ctx, job, every=SOON)

    done = follow(next_attempt(ctx), job, every=SOON)

    assert job.heard == ["start"]
    assert done.name == {"id": "run-1"}


def test_a_job_that_succeeded_is_run_again_when_the_task_failed(ctx: MemoryContext) -> None:
    job = Scripted(["success"])
    follow(ctx, job, every=SOON)

    remote.failed(ctx)
    follow(next_attempt(ctx), job, every=SOON)

    assert job.heard == ["start", "start"]


def test_a_second_job_of_the_same_attempt_is_another_one(ctx: MemoryContext) -> None:
    job = Scripted(["success"])

    names = [follow(ctx, job, every=SOON).name["id"] for _ in range(2)]

    assert names == ["run-1", "run-2"]


def test_a_job_that_takes_too_long_is_cancelled(ctx: MemoryContext) -> None:
    job = Scripted(["running"])

    with pytest.raises(TaskFailed, match="ran longer than"):
        follow(ctx, job, every=SOON, longest=timedelta(milliseconds=5))

    assert job.heard == ["start", "cancel"]
    assert [stage for stage, _ in ctx.stages][1:] == [
        "cancel_asked",
        "cancel_delivered",
        "cancel_confirmed",
    ]
    assert "job" not in ctx.remembered["jobs"]["1"]


def told_to_end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_signal_cancels_the_job(ctx: MemoryContext) -> None:
    before = signal.getsignal(signal.SIGTERM)
    job = Scripted(["running"], at_look=told_to_end)

    with pytest.raises(TaskFailed, match="Stopped while the job"):
        follow(ctx, job, every=timedelta(minutes=5))

    assert job.heard == ["start", "cancel"]
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_while_the_vendor_does_not_answer_cancels_the_job(ctx: MemoryContext) -> None:
    def unanswered() -> None:
        job.at_look = lambda: None
        told_to_end()
        raise ConnectionError("no answer")

    job = Scripted(["running"], at_look=unanswered)

    with pytest.raises(ConnectionError):
        follow(ctx, job, every=SOON)

    assert job.heard == ["start", "cancel"]


def test_a_cancellation_that_fails_is_told(ctx: MemoryContext) -> None:
    class Refusing(Scripted):
        def cancel(self, name: Name) -> None:
            raise ConnectionError("out of order")

    with pytest.raises(TaskFailed):
        follow(ctx, Refusing(["running"]), every=SOON, longest=timedelta(0))

    assert ctx.stages[-1] == ("cancel_failed", "job run-1: out of order")
    assert ctx.remembered["jobs"]["1"]["job"] == {"id": "run-1"}


def test_each_of_two_jobs_in_turn_is_gone_on_with(ctx: MemoryContext) -> None:
    first, second = Scripted(["success"]), Scripted(["running"])
    follow(ctx, first, every=SOON)
    begun(ctx, second)

    after = next_attempt(ctx)
    second.phases = ["success"]
    done = [follow(after, job, every=SOON).name["id"] for job in (first, second)]

    assert done == ["run-1", "run-2"]
    assert (first.heard, second.heard) == (["start"], ["start"])
    assert after.stages == [("resumed", "job run-1"), ("resumed", "job run-2")]


def test_each_of_two_jobs_side_by_side_is_gone_on_with(ctx: MemoryContext) -> None:
    jobs = {"a": Scripted(["running"]), "b": Scripted(["running"])}
    for name, job in jobs.items():
        begun(ctx, job, name=name)

    after = next_attempt(ctx)
    jobs["a"].phases, jobs["b"].phases = ["running", "success"], ["success"]
    done = follow_all(after, jobs, every=SOON)

    assert [found.name["id"] for found in done.values()] == ["run-1", "run-2"]
    assert [job.heard for job in jobs.values()] == [["start"], ["start"]]


def test_a_lost_start_among_several_is_looked_for_under_its_own_key(ctx: MemoryContext) -> None:
    first, second = Scripted(["success"]), Scripted(["success"])
    follow(ctx, first, every=SOON)
    second.known["run-2"] = {"id": "run-2"}
    held = {"turn": 2, "asked": 1.0, "begun": ctx.run.fence}
    ctx.remember({"turn": 2, "jobs": {**ctx.remembered["jobs"], "2": held}})

    after = next_attempt(ctx)
    done = [follow(after, job, every=SOON).name["id"] for job in (first, second)]

    assert done == ["run-1", "run-2"]
    assert (first.heard, second.heard) == (["start"], ["find"])


def test_of_several_jobs_only_the_one_that_failed_is_run_again(ctx: MemoryContext) -> None:
    jobs = {"a": Scripted(["success"]), "b": Scripted(["failed"])}
    follow_all(ctx, jobs, every=SOON)

    jobs["b"].phases = ["success"]
    done = follow_all(next_attempt(ctx), jobs, every=SOON)

    assert done["b"].name == {"id": "run-3"}
    assert [job.heard for job in jobs.values()] == [["start"], ["start", "start"]]


def test_a_signal_cancels_every_job_that_runs(ctx: MemoryContext) -> None:
    ended, running = Scripted(["success"]), Scripted(["running"], at_look=told_to_end)
    jobs = {"ended": ended, "a": running, "b": Scripted(["running"])}

    with pytest.raises(TaskFailed, match="Stopped while the job run-2, job run-3 ran"):
        follow_all(ctx, jobs, every=timedelta(minutes=5))

    assert [job.heard for job in jobs.values()] == [["start"], *[["start", "cancel"]] * 2]


def test_a_signal_while_a_second_job_starts_cancels_the_first(ctx: MemoryContext) -> None:
    class Slow(Scripted):
        def start(self, key: str) -> Name:
            super().start(key)
            told_to_end()
            remote.pause(60)
            raise AssertionError("the pause ends with the signal")

    jobs = {"a": Scripted(["running"]), "b": Slow(["running"])}

    with pytest.raises(TaskFailed, match="before the job was known to run"):
        follow_all(ctx, jobs, every=SOON)

    assert jobs["a"].heard == ["start", "cancel"]
    assert jobs["b"].heard == ["start", "find", "cancel"]
