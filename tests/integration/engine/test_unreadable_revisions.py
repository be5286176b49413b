"""Executions whose pinned revision cannot be read any more: they end, and stop nobody else."""

from __future__ import annotations

from uuid import UUID

import pytest

from downbeat.common.scope import tenant_scope
from executions.runtime import plans
from flows.selectors import revisions
from tests.integration.engine.stage import Stage, succeed
from tests.support.cast import Cast

SCRIPT = """
id: {id}
namespace: company.data
tasks:
  - id: script
    type: scripts.shell.Script
    script: echo
"""


def break_flow(stage: Stage, flow_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes the task's type away, as an upgrade may, and forgets what was read before."""
    stage.rows(
        "update flow_revision r set source = replace(source, 'scripts.shell.Script', 'gone.Type')"
        " from flow f where f.id = r.flow_uid and f.flow_id = %s returning r.revision",
        flow_id,
    )
    monkeypatch.setattr(plans, "_compiled", plans._Shelf())
    monkeypatch.setattr(revisions, "_parsed", revisions._Parsed(10))


def error_of(stage: Stage, id: UUID) -> str:
    ((line,),) = stage.rows(
        "select message from log_line where execution_id = %s and level = 'ERROR'", id
    )
    return str(line)


def test_it_ends_failed_and_says_where_the_source_is_wrong(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.deploy(SCRIPT.format(id="broken"))
    stage.deploy(SCRIPT.format(id="sound"))
    running, other = stage.start("broken"), stage.start("sound")
    stage.settle()
    new = stage.start("broken")
    works = {work.key.execution_id: work for work in stage.works}

    break_flow(stage, "broken", monkeypatch)
    stage.turn(new, results=[succeed(works[running]), succeed(works[other])])

    assert (stage.state(running), stage.state(new)) == ("FAILED", "FAILED")
    assert stage.state(other) == "SUCCESS"
    assert stage.states(running) == {"script": "KILLED"}
    for id in (running, new):
        assert "Revision 1 of flow `company.data.broken` can no longer be read" in error_of(
            stage, id
        )
        assert "gone.Type" in error_of(stage, id)
        assert "(line 6, column" in error_of(stage, id)
        assert stage.execution(id).error == error_of(stage, id)
    assert stage.waiting() == set()


def test_those_that_wait_for_a_slot_end_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.deploy(SCRIPT.format(id="queue") + "concurrency: {limit: 1}\n")
    all_three = [stage.start("queue") for _ in range(3)]
    stage.settle()
    assert [stage.state(id) for id in all_three] == ["RUNNING", "QUEUED", "QUEUED"]

    break_flow(stage, "queue", monkeypatch)
    stage.turn(results=[succeed(work) for work in stage.works])
    stage.settle()

    assert [stage.state(id) for id in all_three] == ["FAILED"] * 3


def test_its_queued_attempts_do_not_keep_those_of_others_from_starting(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.slots = 0
    stage.deploy(SCRIPT.format(id="broken"))
    stage.deploy(SCRIPT.format(id="sound"))
    broken, sound = stage.start("broken"), stage.start("sound")
    stage.settle()

    break_flow(stage, "broken", monkeypatch)
    stage.claim()

    assert [work.key.execution_id for work in stage.works] == [sound]
    stage.settle()
    assert stage.state(broken) == "FAILED"


def test_a_restart_that_cannot_be_is_answered_in_the_log(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.deploy(SCRIPT.format(id="broken"))
    id = stage.start("broken")
    stage.settle()
    break_flow(stage, "broken", monkeypatch)
    stage.turn(results=[succeed(work) for work in stage.works])
    before = stage.execution(id)

    stage.rows("insert into inbox (tenant_id, execution_id, kind, payload)"
               " values (%s, %s, 'restart', '{}') returning id", stage.tenant_id, id)  # fmt: skip
    stage.settle()

    assert stage.execution(id).histories == before.histories
    said = stage.rows("select message from log_line where execution_id = %s", id)
    assert len(said) == 2


def test_the_flow_is_still_listed_and_shown_with_what_is_wrong(
    stage: Stage, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.deploy(SCRIPT.format(id="broken"))
    id = stage.start("broken")
    stage.settle()

    break_flow(stage, "broken", monkeypatch)
    stage.turn(results=[succeed(work) for work in stage.works])

    shown = cast.alice.get(f"{cast.api}/flows/company.data/broken")
    assert shown.status_code == 200, shown.content
    listed = cast.alice.get(f"{cast.api}/flows/search?namespace=company.data")
    assert [flow["id"] for flow in listed.json()["results"]] == ["broken"]
    assert "gone.Type" in str(shown.json()), shown.json()
    execution = cast.alice.get(f"{cast.api}/executions/{id}").json()
    assert execution["state"]["current"] == "FAILED"
    for part in ("graph", "flow"):
        answer = cast.alice.get(f"{cast.api}/executions/{id}/{part}")
        assert answer.status_code < 500, (part, answer.content)
    replay = cast.alice.post(f"{cast.api}/executions/{id}/actions/replay")
    assert 400 <= replay.status_code < 500, replay.content
    with tenant_scope(stage.tenant_id):
        assert revisions.published(stage.tenant_id, "company.data", "broken") is None
