"""Every slot of a flow's limit is given on when its execution ends, however the ends fall."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.integration.engine.stage import Stage, succeed

LIMIT = 3
FLOW = f"""id: limited
namespace: company.data
concurrency:
  limit: {LIMIT}
tasks:
  - id: work
    type: scripts.shell.Script
    script: "true"
"""


@pytest.fixture
def ids(stage: Stage) -> list[UUID]:
    """Three that run, and four that wait for them."""
    stage.deploy(FLOW)
    found = [stage.start("limited") for _ in range(LIMIT + 4)]
    stage.turn(*found)
    assert running(stage, found) == LIMIT
    return found


def running(stage: Stage, ids: list[UUID]) -> int:
    return sum(stage.state(id) == "RUNNING" for id in ids)


def test_executions_that_end_in_one_turn_free_a_slot_each(stage: Stage, ids: list[UUID]) -> None:
    done, stage.works = stage.works, []

    stage.turn(results=[succeed(work) for work in done])
    stage.settle()

    assert running(stage, ids) == LIMIT


def test_ends_free_a_slot_each_before_any_that_waits_has_begun(
    stage: Stage, ids: list[UUID]
) -> None:
    done, stage.works = stage.works, []

    for work in done:
        stage.turn(results=[succeed(work)])
    stage.settle()

    assert running(stage, ids) == LIMIT


def test_a_limit_is_never_passed_however_often_those_that_wait_are_told(
    stage: Stage, ids: list[UUID]
) -> None:
    for _ in range(3):
        stage.turn(*ids)

    assert running(stage, ids) == LIMIT
