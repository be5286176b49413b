"""Child executions of a loop over a file: each once, counted once, whatever is lost or repeated."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from downbeat.common import faultpoints
from downbeat.common.models import uuid7
from executions.engine.rules.batching import PORTION
from executions.runtime.batches import child_id
from executions.worker.work import AttemptResult, Work
from tests.integration.engine.stage import Stage, succeed

LOOP = """
id: loop
namespace: company.data
tasks:
  - id: each
    type: core.flow.ForEachItem
    items: downbeat:///orders.txt
    namespace: company.data
    flowId: batch
    inputs:
      n: "{{ taskrun.iteration }}"
"""
BATCH = """
id: batch
namespace: company.data
inputs:
  - {id: n, type: INT}
tasks:
  - {id: show, type: core.debug.Return, format: "{{ inputs.n }}"}
outputs:
  - {id: n, type: INT, value: "{{ inputs.n }}"}
"""
SLOW = """
id: batch
namespace: company.data
inputs:
  - {id: n, type: INT}
tasks:
  - {id: nap, type: core.flow.Sleep, duration: PT1H}
"""
FLAKY = """
id: batch
namespace: company.data
inputs:
  - {id: n, type: INT}
retry: {type: constant, interval: PT0.2S, maxAttempts: 2, behavior: CREATE_NEW_EXECUTION}
tasks:
  - {id: first, type: core.execution.Fail, condition: "{{ execution.id == execution.originalId }}"}
"""
CALL = """
id: call
namespace: company.data
tasks:
  - {id: sub, type: core.flow.Subflow, namespace: company.data, flowId: batch, inputs: {n: 1}}
"""


def cut(count: int) -> Any:
    """A worker that has cut the file into so many batches."""

    def play(work: Work) -> AttemptResult:
        if not work.type_name.endswith("Split"):
            return succeed(work)
        base = "downbeat:///batches/"
        return succeed(work, {"numberOfBatches": count, "batchesBaseUri": base})

    return play


def children(stage: Stage, parent: UUID) -> list[dict[str, Any]]:
    found = stage.rows(
        "select id, state, inputs->>'n' from execution where parent_id = %s order by id", parent
    )
    return [{"id": row[0], "state": row[1], "n": int(row[2])} for row in found]


def iterations(stage: Stage, id: UUID) -> dict[str, int]:
    return dict(stage.outputs(id, "each_items")["each_items"]["iterations"])


def test_every_batch_gets_one_child_and_each_end_is_counted_once(stage: Stage) -> None:
    stage.deploy(BATCH)
    stage.deploy(LOOP)
    count = 2 * PORTION + 7

    id = stage.start("loop")
    stage.play(cut(count))

    assert stage.state(id) == "SUCCESS"
    assert [child["n"] for child in children(stage, id)] == list(range(1, count + 1))
    assert iterations(stage, id) == {"SUCCESS": count}


def test_a_turn_that_is_lost_before_its_commit_starts_no_child_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.deploy(BATCH)
    stage.deploy(LOOP)
    passed: Counter[str] = Counter()

    def lose_every_third(name: str) -> None:
        passed[name] += 1
        if name == "turn.before_commit" and passed[name] % 3 == 1:
            raise ConnectionError("the worker is gone")

    id = stage.start("loop")
    stage.settle()
    (split,), stage.works = stage.works, []
    stage.turn(results=[cut(PORTION + 5)(split)])
    with monkeypatch.context() as patched:
        patched.setattr(faultpoints, "passing", lose_every_third)
        while stage.waiting():
            with suppress(ConnectionError):
                stage.settle()
    stage.play(cut(0))

    assert passed["turn.before_commit"] > 3
    assert stage.state(id) == "SUCCESS"
    assert len(children(stage, id)) == PORTION + 5
    assert iterations(stage, id) == {"SUCCESS": PORTION + 5}


def test_only_the_end_of_a_child_of_the_loop_is_counted(stage: Stage) -> None:
    stage.deploy(SLOW)
    stage.deploy(LOOP)
    id = stage.start("loop")
    stage.play(cut(2), timers=False)
    first, _ = children(stage, id)
    (items,) = [run for run in stage.runs(id) if run.task_id == "each_items"]
    told = {
        "task_run_id": str(items.id),
        "child_id": str(uuid7()),
        "original_id": str(uuid7()),
        "iteration": 1,
        "state": "SUCCESS",
        "outputs": {},
    }
    _post(stage, id, told)  # of a child that nobody started
    stage.settle()
    assert iterations(stage, id) == {"RUNNING": 2}

    _post(stage, id, {**told, "child_id": str(first["id"]), "original_id": str(first["id"])})
    stage.settle()
    assert iterations(stage, id) == {"RUNNING": 1, "SUCCESS": 1}
    assert stage.state(id) == "RUNNING"


def _post(stage: Stage, id: UUID, payload: dict[str, Any]) -> None:
    from downbeat.common.scope import tenant_scope
    from executions.runtime.inbox import post

    with tenant_scope(stage.tenant_id):
        post(stage.tenant_id, id, "child_ended", payload)


@pytest.mark.parametrize("parent", ["loop", "call"])
def test_a_child_that_its_flow_tries_again_under_a_new_id_is_still_waited_for(
    stage: Stage, parent: str
) -> None:
    stage.deploy(FLAKY)
    stage.deploy(LOOP)
    stage.deploy(CALL)

    id = stage.start(parent)
    stage.play(cut(1))

    assert stage.state(id) == "SUCCESS"


def test_batches_that_are_refused_fail_the_loop_and_say_why_once(stage: Stage) -> None:
    stage.deploy(BATCH)
    stage.deploy(LOOP.replace("{{ taskrun.iteration }}", "no number"))
    id = stage.start("loop")
    stage.play(cut(PORTION // 2))

    lines = stage.rows(
        "select message from log_line where execution_id = %s and level = 'ERROR'", id
    )
    assert stage.state(id) == "FAILED"
    assert iterations(stage, id) == {"FAILED": PORTION // 2}
    assert [line for line in lines if "must be an integer" in line[0]] == lines[:1]


def test_a_flow_that_is_not_there_is_looked_for_once(stage: Stage) -> None:
    stage.deploy(LOOP)
    id = stage.start("loop")
    stage.play(cut(5 * PORTION))

    lines = stage.rows("select message from log_line where execution_id = %s", id)
    assert stage.state(id) == "FAILED"
    assert iterations(stage, id) == {"FAILED": 5 * PORTION}
    assert lines == [("Unable to find flow 'company.data'.'batch'",)]


def test_the_ids_of_children_are_of_one_time_in_order_and_all_different() -> None:
    first = uuid7()
    ids = [child_id(first, number) for number in (1, 2, 255, 65_535, 65_536, 100_000, 10_000_000)]

    assert all(one < other for one, other in pairwise(ids))
    assert {id.version for id in ids} == {7}
    assert {id.variant for id in ids} == {first.variant}
    assert {id.int >> 80 for id in ids} == {first.int >> 80}
    assert child_id(uuid7(), 1) != child_id(first, 1)
