"""Each operation on an execution in each situation: accepted or refused, and nothing is spoilt.

Whatever somebody asks for, the laws of the engine hold afterwards, and when the tasks go on all
executions come to an end, with all of their task runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import pytest

from tests.integration.engine.stage import Stage
from tests.integration.executions.situations import (
    SITUATIONS,
    act,
    begin,
    broken_laws,
    live_runs,
    task_run,
    wind_up,
)
from tests.support.cast import Cast

OPERATIONS: Final[Mapping[str, tuple[str, str, Any]]] = {
    "kill": ("DELETE", "kill", None),
    "pause": ("POST", "pause", None),
    "resume": ("POST", "resume", None),
    "leave breakpoint": ("POST", "resume-from-breakpoint", None),
    "restart": ("POST", "restart", None),
    "replay": ("POST", "replay", None),
    "replay there": ("POST", "replay?taskRunId={run}", None),
    "replay first": ("POST", "replay?taskRunId={first}", None),
    "force run": ("POST", "force-run", None),
    "unqueue": ("POST", "unqueue", None),
    "change status": ("POST", "change-status?status=WARNING", None),
    "set well": ("POST", "state", {"taskRunId": "{run}", "state": "SUCCESS"}),
    "set failed": ("POST", "state", {"taskRunId": "{run}", "state": "FAILED"}),
    "set running": ("POST", "state", {"taskRunId": "{run}", "state": "RUNNING"}),
    "set first": ("POST", "state", {"taskRunId": "{first}", "state": "FAILED"}),
    "label": ("POST", "labels", [{"key": "a", "value": "b"}]),
}
HERE: Final = frozenset({"replay there", "replay first"})
SET: Final = frozenset({"set well", "set failed", "set running", "set first"})
ENDED: Final = frozenset({"change status", "label"})
RERUN: Final = frozenset({"restart"})
PAUSED: Final = frozenset({"kill", "resume", "force run"})
LIVE: Final = frozenset({"kill", "pause"})

ACCEPTED: Final[Mapping[str, frozenset[str]]] = {
    "new": frozenset({"kill", "force run"}),
    "scheduled": frozenset({"kill", "force run"}),
    "queued": frozenset({"kill", "force run", "unqueue"}),
    "running": LIVE | HERE | {"set first"},
    "running beside others": LIVE | {"replay first", "set first"},
    "between tries": LIVE | HERE | SET,
    "between rounds": LIVE | HERE | SET,
    "with a child": LIVE | HERE | {"set first"},
    "taken up again": LIVE | HERE | {"set first"},
    "paused by a task": PAUSED | RERUN | HERE | SET,
    "paused by hand": PAUSED | HERE | {"set first"},
    "at a breakpoint": PAUSED | HERE | SET | {"leave breakpoint"},
    "killing": HERE | {"kill"},
    "well": ENDED | HERE | SET,
    "failed": ENDED | HERE | SET | RERUN,
    "failed beside others": ENDED | HERE | SET | RERUN,
    "failed in a directory": ENDED | RERUN | {"replay first", "set first"},
    "killed": ENDED | HERE | SET | RERUN,
    "cancelled": ENDED | HERE | SET,
    "warned": ENDED | HERE | SET,
    "to be run anew": ENDED | HERE | SET,
    "ended, with work after it": ENDED | HERE,
    "failed, with work after it": ENDED | HERE,
    "ended, with a pause after it": ENDED | HERE | {"resume"},
}
"""What is accepted besides a replay from the start, which always is."""


@pytest.fixture
def stage(cast: Cast) -> Stage:
    return Stage(tenant_id=cast.tenant.id, actor=cast.alice.actor)


@pytest.mark.parametrize("situation", list(SITUATIONS))
def test_what_is_not_possible_is_refused_and_nothing_is_spoilt(
    stage: Stage, cast: Cast, situation: str
) -> None:
    answers: dict[str, Any] = {}
    spoilt: dict[str, Any] = {}
    for operation in OPERATIONS:
        before = stage.executions().keys()
        id = begin(stage, cast, situation)
        answers[operation] = ask(stage, cast, id, operation)
        stage.settle()
        ours = stage.executions().keys() - before
        found = [law for one in ours for law in broken_laws(stage, one)]
        wind_up(stage, cast)
        found += [law for one in ours for law in broken_laws(stage, one)]
        if found := found + live_runs(stage):
            spoilt[operation] = found

    refused = {name for name, answer in answers.items() if answer.status_code in (409, 422)}
    accepted = {name for name, answer in answers.items() if answer.status_code in (200, 202)}
    assert spoilt == {}
    assert accepted == ACCEPTED[situation] | {"replay"}
    assert refused == OPERATIONS.keys() - accepted
    assert all(answers[name].json()["detail"] for name in refused)


def ask(stage: Stage, cast: Cast, id: UUID, operation: str) -> Any:
    """The answer to an operation on the execution, its task `subject`, or its task `first`."""
    verb, path, body = OPERATIONS[operation]
    names = {"run": task_run(stage, id) or id, "first": task_run(stage, id, "first") or id}
    if isinstance(body, dict):
        body = {name: text.format(**names) for name, text in body.items()}
    return act(cast, id, path.format(**names), verb=verb, body=body)


def test_a_resume_lets_a_pause_after_the_execution_go_on(stage: Stage, cast: Cast) -> None:
    id = begin(stage, cast, "ended, with a pause after it")

    answer = act(cast, id, "resume")
    stage.settle()

    assert answer.status_code == 200, answer.content
    assert stage.states(id)["later"] == "SUCCESS"
    assert stage.state(id) == "SUCCESS"


def test_a_replay_beside_work_that_goes_on_names_it(stage: Stage, cast: Cast) -> None:
    id = begin(stage, cast, "running beside others")

    answer = act(cast, id, f"replay?taskRunId={task_run(stage, id)}")

    assert answer.status_code == 409
    assert answer.json()["code"] == "execution.replay_too_early"
    assert "other" in answer.json()["detail"]


def test_a_replay_from_inside_a_directory_runs_the_directory(stage: Stage, cast: Cast) -> None:
    id = begin(stage, cast, "failed in a directory")

    answer = act(cast, id, f"replay?taskRunId={task_run(stage, id, 'place')}")
    stage.settle()

    new = UUID(answer.json()["id"])
    assert stage.states(new) == {"first": "SUCCESS", "place": "CREATED"}
    assert [work.kind for work in stage.works if work.key.execution_id == new] == ["directory"]
