"""Restarts and replays: what is kept, what runs again, on which revision, with which inputs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import connections, transaction
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from executions.services import creation
from tests.integration.engine.stage import Stage, fail, succeed
from tests.support.cast import Cast

STEPS = """
id: steps
namespace: company.data
labels:
  team: data
inputs:
  - id: word
    type: STRING
    defaults: old
  - id: count
    type: INT
    defaults: 1
  - id: pin
    type: SECRET
    defaults: "p!n?"
tasks:
  - id: a
    type: core.debug.Return
    format: "{{ inputs.word }}"
  - id: group
    type: core.flow.Sequential
    tasks:
      - id: b
        type: core.execution.Fail
        condition: "{{ inputs.word == 'old' }}"
      - id: c
        type: core.debug.Return
        format: "{{ outputs.a.value }} {{ inputs.word }} {{ inputs.count }} {{ inputs.pin | length }}"
  - id: choice
    type: core.flow.If
    condition: "true"
    then:
      - id: yes
        type: core.debug.Return
        format: "yes"
errors:
  - id: handler
    type: core.debug.Return
    format: h
"""
MENDED = STEPS.replace("{{ inputs.word == 'old' }}", "false")
LOOP = """
id: loop
namespace: company.data
tasks:
  - id: each
    type: core.flow.ForEach
    values: ["1", "2", "3"]
    tasks:
      - id: x
        type: core.debug.Return
        format: "{{ taskrun.value }}"
      - id: y
        type: core.debug.Return
        format: "{{ outputs.x[taskrun.value].value }}"
  - id: end
    type: core.debug.Return
    format: "{{ outputs.y | length }}"
