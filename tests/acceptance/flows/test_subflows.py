"""Calling another flow: its labels, its date, how its end is taken over, what a restart does."""

from __future__ import annotations

import pytest

from tests.support.driver import PATIENCE, Driver, FlowName, Told
from tests.support.stranger import eventually

SPACE = "examples.groups"
CHILD = FlowName(SPACE, "called")


@pytest.fixture
def child(driver: Driver) -> FlowName:
    gate(driver, "open")
    return driver.publish(
        f"""
id: called
namespace: {SPACE}
labels: {{who: child}}
inputs: [{{id: amount, type: INT, defaults: 1}}]
tasks:
  - {{id: stop, type: core.execution.Fail, condition: "{{{{ kv('gate') == 'shut' }}}}"}}
outputs: [{{id: amount, type: INT, value: "{{{{ inputs.amount }}}}"}}]
"""
    )


def gate(driver: Driver, state: str) -> None:
    headers = {"content-type": "text/plain"}
    path = f"/namespaces/{SPACE}/kv/gate"
    answer = driver.http.put(path, content=f'"{state}"', headers=headers)
    assert answer.is_success, answer.text


def caller(driver: Driver, name: str, lines: str = "", flow_id: str = "called") -> FlowName:
    return driver.publish(
        f"""
id: {name}
namespace: {SPACE}
labels: {{who: parent, of: parent}}
tasks:
  - id: sub
    type: core.flow.Subflow
    namespace: {SPACE}
    flowId: {flow_id}
{lines}
  - {{id: after, type: core.debug.Return, format: "{{{{ outputs.sub.state ?? 'unknown' }}}}"}}
"""
    )


def calls(driver: Driver, parent: Told) -> list[Told]:
    return [one for one in driver.executions(CHILD) if one.facts.get("parentId") == parent.id]


def test_a_child_has_its_own_labels_first_then_the_parents_then_the_tasks(
    driver: Driver, child: FlowName
) -> None:
    inherits = caller(driver, "caller-inherits", "    inheritLabels: true\n    labels: {who: task}")
    plain = caller(driver, "caller-plain", "    labels: {who: task}")

    (one,) = calls(driver, driver.run(inherits))
    (other,) = calls(driver, driver.run(plain))

    def labels(execution: Told) -> list[tuple[str, str]]:
        found = [(label["key"], label["value"]) for label in execution.facts["labels"]]
        return [pair for pair in found if not pair[0].startswith("system.")]

    assert labels(one) == [("who", "child"), ("who", "parent"), ("of", "parent"), ("who", "task")]
    assert labels(other) == [("who", "child"), ("who", "task")]


@pytest.mark.parametrize(("transmits", "state"), [("true", "FAILED"), ("false", "SUCCESS")])
def test_the_failure_of_a_child_is_taken_over_if_that_is_wanted(
    driver: Driver, child: FlowName, transmits: str, state: str
) -> None:
    flow = caller(driver, f"caller-transmits-{transmits}", f"    transmitFailed: {transmits}")
    gate(driver, "shut")
    done = driver.run(flow)

    assert done.state == state
    assert driver.outputs(done, "sub")["state"] == "FAILED"
    said = any("ended in state FAILED" in line for line in driver.messages(done.id, "ERROR"))
    assert said is (state == "FAILED")


def test_a_child_that_nobody_waits_for_starts_at_its_date(driver: Driver, child: FlowName) -> None:
    when = "\"{{ now() | dateAdd(1, 'HOURS') }}\""
    flow = caller(driver, "caller-later", f"    wait: false\n    scheduleDate: {when}")

    done = driver.run(flow)

    (waiting,) = calls(driver, done)
    assert (done.state, waiting.state) == ("SUCCESS", "CREATED")
    driver.act(waiting.id, "kill")


@pytest.mark.parametrize(
    ("lines", "flow_id", "complaint"),
    [
        ("", "nobody", "Unable to find flow 'examples.groups'.'nobody'"),
        ("    revision: 99", "called", "with revision 99"),
        ("    inputs: {amount: many}", "called", "Invalid input for `amount`"),
        ("    scheduleDate: soon", "called", "'soon' is not a date"),
        ("", "switched-off", "it is disabled"),
    ],
    ids=["unknown", "revision", "inputs", "date", "disabled"],
)
def test_a_child_that_cannot_start_fails_the_task_and_says_why(
    driver: Driver, child: FlowName, lines: str, flow_id: str, complaint: str
) -> None:
    driver.publish(
        f"""
id: switched-off
namespace: {SPACE}
disabled: true
tasks: [{{id: a, type: core.log.Log, message: a}}]
"""
    )
    done = driver.run(caller(driver, "caller-refused", lines, flow_id))

    assert done.state == "FAILED"
    assert any(complaint in line for line in driver.messages(done.id, "ERROR"))


@pytest.mark.parametrize(("behavior", "count"), [("RETRY_FAILED", 1), ("NEW_EXECUTION", 2)])
def test_a_restart_takes_up_the_child_or_starts_another(
    driver: Driver, child: FlowName, behavior: str, count: int
) -> None:
    name = f"caller-{behavior.lower().replace('_', '-')}"
    flow = caller(driver, name, f"    restartBehavior: {behavior}")
    gate(driver, "shut")
    failed = driver.run(flow)
    driver.act(failed.id, "restart")
    eventually(
        lambda: driver.get(failed.id).states.count("FAILED") == 2,
        PATIENCE,
        lambda: str(driver.get(failed.id)),
    )
    gate(driver, "open")
    driver.act(failed.id, "restart")
    done = driver.once(failed.id, {"SUCCESS"})

    assert failed.state == "FAILED"
    assert done.run("sub").attempts == 3
    expected = count if behavior == "RETRY_FAILED" else count + 1
    assert len(calls(driver, done)) == expected


def test_a_child_is_of_the_revision_that_is_asked_for(driver: Driver, child: FlowName) -> None:
    number = driver.http.get(f"/flows/{SPACE}/called").json()["revision"]
    text = driver.http.get(f"/flows/{SPACE}/called", params={"source": "true"}).json()["source"]
    driver.publish(text.replace("defaults: 1", "defaults: 2"))

    done = driver.run(caller(driver, "caller-pinned", f"    revision: {number}"))

    assert driver.outputs(done, "sub")["outputs"] == {"amount": 1}
