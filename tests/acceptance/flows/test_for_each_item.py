"""Loops over the items of a file: an execution of another flow for each batch."""

from __future__ import annotations

import json

import pytest

from tests.acceptance.flows.sources import source
from tests.support.driver import PATIENCE, Driver, FlowName, Told
from tests.support.stranger import eventually

SPACE = "examples.groups"


def children(driver: Driver, parent: Told) -> list[Told]:
    found = driver.executions(FlowName(SPACE, "one-batch"))
    return [child for child in found if child.facts.get("parentId") == parent.id]


def accept_all(driver: Driver, *, yes: bool) -> None:
    path = f"/namespaces/{SPACE}/kv/accept-all"
    if yes:
        answer = driver.http.put(path, content="true", headers={"content-type": "text/plain"})
        assert answer.is_success, answer.text
    else:
        driver.http.delete(path)


@pytest.fixture
def batches(driver: Driver) -> FlowName:
    accept_all(driver, yes=False)
    driver.publish(source("one-batch"))
    return driver.publish(source("for-each-item"))


def test_every_batch_of_a_file_gets_an_execution_and_their_answers_are_joined_in_order(
    driver: Driver, batches: FlowName
) -> None:
    done = driver.run(batches, {"orders": b"ink\npens\npaper\nclips\nglue\n"})

    assert done.state == "SUCCESS", driver.messages(done.id)
    assert [run.task_id for run in done.task_runs] == [
        "batches", "batches_split", "batches_items", "batches_merge", "answers",
    ]  # fmt: skip
    lines = driver.flow_outputs(done)["answers"].splitlines()
    assert [json.loads(line) for line in lines] == [
        {"number": 1, "lines": "ink\npens"},
        {"number": 2, "lines": "paper\nclips"},
        {"number": 3, "lines": "glue"},
    ]
    found = children(driver, done)
    labels = {label["value"] for one in found for label in one.facts["labels"]}
    assert {"number-1", "number-2", "number-3", done.id} <= labels


def test_a_file_without_items_starts_nothing_and_leaves_nothing(
    driver: Driver, batches: FlowName
) -> None:
    whole = source("for-each-item").read_text(encoding="utf-8")
    empty = driver.publish(
        whole.split("  - id: answers\n")[0].replace("for-each-item", "for-each-item-empty", 1)
    )

    done = driver.run(empty, {"orders": b""})

    assert done.state == "SUCCESS", driver.messages(done.id)
    assert driver.outputs(done, "batches_items") == {}
    assert driver.outputs(done, "batches_merge") == {}
    assert not children(driver, done)


def test_a_restart_runs_the_failed_batches_again_and_no_others(
    driver: Driver, batches: FlowName
) -> None:
    failed = driver.run(batches, {"orders": b"ink\npens\nbroken\nclips\nglue\n"})
    before = children(driver, failed)
    accept_all(driver, yes=True)
    assert driver.act(failed.id, "restart").is_success
    done = driver.once(failed.id, {"SUCCESS"})

    assert failed.state == "FAILED"
    assert failed.state_of("complain") == "SUCCESS"
    assert failed.state_of("batches_merge") is None
    after = children(driver, done)
    assert {child.id for child in after} == {child.id for child in before}
    assert sum("RESTARTED" in child.states for child in after) == 1
    assert driver.outputs(done, "batches_items")["iterations"] == {"SUCCESS": 3}
    assert len(driver.flow_outputs(done)["answers"].splitlines()) == 3


def test_a_restart_whose_batches_fail_again_ends_again(driver: Driver, batches: FlowName) -> None:
    failed = driver.run(batches, {"orders": b"broken\n"})

    assert driver.act(failed.id, "restart").is_success
    eventually(
        lambda: driver.get(failed.id).states.count("FAILED") == 2,
        PATIENCE,
        lambda: str(driver.get(failed.id)),
    )
    again = driver.get(failed.id)

    assert again.state == "FAILED"
    assert driver.outputs(again, "batches_items")["iterations"] == {"FAILED": 1}