"""


def act(cast: Cast, id: UUID | str, action: str, inputs: dict[str, str] | None = None) -> Any:
    path = f"{cast.api}/executions/{id}/actions/{action}"
    if inputs is None:
        return cast.alice.post(path)
    body = encode_multipart(BOUNDARY, inputs).decode()
    return cast.alice.post(path, body, type=MULTIPART_CONTENT)


def everything(stage: Stage) -> list[tuple[Any, ...]]:
    return stage.rows(
        "select (select count(*) from execution), (select count(*) from task_run),"
        " (select count(*) from inbox), (select max(seq) from execution)"
    )


@pytest.fixture
def failed(stage: Stage) -> UUID:
    stage.deploy(STEPS)
    id = stage.start("steps")
    stage.settle()
    assert stage.state(id) == "FAILED"
    return id


def names(steps: list[dict[str, str]]) -> list[str]:
    return [step["taskId"] for step in steps]


def test_a_restart_on_a_newer_revision_keeps_what_succeeded(
    stage: Stage, cast: Cast, failed: UUID
) -> None:
    stage.deploy(MENDED)

    answer = act(cast, failed, "restart?revision=2")
    stage.settle()

    told = answer.json()
    new = UUID(told["id"])
    old_a = next(run for run in stage.runs(failed) if run.task_id == "a")
    new_a = next(run for run in stage.runs(new) if run.task_id == "a")
    assert new != failed
    assert (told["flowRevision"], told["parentId"]) == (2, str(failed))
    assert stage.state(new) == "SUCCESS"
    assert stage.states(new) == {
        "a": "SUCCESS", "group": "SUCCESS", "b": "SUCCESS", "c": "SUCCESS",
        "choice": "SUCCESS", "yes": "SUCCESS",
    }  # fmt: skip
    assert (new_a.created_at, new_a.id == old_a.id) == (old_a.created_at, False)
    assert stage.outputs(new, "c")["c"]["value"] == "old old 1 4"
    assert stage.state(failed) == "FAILED"
    attempts = {run.task_id: run.attempts for run in stage.runs(new)}
    assert attempts["b"] == 2


def test_a_restart_on_a_revision_that_is_not_there_is_not_found(cast: Cast, failed: UUID) -> None:
    assert act(cast, failed, "restart?revision=7").status_code == 404


def test_a_replay_from_a_task_takes_edited_inputs_and_leaves_the_others(
    stage: Stage, cast: Cast, failed: UUID
) -> None:
    run = next(run.id for run in stage.runs(failed) if run.task_id == "b")

    answer = act(cast, failed, f"replay-with-inputs?taskRunId={run}", {"word": "new", "count": "5"})
    stage.settle()

    new = UUID(answer.json()["id"])
    assert stage.state(new) == "SUCCESS", answer.content
    assert stage.outputs(new, "c")["c"]["value"] == "old new 5 4"
    shown = cast.alice.get(f"{cast.api}/executions/{new}").json()
    assert (shown["inputs"]["word"], shown["inputs"]["count"]) == ("new", 5)
    assert "p!n?" not in str(shown)


def test_edited_inputs_that_are_wrong_are_refused_by_name(
    stage: Stage, cast: Cast, failed: UUID
) -> None:
    run = next(run.id for run in stage.runs(failed) if run.task_id == "b")
    before = everything(stage)

    for query in (f"?taskRunId={run}", f"?taskRunId={run}&dryRun=true", "?dryRun=true", ""):
        answer = act(cast, failed, f"replay-with-inputs{query}", {"count": "many"})
        assert answer.status_code == 422
        assert "count" in answer.json()["detail"]
    assert everything(stage) == before


def test_a_dry_restart_tells_what_would_happen_and_changes_nothing(
    stage: Stage, cast: Cast, failed: UUID
) -> None:
    before = everything(stage)

    told = act(cast, failed, "restart?dryRun=true").json()

    assert told["sameExecution"] is True
    assert names(told["reused"]) == ["a"]
    assert names(told["again"]) == ["group", "b"]
    assert names(told["next"]) == ["c", "choice"]
    assert names(told["possible"]) == ["yes", "handler"]
    assert names(told["dropped"]) == ["handler"]
    assert told["counts"]["again"] == 2
    assert everything(stage) == before


def test_a_dry_replay_in_a_loop_says_which_iterations_are_dropped(stage: Stage, cast: Cast) -> None:
    stage.deploy(LOOP)
    id = stage.start("loop")
    stage.settle()
    second = next(run for run in stage.runs(id) if (run.task_id, run.value) == ("y", "2"))
    before = everything(stage)

    told = act(cast, id, f"replay?taskRunId={second.id}&dryRun=true").json()

    reused = [(step["taskId"], step["value"]) for step in told["reused"]]
    dropped = [(step["taskId"], step.get("value")) for step in told["dropped"]]
    assert reused == [("x", "1"), ("y", "1"), ("x", "2")]
    assert names(told["again"]) == ["each", "y"]
    assert dropped == [("x", "3"), ("y", "3"), ("end", None)]
    assert everything(stage) == before
    new = UUID(act(cast, id, f"replay?taskRunId={second.id}").json()["id"])
    stage.settle()
    assert stage.state(new) == "SUCCESS"
    assert stage.outputs(new, "end")["end"]["value"] == "3"
    assert len(stage.runs(new)) == 8


def test_a_dry_replay_from_the_start_runs_everything(
    stage: Stage, cast: Cast, failed: UUID
) -> None:
    told = act(cast, failed, "replay?dryRun=true").json()

    assert (told["reused"], told["sameExecution"]) == ([], False)
    assert names(told["next"]) == ["a", "group", "b", "c", "choice"]


def test_a_replay_stops_at_a_breakpoint(stage: Stage, cast: Cast, failed: UUID) -> None:
    run = next(run.id for run in stage.runs(failed) if run.task_id == "a")

    new = UUID(act(cast, failed, f"replay?taskRunId={run}&breakpoints=b").json()["id"])
    stage.settle()

    assert stage.state(new) == "PAUSED"
    assert stage.states(new)["b"] == "CREATED"
    assert act(cast, failed, "replay?breakpoints=nothing").status_code == 422


def test_an_unknown_task_run_is_refused(cast: Cast, failed: UUID) -> None:
    for query in ("replay?taskRunId=x", f"replay?taskRunId={failed}&dryRun=true"):
        answer = act(cast, failed, query)
        assert (answer.status_code, answer.json()["code"]) == (422, "execution.task_run")


def test_an_execution_that_ended_well_cannot_be_restarted(stage: Stage, cast: Cast) -> None:
    stage.deploy(LOOP)
    id = stage.start("loop")
    stage.settle()

    for query in ("restart", "restart?dryRun=true", "restart?revision=1"):
        assert act(cast, id, query).status_code == 422


def test_a_viewer_foresees_nothing(cast: Cast, failed: UUID) -> None:
    path = f"{cast.api}/executions/{failed}/actions"

    for action in ("restart?dryRun=true", "replay?dryRun=true"):
        assert cast.bob.post(f"{path}/{action}").status_code == 403
        assert cast.charlie.post(f"{path}/{action}").status_code == 404


LIMITED = """
id: limited
namespace: company.data
tasks:
  - id: par
    type: core.flow.Parallel
    concurrent: 1
    tasks:
      - {id: a, type: scripts.shell.Commands, commands: ["true"]}
      - id: seq
        type: core.flow.Sequential
        tasks:
          - {id: b, type: scripts.shell.Commands, commands: ["true"]}
      - {id: c, type: scripts.shell.Commands, commands: ["true"]}
