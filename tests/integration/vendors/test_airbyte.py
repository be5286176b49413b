"""Airbyte's jobs against a double on the wire: started once, whatever happens to workers and answers."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import replace

import pytest

from downbeat.sdk.errors import TaskFailed
from tests.integration.vendors.airbyte_tasks import (
    NOW,
    ctx,
    double,
    said,
    sync,
)
from tests.support.doubles.airbyte import AirbyteDouble
from tests.support.doubles.wire import Trouble
from tests.support.run_context import MemoryContext

__all__ = ["ctx", "double"]


# What a sync leaves


def test_a_sync_leaves_its_job_metrics_log_and_streams(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    outputs = sync(double).run(ctx)

    assert outputs == {"jobId": 1, "alreadyRunning": False}
    assert ctx.metrics == {
        "attempts.count": 1,
        "records.committed": 42,
        "records.emitted": 45,
        "bytes.emitted": 4200,
        "state.emitted": 2,
    }
    host = double.url.removeprefix("http://")
    assert [(asset["uri"], asset["rows"]) for asset in ctx.assets] == [
        (f"airbyte://{host}/shop/public.orders", 30),
        (f"airbyte://{host}/shop/customers", 12),
    ]
    lines = [text for _, text in ctx.lines]
    assert lines.count("sync started") == 1
    assert lines.count("42 records read") == 1
    assert double.count("start") == 1


def test_a_job_that_fails_fails_the_task_in_airbytes_words(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.script = ["running", "incomplete", "failed"]

    with pytest.raises(TaskFailed) as told:
        sync(double).run(ctx)

    assert str(told.value) == (
        "Airbyte job 1 failed: source, config_error: The password of the source is wrong"
    )
    assert ctx.metrics["records.committed"] == 42
    assert not ctx.assets


def test_the_attempt_after_a_failed_job_starts_another(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.scripts = [["failed"]]
    with pytest.raises(TaskFailed):
        sync(double).run(ctx)

    assert sync(double).run(ctx) == {"jobId": 2, "alreadyRunning": False}


def test_without_waiting_the_job_is_only_started(double: AirbyteDouble, ctx: MemoryContext) -> None:
    assert sync(double, wait=False).run(ctx) == {"jobId": 1, "alreadyRunning": False}
    assert double.count("look") == 0


def test_a_sync_that_runs_already_fails_the_task_unless_that_is_fine(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.running("shop")

    with pytest.raises(TaskFailed, match=r"already running for: shop.*failOnActiveSync"):
        sync(double).run(ctx)
    fine = sync(double, failOnActiveSync=False).run(ctx)

    assert fine == {"jobId": None, "alreadyRunning": True}


def test_a_refused_start_is_not_looked_for_by_the_next_attempt(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.running("shop")
    with pytest.raises(TaskFailed):
        sync(double).run(ctx)
    double.jobs[0].cancelled = True
    double.running("shop").cancelled = True  # somebody else's, begun after our start was refused

    assert sync(double).run(ctx) == {"jobId": 3, "alreadyRunning": False}
    assert double.count("list") == 0


def test_a_job_that_takes_too_long_is_cancelled(double: AirbyteDouble, ctx: MemoryContext) -> None:
    double.script = ["running"]

    with pytest.raises(TaskFailed, match="ran longer than"):
        sync(double, maxDuration="PT0.1S").run(ctx)

    assert double.jobs[0].status == "cancelled"
    assert double.count("cancel") == 1
    assert ("cancel_confirmed", "Airbyte job 1: cancelled") in ctx.stages


@pytest.mark.parametrize("given", [{"pollFrequency": "PT0S"}, {"httpTimeout": "PT0S"}])
def test_lengths_that_are_none_are_refused(
    double: AirbyteDouble, ctx: MemoryContext, given: dict[str, str]
) -> None:
    with pytest.raises(TaskFailed, match=f"'{next(iter(given))}' must be longer than PT0S"):
        sync(double, **given).run(ctx)
    assert not double.log


# Lost workers and lost answers


def test_the_next_attempt_goes_on_with_the_job(double: AirbyteDouble, ctx: MemoryContext) -> None:
    double.script = ["running"]
    ctx.remembered = {"turn": 1, "job": {"id": double.running("shop").id}}
    double.jobs[0].script = ["running", "succeeded"]

    assert sync(double).run(ctx) == {"jobId": 1, "alreadyRunning": False}
    assert double.count("start") == 0


def test_a_worker_lost_after_the_end_of_the_job_does_not_start_another(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    first = sync(double).run(ctx)
    ctx.run = replace(ctx.run, attempt=2, fence=2)

    assert sync(double).run(ctx) == first
    assert double.count("start") == 1


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(503, done=True),
        Trouble(500, done=True),
        Trouble(504, done=True),
        Trouble(drop=True, done=True),
    ],
    ids=["503", "500", "504", "dropped"],
)
def test_a_start_whose_answer_is_lost_is_found_again(
    double: AirbyteDouble, ctx: MemoryContext, trouble: Trouble
) -> None:
    double.fails("start", trouble)

    assert sync(double).run(ctx) == {"jobId": 1, "alreadyRunning": False}
    assert double.count("start") == 1
    assert len(double.jobs) == 1


@pytest.mark.parametrize("trouble", [Trouble(502), Trouble(drop=True)], ids=["502", "dropped"])
def test_a_start_that_was_not_heard_is_made_again(
    double: AirbyteDouble, ctx: MemoryContext, trouble: Trouble
) -> None:
    double.fails("start", trouble)

    assert sync(double).run(ctx) == {"jobId": 1, "alreadyRunning": False}
    assert double.count("start") == 2
    assert len(double.jobs) == 1


def test_a_start_that_is_too_early_for_airbyte_is_made_again_without_looking(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.fails("start", Trouble(429, headers=NOW), Trouble(429, headers=NOW))

    assert sync(double).run(ctx) == {"jobId": 1, "alreadyRunning": False}
    assert (double.count("start"), double.count("list")) == (3, 0)


def test_a_worker_lost_between_start_and_answer_leaves_a_job_that_is_found(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.running("shop").script = ["running", "succeeded"]
    ctx.remembered = {"turn": 1, "asked": double.jobs[0].created_at}

    assert sync(double).run(ctx) == {"jobId": 1, "alreadyRunning": False}
    assert double.count("start") == 0


def test_an_older_job_of_the_connection_is_not_taken_for_ours(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    old = double.running("shop")
    old.cancelled = True
    old.created_at -= 60
    ctx.remembered = {"turn": 1, "asked": old.created_at + 60}

    assert sync(double).run(ctx) == {"jobId": 2, "alreadyRunning": False}


def test_trouble_while_a_job_runs_is_waited_out(double: AirbyteDouble, ctx: MemoryContext) -> None:
    double.fails("look", Trouble(503, headers=NOW), Trouble(429, headers=NOW), Trouble(drop=True))

    assert sync(double).run(ctx) == {"jobId": 1, "alreadyRunning": False}
    assert "Status 503; asking again in 0 s" in said(ctx)


def test_a_kill_cancels_the_job_at_airbyte(double: AirbyteDouble, ctx: MemoryContext) -> None:
    double.script = ["running"]

    def kill() -> None:
        double.until(lambda: double.count("look") > 0)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=kill).start()
    with pytest.raises(TaskFailed, match="Stopped while the Airbyte job 1 ran"):
        sync(double, pollFrequency="PT60S").run(ctx)

    assert double.jobs[0].status == "cancelled"
    assert [stage for stage, _ in ctx.stages] == [
        "started", "cancel_asked", "cancel_delivered", "cancel_confirmed",
    ]  # fmt: skip


def test_a_kill_while_airbyte_is_in_trouble_is_heard_at_once(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.script = ["running"]
    double.fails("look", Trouble(503, headers={"Retry-After": "200"}))

    def kill() -> None:
        double.until(lambda: double.count("look") > 0)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=kill).start()
    with pytest.raises(TaskFailed, match="Stopped while"):
        sync(double).run(ctx)

    assert double.jobs[0].status == "cancelled"


def test_a_kill_before_the_answer_to_the_start_cancels_what_was_started(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    double.script = ["running"]
    double.fails("start", Trouble(503, done=True))
    double.fails("list", Trouble(503, headers={"Retry-After": "200"}))

    def kill() -> None:
        double.until(lambda: double.count("list") > 0)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=kill).start()
    with pytest.raises(TaskFailed, match="before the Airbyte job was known to run"):
        sync(double).run(ctx)

    assert double.jobs[0].status == "cancelled"


def test_settings_that_no_question_to_airbyte_heeds_are_named(
    double: AirbyteDouble, ctx: MemoryContext
) -> None:
    options = {"allowFailed": True, "logs": ["REQUEST_BODY"], "connectTimeout": "PT5S"}

    sync(double, options=options).run(ctx)

    warnings = [text for level, text in ctx.lines if level == "WARN"]
    assert len(warnings) == 1
    assert "'options.allowFailed', 'options.logs'" in warnings[0]
