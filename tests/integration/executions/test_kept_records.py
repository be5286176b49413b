"""What stays when an execution is deleted without its logs or metrics: those, and nothing else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from downbeat.common.scope import tenant_scope
from executions.services import purging
from tests.integration.engine.stage import Stage
from tests.support.cast import Cast

FLOW = """
id: talk
namespace: company.data
inputs:
  - id: word
    type: STRING
    defaults: secret-ish
tasks:
  - id: say
    type: core.log.Log
    message: "hello {{ inputs.word }}"
  - id: gate
    type: core.flow.Pause
"""


@pytest.fixture
def stage(cast: Cast) -> Stage:
    return Stage(tenant_id=cast.tenant.id, actor=cast.alice.actor)


@pytest.fixture
def done(stage: Stage, cast: Cast) -> UUID:
    stage.deploy(FLOW)
    id = stage.start("talk")
    stage.settle()
    cast.alice.post(f"{cast.api}/executions/{id}/actions/resume")
    stage.settle()
    assert stage.state(id) == "SUCCESS"
    return id


def logs(cast: Cast, id: UUID, member: Any = None) -> Any:
    return (member or cast.alice).get(f"{cast.api}/logs/{id}")


def delete(cast: Cast, id: UUID, query: str) -> Any:
    return cast.alice.delete(f"{cast.api}/executions/{id}{query}")


def test_logs_that_are_kept_can_be_read_found_and_deleted(
    stage: Stage, cast: Cast, done: UUID
) -> None:
    answer = delete(cast, done, "?deleteLogs=false")

    found = cast.alice.get(f"{cast.api}/logs/search").json()
    assert answer.status_code == 204
    assert cast.alice.get(f"{cast.api}/executions/{done}").status_code == 404
    assert cast.alice.get(f"{cast.api}/executions/search").json()["total"] == 0
    assert [line["message"] for line in logs(cast, done).json()] == ["hello secret-ish"]
    assert [line["message"] for line in found["results"]] == ["hello secret-ish"]
    assert stage.rows("select count(*) from task_run") == [(0,)]
    assert stage.rows("select inputs::text, outputs, progress::text from execution") == [
        ("{}", None, "{}")
    ]
    assert cast.alice.delete(f"{cast.api}/logs/{done}").status_code == 204
    assert logs(cast, done).json() == []


def test_nothing_of_a_deleted_execution_shows_its_logs_to_strangers(cast: Cast, done: UUID) -> None:
    delete(cast, done, "?deleteLogs=false&deleteMetrics=false")

    assert logs(cast, done, cast.bob).status_code in (200, 403)
    assert cast.charlie.get(f"{cast.api}/logs/{done}").status_code == 404


def test_without_a_wish_nothing_is_kept(stage: Stage, cast: Cast, done: UUID) -> None:
    delete(cast, done, "")

    assert stage.rows("select count(*) from log_line") == [(0,)]
    assert stage.rows("select count(*) from execution") == [(0,)]
    assert logs(cast, done).status_code == 404


def test_many_are_deleted_as_one_is(stage: Stage, cast: Cast, done: UUID) -> None:
    path = f"{cast.api}/executions/by-ids?deleteLogs=false&deleteMetrics=false"

    answer = cast.alice.delete(path, [str(done)])

    assert answer.json() == {"count": 1}
    assert len(logs(cast, done).json()) == 1


def test_a_live_execution_that_is_deleted_without_its_logs_holds_no_slot(
    stage: Stage, cast: Cast
) -> None:
    stage.deploy(
        FLOW.replace("namespace: company.data", "namespace: company.data\nconcurrency: {limit: 1}")
    )
    first, second = stage.start("talk"), stage.start("talk")
    stage.settle()
    waiting = stage.state(second)

    path = f"{cast.api}/executions/by-ids?deleteLogs=false&includeNonTerminated=true"
    cast.alice.delete(path, [str(first)])
    stage.settle()

    assert (waiting, stage.state(second)) == ("QUEUED", "PAUSED")


def test_a_purge_can_leave_logs_and_a_later_one_takes_them(stage: Stage, done: UUID) -> None:
    scope = purging.Scope("company", below=True)
    with tenant_scope(stage.tenant_id):
        first = purging.purge(scope, purging.Parts(logs=False))
        left = stage.rows("select count(*) from log_line")
        again = purging.purge(scope, purging.Parts(logs=False))
        last = purging.purge(scope, purging.Parts())

    assert (first.executions, first.logs, left) == (1, 0, [(1,)])
    assert again.executions == 0
    assert (last.executions, last.logs) == (1, 1)
    assert stage.rows("select count(*) from execution") == [(0,)]