"""


def test_a_restart_keeps_the_limit_of_a_group_from_turn_to_turn(stage: Stage, cast: Cast) -> None:
    stage.deploy(LIMITED)
    id = stage.start("limited")
    stage.play(fail)
    assert stage.state(id) == "FAILED"
    assert act(cast, id, "restart").status_code == 200

    seen: list[str] = []
    for _ in range(3):
        stage.settle()
        states = stage.states(id)
        (work,) = stage.works
        stage.works = []
        seen.append(states["seq"])
        stage.turn(results=[succeed(work)])
    stage.play()

    assert seen == ["RESTARTED", "RUNNING", "SUCCESS"]
    assert stage.state(id) == "SUCCESS"
    assert stage.rows("select count(*), max(attempts) from task_run where folded") == [(5, 2)]


def test_a_restart_on_a_newer_revision_keeps_the_limit_of_a_group(stage: Stage, cast: Cast) -> None:
    stage.deploy(LIMITED)
    id = stage.start("limited")
    stage.play(fail)
    stage.deploy(LIMITED + "description: newer\n")

    again = UUID(act(cast, id, "restart?revision=2").json()["id"])
    most = 0
    for _ in range(4):
        stage.settle()
        most = max(most, len(stage.works))
        done, stage.works = stage.works, []
        stage.turn(again, results=[succeed(work) for work in done])

    assert most == 1
    assert stage.state(again) == "SUCCESS"


def beside(work: Any) -> None:
    """Does the work as another process would, on connections of its own."""

    def whole() -> None:
        work()
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(whole).result()


def test_the_answer_shows_a_replay_as_it_begins_however_quick_a_worker_is(
    stage: Stage, cast: Cast, failed: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = next(run.id for run in stage.runs(failed) if run.task_id == "b")
    announced = creation.announce

    def at_once(*facts: Any, **more: Any) -> None:
        announced(*facts, **more)
        transaction.on_commit(lambda: beside(stage.settle))

    monkeypatch.setattr(creation, "announce", at_once)

    told = act(cast, failed, f"replay?taskRunId={run}").json()

    assert stage.state(UUID(told["id"])) == "FAILED"
    assert told["state"]["current"] == "CREATED"
    assert [(run["taskId"], run["state"]["current"]) for run in told["taskRunList"]] == [
        ("a", "SUCCESS"), ("group", "RUNNING"), ("b", "CREATED"),
    ]  # fmt: skip


WIDE = """
id: wide
namespace: company.data
tasks:
  - id: outer
    type: core.flow.Parallel
    concurrent: 1
    tasks:
      - id: before
        type: scripts.shell.Commands
        commands: ["false"]
      - id: inner
        type: core.flow.ForEach
        concurrencyLimit: 0
        values: "{{ range(1, 40) }}"
        tasks:
          - {id: work, type: scripts.shell.Commands, commands: ["false"]}
"""


def test_a_group_without_a_limit_takes_up_all_that_failed_in_it_at_once(
    stage: Stage, cast: Cast
) -> None:
    stage.deploy(WIDE)
    id = stage.start("wide")
    stage.play(fail)
    assert act(cast, id, "restart").status_code == 200
    stage.settle()
    (before,) = stage.works
    stage.works = []

    stage.turn(results=[succeed(before)])
    turns = 0
    while waiting := stage.waiting():
        stage.turn(*waiting)
        turns += 1
    begun = len(stage.works)
    stage.play()

    assert (begun, stage.state(id)) == (40, "SUCCESS")
    assert turns <= 3
