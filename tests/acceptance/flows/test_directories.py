"""Tasks that share a directory, and tasks that are written when they run."""

from __future__ import annotations

from tests.acceptance.flows.sources import source
from tests.support.driver import Driver


def test_a_directory_in_a_loop_keeps_its_files_for_the_next_execution(driver: Driver) -> None:
    flow = driver.publish(source("working-directory"))

    first, second = driver.run(flow), driver.run(flow)

    for visit, done in ((1, first), (2, second)):
        assert done.state == "SUCCESS", driver.messages(done.id)
        shown = f"Welcome to Delft, visit {visit}; Welcome to Porto, visit {visit}"
        assert driver.outputs(done, "pages") == {"value": shown}
    assert [run.state for run in second.runs("report")] == ["SUCCESS", "SUCCESS"]
    left = driver.outputs_of(second, second.runs("report")[0])
    assert sorted(left["outputFiles"]) == ["greeting.txt", "page.txt", "visits.txt"]


def test_a_task_is_written_from_inputs(driver: Driver) -> None:
    done = driver.run(driver.publish(source("templated-task")))

    assert done.state == "SUCCESS", driver.messages(done.id)
    assert driver.outputs(done, "shown") == {"value": "CITY"}
    assert driver.outputs(done, "header") == {"values": {"name": "NAME", "city": "CITY"}}


def test_a_mistake_in_a_written_task_says_where_it_is(driver: Driver) -> None:
    text = """
id: written-badly
namespace: examples.directories
tasks:
  - id: bad
    type: core.templating.TemplatedTask
    spec: |
      type: core.log.Log
      mesage: hello
"""
    done = driver.run(driver.publish(text))

    assert done.state == "FAILED"
    assert any("(line 2, column 1)" in message for message in driver.messages(done.id))