def test_a_new_start_of_all_batches_may_be_asked_for(driver: Driver, batches: FlowName) -> None:
    text = source("for-each-item").read_text(encoding="utf-8")
    anew = text.replace("    concurrencyLimit: 4", "    restartBehavior: NEW_EXECUTION").replace(
        "id: for-each-item", "id: for-each-item-anew", 1
    )
    failed = driver.run(driver.publish(anew), {"orders": b"ink\npens\nbroken\n"})
    accept_all(driver, yes=True)
    driver.act(failed.id, "restart")

    done = driver.once(failed.id, {"SUCCESS"})
    assert len(children(driver, done)) == 4


def test_a_child_taken_up_by_hand_is_not_counted_twice(driver: Driver, batches: FlowName) -> None:
    failed = driver.run(batches, {"orders": b"broken\n"})
    (child,) = children(driver, failed)
    accept_all(driver, yes=True)
    driver.act(child.id, "restart")
    driver.once(child.id, {"SUCCESS"})

    assert driver.outputs(driver.get(failed.id), "batches_items")["iterations"] == {"FAILED": 1}
    driver.act(failed.id, "restart")
    done = driver.once(failed.id, {"SUCCESS"})
    assert driver.outputs(done, "batches_items")["iterations"] == {"SUCCESS": 1}
    assert len(children(driver, done)) == 1


def test_a_killed_loop_kills_the_children_that_live(driver: Driver) -> None:
    driver.publish(
        f"""
id: slow-batch
namespace: {SPACE}
tasks:
  - {{id: nap, type: core.flow.Sleep, duration: PT10M}}
"""
    )
    flow = driver.publish(
        f"""
id: slow-batches
namespace: {SPACE}
inputs: [{{id: lines, type: FILE}}]
tasks:
  - id: each
    type: core.flow.ForEachItem
    items: "{{{{ inputs.lines }}}}"
    namespace: {SPACE}
    flowId: slow-batch
    concurrencyLimit: 2
"""
    )
    started = driver.start(flow, {"lines": b"a\nb\nc\nd\n"})
    slow = FlowName(SPACE, "slow-batch")

    def mine() -> list[Told]:
        return [one for one in driver.executions(slow) if one.facts["parentId"] == started.id]

    eventually(lambda: len(mine()) == 2, PATIENCE, lambda: str(driver.get(started.id)))
    driver.act(started.id, "kill")
    done = driver.ended(started.id)

    assert done.state == "KILLED"
    assert [child.state for child in mine()] == ["KILLED", "KILLED"]
    assert done.state_of("each_items") == "KILLED"


@pytest.mark.parametrize(
    ("items", "flow_id", "complaint"),
    [
        ("https://example.org/orders.txt", "one-batch", "has to be the URI of a file in internal"),
        ("{{ inputs.orders }}", "nowhere", "Unable to find flow 'examples.groups'.'nowhere'"),
    ],
)
def test_a_loop_that_cannot_begin_fails_and_says_why(
    driver: Driver, batches: FlowName, items: str, flow_id: str, complaint: str
) -> None:
    text = (
        source("for-each-item")
        .read_text(encoding="utf-8")
        .replace("id: for-each-item", "id: for-each-item-bad", 1)
    )
    bad = text.replace('"{{ inputs.orders }}"', f'"{items}"').replace(
        "flowId: one-batch", f"flowId: {flow_id}"
    )

    done = driver.run(driver.publish(bad), {"orders": b"ink\n"})

    assert done.state == "FAILED"
    assert any(complaint in message for message in driver.messages(done.id))


@pytest.mark.parametrize(
    ("batch", "sizes"),
    [
        ("{rows: 3}", ["a1 b1 a2", "b2 c1"]),
        ("{bytes: '6'}", ["a1 b1", "a2 b2", "c1"]),
        ("{partitions: 2}", ["a1 a2 c1", "b1 b2"]),
        ("{regexPattern: '^([a-z])'}", ["a1 a2", "b1 b2", "c1"]),
        ("{rows: 2, separator: '1'}", ["a1\nb", "a2\nb2\nc"]),
    ],
)
def test_a_file_is_cut_as_the_batch_says(
    driver: Driver, batches: FlowName, batch: str, sizes: list[str]
) -> None:
    text = source("for-each-item").read_text(encoding="utf-8")
    flow = driver.publish(
        text.replace("id: for-each-item", "id: for-each-item-cut", 1).replace(
            "    batch:\n      rows: 2\n", f"    batch: {batch}\n"
        )
    )

    done = driver.run(flow, {"orders": b"a1\nb1\na2\nb2\nc1"})

    assert done.state == "SUCCESS", driver.messages(done.id)
    lines = driver.flow_outputs(done)["answers"].splitlines()
    found = [json.loads(line)["lines"] for line in lines]
    if "separator" not in batch:
        found = [one.replace("\n", " ") for one in found]
        assert found == sizes
    else:
        assert len(found) == 2


