"""What holds for a task of every kind on a worker: killed, timed out, failing with a secret in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from executions.worker.work import Ending, Work
from tests.integration.worker.conftest import Bench
from tests.integration.worker.test_stopping import join, run_until_it_talks
from tests.support.attempts import HandControl, limited, python, shell, work_of
from tests.support.doubles.jobs import Jobs, jobs

SECRET = "{{ secret('TOKEN') }}"
PLAIN = "s3cr3t-t0ken-value"
KINDS = ("plug-in", "python", "shell")


@pytest.fixture
def double() -> Iterator[Jobs]:
    """A system that runs jobs."""
    with jobs() as found:
        yield found


def long(kind: str, double: Jobs) -> Work:
    """A task of a kind that says something and then runs on."""
    match kind:
        case "plug-in":
            return work_of("io.downbeat.test.Remote", url=double.url)
        case "python":
            return python("print('up', flush=True)\nwhile True: pass")
        case _:
            return shell("echo up; sleep 600")


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_killed(worker: Bench, double: Jobs, kind: str) -> None:
    control = HandControl()
    results = run_until_it_talks(worker, long(kind, double), control)

    control.kill()
    result = join(results)

    assert (result.ending, result.reason) == (Ending.KILLED, "killed")
    assert worker.channel.kill["confirmedAt"] >= worker.channel.kill["deliveredAt"]


@pytest.mark.parametrize("kind", KINDS)
def test_its_timeout_holds(worker: Bench, double: Jobs, kind: str) -> None:
    result = worker.run(limited(long(kind, double), 1.0))

    assert (result.ending, result.reason) == (Ending.FAILED, "timeout")


def failing(kind: str) -> Work:
    """A task of a kind that fails and says a secret while it does."""
    match kind:
        case "plug-in":
            return work_of("io.kestra.core.runners.test.TaskThatFail", message=f"bad {SECRET}")
        case "python":
            return python(f"raise ValueError('bad {SECRET}')")
        case _:
            return shell(f"echo 'bad {SECRET}' >&2; exit 3")


@pytest.mark.parametrize("kind", KINDS)
def test_its_failure_shows_no_secret(worker: Bench, kind: str) -> None:
    result = worker.run(failing(kind))

    assert result.ending is Ending.FAILED
    assert PLAIN not in f"{result} {worker.channel.text()}"
    assert "bad ******" in f"{result.error} {worker.channel.text()}"


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        ({"url": {"a": SECRET}}, "url"),
        ({"url": f"http://127.0.0.1:1/{SECRET}\x00"}, ""),
        ({"url": f"{SECRET}://nowhere"}, ""),
        ({"url": "http://127.0.0.1:1", "every": SECRET}, "every"),
        ({"url": "x" * 100_000}, ""),
    ],
    ids=["wrong kind", "control characters", "no address", "no duration", "huge"],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(
    worker: Bench, properties: dict[str, Any], named: str
) -> None:
    result = worker.run(work_of("io.downbeat.test.Remote", **properties))

    assert result.ending is Ending.FAILED
    assert result.error
    assert named in result.error
    assert PLAIN not in f"{result} {worker.channel.text()}"
    assert "Traceback" not in result.error
