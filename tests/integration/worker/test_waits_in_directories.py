"""A sleep inside a working directory: it takes its time, but no more than it has."""

from __future__ import annotations

import threading
from typing import Any

from executions.worker.work import Ending
from tests.integration.worker.conftest import Bench, eventually
from tests.integration.worker.test_directories import directory, script
from tests.support.attempts import HandControl


def sleep(id: str, duration: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "type": "core.flow.Sleep", "duration": duration, **more}


def test_a_sleep_takes_its_time_between_two_tasks(bench: Bench) -> None:
    result = bench.run(
        directory(script("a", "true"), sleep("nap", "PT{{ 0.3 }}S"), script("b", "true"))
    )

    assert [child["state"] for child in result.children] == ["SUCCESS", "SUCCESS", "SUCCESS"]
    nap, last = result.children[1:]
    assert last["startedAt"] - nap["startedAt"] >= 0.3


def test_a_sleep_ends_with_the_time_that_it_has(bench: Bench) -> None:
    own = bench.run(directory(sleep("nap", "PT1H", timeout="PT0.1S"), script("b", "true")))
    shared = bench.run(directory(sleep("nap", "PT1H"), timeout="PT0.1S"))

    assert [(one["taskId"], one["reason"]) for one in own.children] == [("nap", "timeout")]
    assert [(one["taskId"], one["reason"]) for one in shared.children] == [("nap", "timeout")]
    assert "Timeout: the task ran longer than" in bench.channel.text()


def test_a_kill_ends_a_sleep(bench: Bench) -> None:
    control = HandControl()
    work = directory(script("a", "echo asleep"), sleep("nap", "PT1H"))

    def kill_once_it_sleeps() -> None:
        eventually(lambda: "asleep" in bench.channel.text(), seconds=30)
        control.kill()

    killer = threading.Thread(target=kill_once_it_sleeps)
    killer.start()
    result = bench.run(work, control)
    killer.join()

    assert (result.ending, result.children[-1]["state"]) == (Ending.KILLED, "KILLED")


def test_a_written_task_may_be_a_sleep(bench: Bench) -> None:
    spec = "type: core.flow.Sleep\nduration: PT0.01S"
    written = {"id": "wait", "type": "core.templating.TemplatedTask", "spec": spec}

    result = bench.run(directory(written))

    assert [child["state"] for child in result.children] == ["SUCCESS"]
