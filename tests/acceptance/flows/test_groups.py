"""Groups: in order, side by side, by dependency, by choice, for each value, in another flow."""

from __future__ import annotations

import json

from tests.acceptance.flows.sources import source
from tests.support.driver import Driver, TaskRun


def _overlap(one: TaskRun, other: TaskRun) -> bool:
    assert one.ended and other.ended
    return one.began < other.ended and other.began < one.ended


def test_tasks_of_a_sequence_run_in_order_and_hand_their_outputs_on(driver: Driver) -> None:
    done = driver.run(driver.publish(source("sequential")))

    assert done.state == "SUCCESS"
    assert [run.task_id for run in done.task_runs] == ["first", "group", "second", "third"]
    assert driver.flow_outputs(done) == {"counted": "one, two, three"}


def test_parallel_tasks_overlap_up_to_the_limit(driver: Driver) -> None:
    done = driver.run(driver.publish(source("parallel")))

    runs = [done.run(name) for name in ("north", "south", "west")]
    pairs = [(a, b) for index, a in enumerate(runs) for b in runs[index + 1 :]]
    overlapping = [pair for pair in pairs if _overlap(*pair)]
    assert done.state == "SUCCESS"
    assert 1 <= len(overlapping) <= 2, overlapping
    assert done.run("summary").began >= max(run.ended or "" for run in runs)


def test_tasks_of_a_graph_wait_for_those_they_depend_on(driver: Driver) -> None:
    done = driver.run(driver.publish(source("dag")))

    joined = driver.outputs(done, "join")["value"]
    assert done.state == "SUCCESS"
    assert joined == "left of the source and right of the source"
    assert done.run("source").ended <= done.run("left").began  # type: ignore[operator]


def test_if_and_switch_take_one_branch(driver: Driver) -> None:
    flow = driver.publish(source("branches"))

    small = driver.run(flow, {"amount": "10", "region": "asia"})
    large = driver.run(flow, {"amount": "5000", "region": "elsewhere"})

    assert {run.task_id for run in small.task_runs} == {
        "large", "wave_through", "route", "to_singapore",
    }  # fmt: skip
    assert {run.task_id for run in large.task_runs} == {
        "large", "ask_the_boss", "route", "to_panama",
    }  # fmt: skip
    assert driver.outputs(large, "large")["evaluationResult"] is True


def test_for_each_runs_its_tasks_once_for_every_value(driver: Driver) -> None:
    flow = driver.publish(source("for-each"))
    cities = ["Lima", *(f"City {number}" for number in range(12))]

    done = driver.run(flow, {"cities": json.dumps(cities)})

    assert done.state == "SUCCESS"
    assert sorted(str(run.value) for run in done.runs("sign")) == sorted(cities)
    assert driver.outputs(done, "one")["value"] == "Dear Lima, yours"


def test_for_each_over_an_empty_list_succeeds(driver: Driver) -> None:
    driver.publish(source("for-each"))
    empty = source("for-each").read_text(encoding="utf-8").split("  - id: one\n")[0]
    flow = driver.publish(empty.replace("id: for-each", "id: for-each-nothing", 1))

    done = driver.run(flow, {"cities": "[]"})

    assert done.state == "SUCCESS"
    assert not done.runs("letter")


def test_a_subflow_gets_inputs_and_gives_its_outputs_back(driver: Driver) -> None:
    child = driver.publish(source("invoice"))
    done = driver.run(driver.publish(source("subflow")))

    found = driver.outputs(done, "bill")
    assert done.state == "SUCCESS", driver.messages(done.id)
    assert driver.outputs(done, "tell")["value"] == "To pay: 100.0"
    assert found["executionId"] in [execution.id for execution in driver.executions(child)]
    assert driver.get(found["executionId"]).facts["trigger"]["variables"]["executionId"] == done.id


def test_a_task_whose_condition_is_false_is_skipped_and_a_disabled_one_does_not_exist(
    driver: Driver,
) -> None:
    flow = driver.publish(source("conditions"))

    quick, thorough = driver.run(flow), driver.run(flow, {"thorough": "true"})

    assert quick.state == thorough.state == "SUCCESS"
    assert quick.state_of("sometimes") == "SKIPPED"
    assert thorough.state_of("sometimes") == "SUCCESS"
    assert quick.state_of("switched_off") is None
