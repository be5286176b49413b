"""Tasks of plug-ins in real task processes: failures, secrets, task runs of their own."""

from __future__ import annotations

from executions.worker.work import Ending
from tests.integration.worker.conftest import Bench, failed
from tests.support.attempts import work_of


def test_a_task_fails_with_its_own_words_and_keeps_its_outputs(worker: Bench) -> None:
    result = worker.run(work_of("io.kestra.core.runners.test.TaskThatFail", message="so be it"))

    assert (result.ending, result.error) == (Ending.FAILED, "so be it")
    assert result.outputs == {"message": "so be it"}


def test_a_quick_task_that_names_a_secret_runs_as_an_attempt(worker: Bench) -> None:
    work = work_of("core.log.Log", message="token {{ secret('TOKEN') }}")

    result = worker.run(work)

    assert result.ending is Ending.SUCCESS, worker.channel.text()
    assert worker.channel.messages() == ["token ******"]


def test_a_task_may_add_a_task_run(worker: Bench) -> None:
    result = worker.run(work_of("io.kestra.core.tasks.test.DynamicTask"))

    assert result.ending is Ending.SUCCESS, worker.channel.text()
    assert [child["state"] for child in result.children] == ["SUCCESS"]


def test_a_task_that_is_unknown_here_says_so(worker: Bench) -> None:
    result = worker.run(work_of("com.example.Nothing"))

    assert failed(result, "no task type 'com.example.Nothing'")