def test_a_loop_over_items_inside_a_loop_keeps_the_iterations_apart(
    driver: Driver, batches: FlowName
) -> None:
    flow = driver.publish(
        f"""
id: loop-of-loops
namespace: {SPACE}
inputs: [{{id: orders, type: FILE}}]
tasks:
  - id: twice
    type: core.flow.ForEach
    values: ["x", "y"]
    concurrencyLimit: 0
    tasks:
      - id: each
        type: core.flow.ForEachItem
        items: "{{{{ inputs.orders }}}}"
        namespace: {SPACE}
        flowId: one-batch
        inputs: {{orders: "{{{{ taskrun.items }}}}", number: "{{{{ taskrun.iteration }}}}"}}
  - id: x
    type: core.debug.Return
    format: "{{{{ read(outputs.each_merge.x.subflowOutputs) }}}}"
"""
    )

    done = driver.run(flow, {"orders": b"one\ntwo\n"})

    assert done.state == "SUCCESS", driver.messages(done.id)
    assert len(done.runs("each_items")) == 2
    assert len(driver.outputs(done, "x")["value"].splitlines()) == 2


LOOP_OF_ALL = f"""
id: loop-of-all
namespace: {SPACE}
inputs: [{{id: orders, type: FILE}}]
tasks:
  - id: loop
    type: core.flow.Loop
    values: ["1", "2"]
    outputs:
      - id: seen
        value: "{{{{ outputs.call.outputs.number }}}} {{{{ outputs.until.iterationCount }}}}
          {{{{ outputs.inside.value }}}} {{{{ outputs.each_items.numberOfBatches }}}}
          {{{{ outputs.word.a.value }}}}"
    tasks:
      - {{id: pre, type: core.debug.Return, format: "pre{{{{ item.value }}}}"}}
      - {{id: call, type: core.flow.Subflow, namespace: {SPACE}, flowId: one-batch,
         inputs: {{orders: "{{{{ inputs.orders }}}}", number: "{{{{ item.value }}}}"}}}}
      - id: until
        type: core.flow.LoopUntil
        condition: "{{{{ outputs.tick.value == '2' }}}}"
        checkFrequency: {{interval: PT0.01S}}
        tasks: [{{id: tick, type: core.debug.Return, format: "{{{{ outputs.until.iterationCount }}}}"}}]
      - id: folder
        type: core.flow.WorkingDirectory
        tasks:
          - {{id: inside, type: core.debug.Return, format: "in{{{{ outputs.pre.value }}}}"}}
          - {{id: after, type: core.log.Log, message: "{{{{ outputs.inside.value }}}}"}}
      - {{id: each, type: core.flow.ForEachItem, items: "{{{{ inputs.orders }}}}",
         namespace: {SPACE}, flowId: one-batch,
         inputs: {{orders: "{{{{ taskrun.items }}}}", number: "{{{{ taskrun.iteration }}}}"}}}}
      - id: words
        type: core.flow.ForEach
        values: ["a", "b"]
        tasks:
          - {{id: word, type: core.debug.Return, format: "{{{{ taskrun.value }}}}{{{{ item.index }}}}"}}
"""


def test_tasks_of_every_kind_see_their_own_item(driver: Driver, batches: FlowName) -> None:
    flow = driver.publish(LOOP_OF_ALL)

    done = driver.run(flow, {"orders": b"ink\npens\n"})

    assert done.state == "SUCCESS", driver.messages(done.id)
    told = driver.outputs(done, "loop")["outputs"]
    assert [one["outputs"]["seen"].split() for one in told] == [
        ["1", "2", "inpre1", "2", "a0"],
        ["2", "2", "inpre2", "2", "a1"],
    ]
