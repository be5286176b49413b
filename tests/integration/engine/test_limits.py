"""Concurrency limits: slots that follow from states, limits that change, people who overrule them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.integration.engine.stage import Stage
from tests.support.cast import Cast

LIMITED = """
id: limited
namespace: company.data
concurrency:
  limit: %s
  behavior: %s
tasks:
  - id: work
    type: scripts.shell.Commands
    commands: [work]
"""
FREE = """
id: limited
namespace: company.data
tasks:
  - id: work
    type: scripts.shell.Commands
    commands: [work]
"""


def starts(stage: Stage, count: int) -> list[UUID]:
    found = []
    for _ in range(count):
        found.append(stage.start("limited"))
        stage.settle()
    return found


def states(stage: Stage, ids: list[UUID]) -> list[str]:
    return [stage.state(id) for id in ids]


def act(cast: Cast, id: UUID, action: str) -> Any:
    return cast.alice.post(f"{cast.api}/executions/{id}/actions/{action}")


def test_a_higher_limit_lets_those_go_on_that_wait(stage: Stage) -> None:
    stage.deploy(LIMITED % (1, "QUEUE"))
    ids = starts(stage, 4)
    assert states(stage, ids) == ["RUNNING", "QUEUED", "QUEUED", "QUEUED"]

    stage.deploy(LIMITED % (3, "QUEUE"))
    stage.settle()

    assert states(stage, ids) == ["RUNNING", "RUNNING", "RUNNING", "QUEUED"]
    stage.play()
    assert states(stage, ids) == ["SUCCESS"] * 4


def test_without_a_limit_everybody_goes_on(stage: Stage) -> None:
    stage.deploy(LIMITED % (1, "QUEUE"))
    ids = starts(stage, 3)

    stage.deploy(FREE)
    stage.settle()

    assert states(stage, ids) == ["RUNNING"] * 3


def test_a_lower_limit_holds_for_those_that_wait(stage: Stage) -> None:
    stage.deploy(LIMITED % (2, "QUEUE"))
    ids = starts(stage, 4)
    stage.deploy(LIMITED % (1, "QUEUE"))
    stage.settle()

    one, two = stage.works
    stage.works = []
    stage.turn(results=[stage_result(one)])
    stage.settle()

    assert states(stage, ids) == ["SUCCESS", "RUNNING", "QUEUED", "QUEUED"]
    stage.turn(results=[stage_result(two)])
    stage.settle()
    assert states(stage, ids) == ["SUCCESS", "SUCCESS", "RUNNING", "QUEUED"]


def stage_result(work: Any) -> Any:
    from tests.integration.engine.stage import succeed

    return succeed(work)


@pytest.mark.parametrize("behavior", ["QUEUE", "CANCEL", "FAIL"])
def test_a_restart_waits_for_a_slot_of_its_own(stage: Stage, cast: Cast, behavior: str) -> None:
    from tests.integration.engine.stage import fail

    stage.deploy(LIMITED % (1, behavior))
    (first,) = starts(stage, 1)
    works, stage.works = stage.works, []
    stage.turn(results=[fail(work) for work in works])
    stage.settle()
    (second,) = starts(stage, 1)
    assert states(stage, [first, second]) == ["FAILED", "RUNNING"]

    assert act(cast, first, "restart").status_code == 200
    stage.settle()

    assert states(stage, [first, second]) == ["QUEUED", "RUNNING"]
    assert [run.state for run in stage.runs(first)] == ["RESTARTED"]
    stage.play()
    assert states(stage, [first, second]) == ["SUCCESS", "SUCCESS"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [("RUNNING", "RUNNING"), ("CANCELLED", "CANCELLED"), ("FAILED", "FAILED")],
)
def test_somebody_takes_an_execution_out_of_the_queue(
    stage: Stage, cast: Cast, state: str, expected: str
) -> None:
    stage.deploy(LIMITED % (1, "QUEUE"))
    _, waiting = starts(stage, 2)

    answer = act(cast, waiting, f"unqueue?state={state}")
    stage.settle()

    assert answer.status_code == 200
    assert stage.state(waiting) == expected
    assert act(cast, waiting, "unqueue").status_code == 409


def test_a_state_into_which_nothing_can_be_unqueued_is_refused(stage: Stage, cast: Cast) -> None:
    stage.deploy(LIMITED % (1, "QUEUE"))
    _, waiting = starts(stage, 2)

    assert act(cast, waiting, "unqueue?state=SUCCESS").status_code == 422
    assert stage.state(waiting) == "QUEUED"


def test_a_queued_execution_can_be_forced(stage: Stage, cast: Cast) -> None:
    stage.deploy(LIMITED % (1, "QUEUE"))
    ids = starts(stage, 2)

    act(cast, ids[1], "force-run")
    stage.settle()

    assert states(stage, ids) == ["RUNNING", "RUNNING"]


@pytest.mark.parametrize(("behavior", "state"), [("CANCEL", "CANCELLED"), ("FAIL", "FAILED")])
def test_one_too_many_is_turned_away(stage: Stage, behavior: str, state: str) -> None:
    stage.deploy(LIMITED % (1, behavior))
    ids = starts(stage, 2)

    assert states(stage, ids) == ["RUNNING", state]
    assert [step["state"] for step in stage.execution(ids[1]).histories] == ["CREATED", state]


def test_one_that_was_turned_away_can_be_restarted(stage: Stage, cast: Cast) -> None:
    stage.deploy(LIMITED % (1, "FAIL"))
    ids = starts(stage, 2)

    assert act(cast, ids[1], "restart").status_code == 200
    stage.settle()
    assert states(stage, ids) == ["RUNNING", "QUEUED"]
    stage.play()

    assert states(stage, ids) == ["SUCCESS", "SUCCESS"]


def test_limits_are_listed_with_what_is_used_and_are_looked_at_anew(
    stage: Stage, cast: Cast
) -> None:
    stage.deploy(LIMITED % (1, "QUEUE"))
    starts(stage, 3)
    path = f"{cast.api}/concurrency-limit"

    page = cast.alice.get(f"{path}/search").json()
    body = {"tenantId": cast.tenant.slug, "namespace": "company.data", "flowId": "limited",
            "running": 0}  # fmt: skip
    updated = cast.alice.request("PUT", f"{path}/company.data/limited", body)

    expected = {
        "tenantId": cast.tenant.slug, "namespace": "company.data", "flowId": "limited",
        "running": 1, "queued": 2, "limit": 1, "behavior": "QUEUE",
    }  # fmt: skip
    assert (page["results"], page["total"]) == ([expected], 1)
    assert (updated.status_code, updated.json()) == (200, expected)
    assert cast.alice.request("PUT", f"{path}/company.data/nothing", body).status_code == 404
    assert cast.bob.get(f"{path}/search").status_code == 200
    assert cast.bob.request("PUT", f"{path}/company.data/limited", body).status_code == 403
