"""Loops over items with a scope of their own, and until a condition holds."""

from __future__ import annotations

from typing import Any

from tests.acceptance.flows.sources import source
from tests.support.driver import Driver, FlowName

SPACE = "examples.groups"


def test_each_item_of_a_loop_is_a_scope_of_its_own(driver: Driver) -> None:
    done = driver.run(driver.publish(source("loop")))

    assert done.state == "SUCCESS", driver.messages(done.id)
    assert driver.flow_outputs(done) == {
        "list": "1. bread costs 6; 2. cheese costs 16; 3. olives costs 10; "
    }
    printed = {driver.outputs_of(done, run)["value"] for run in done.runs("print")}
    assert printed == {
        "bread small: 6", "bread large: 6", "cheese small: 16", "cheese large: 16",
        "olives small: 10", "olives large: 10",
    }  # fmt: skip


def test_a_failed_item_stops_no_other_and_fails_the_loop_unless_told_otherwise(
    driver: Driver,
) -> None:
    def flow(name: str, transmits: bool) -> FlowName:
        return driver.publish(
            f"""
id: {name}
namespace: {SPACE}
inputs: [{{id: words, type: FILE}}]
tasks:
  - id: words
    type: core.flow.Loop
    values: "{{{{ inputs.words }}}}"
    concurrencyLimit: 1
    transmitFailed: {str(transmits).lower()}
    outputs:
      - {{id: word, type: STRING, value: "{{{{ outputs.say.value }}}}"}}
    tasks:
      - {{id: say, type: core.debug.Return, format: "{{{{ item.value }}}}"}}
      - {{id: stop, type: core.execution.Fail, condition: "{{{{ item.value == 'bad' }}}}"}}
    errors:
      - {{id: sorry, type: core.debug.Return, format: "sorry for {{{{ item.value }}}}"}}
    finally:
      - {{id: bye, type: core.debug.Return, format: "bye {{{{ outputs.say.value }}}}"}}
"""
        )

    words: dict[str, Any] = {"words": b"good\nbad\ngood\n"}
    strict, lenient = (
        driver.run(flow("loop-strict", True), words),
        driver.run(flow("loop-lenient", False), words),
    )

    assert (strict.state, lenient.state) == ("FAILED", "SUCCESS")
    assert len(lenient.runs("say")) == len(lenient.runs("bye")) == 3
    assert driver.outputs(lenient, "sorry")["value"] == "sorry for bad"
    told = driver.outputs(lenient, "words")
    assert told["terminatedIterations"] == {"SUCCESS": 2, "FAILED": 1}
    assert [one["outputs"]["word"] for one in told["outputs"]] == ["good", "bad", "good"]


def test_a_condition_sees_the_outputs_of_its_round_and_the_last_round_stays(driver: Driver) -> None:
    done = driver.run(driver.publish(source("loop-until")))

    assert done.state == "SUCCESS", driver.messages(done.id)
    told = driver.outputs(done, "tell")["value"]
    assert told == "ready after 3 rounds, the last being number 3"
    assert len(done.runs("answer")) == 1


def test_outputs_of_a_former_round_are_gone_when_the_next_begins(driver: Driver) -> None:
    flow = driver.publish(
        f"""
id: rounds
namespace: {SPACE}
tasks:
  - id: outer
    type: core.flow.ForEach
    values: ["x", "y"]
    tasks:
      - id: until
        type: core.flow.LoopUntil
        condition: "{{{{ outputs.until[taskrun.value].iterationCount >= 2 }}}}"
        checkFrequency: {{interval: PT0.01S}}
        tasks:
          - id: look
            type: core.debug.Return
            format: "{{{{ outputs.write[parent.taskrun.value].value ??? 'nothing' }}}}"
          - id: write
            type: core.debug.Return
            format: written
"""
    )

    done = driver.run(flow)

    assert done.state == "SUCCESS", driver.messages(done.id)
    assert {driver.outputs_of(done, run)["value"] for run in done.runs("look")} == {"nothing"}
    assert len(done.runs("look")) == 2
