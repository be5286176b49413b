"""Where attempts go, and what becomes of them when nobody is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections

from downbeat.common.models import uuid7
from executions.runtime import fallbacks, poll_fallbacks
from executions.runtime.identity import rhythm
from tests.integration.engine.stage import Stage

TASK = "  - {{id: work, type: scripts.shell.Script, script: 'true'{more}}}\n"


def flow(id: str, more: str = "", *, top: str = "", tail: str = "") -> str:
    return f"id: {id}\nnamespace: company.data\n{top}tasks:\n{TASK.format(more=more)}{tail}"


def groups(stage: Stage, id: UUID) -> list[tuple[str, str | None]]:
    statement = "select worker_group, fallback from attempt where execution_id = %s order by number"
    return stage.rows(statement, id)


def begin(stage: Stage, source: str, **inputs: str) -> UUID:
    stage.deploy(source)
    id = stage.start(source.split()[1], **inputs)
    stage.settle()
    return id


def give_up() -> None:
    """A sweep of a moment that is long enough after the start."""
    fallbacks.give_up(replace(rhythm(), sweep=timedelta(0)))


def worker_of(group: str) -> None:
    with connections["system"].cursor() as cursor:
        cursor.execute(
            "insert into worker (id, worker_group, host, pid, version, slots, busy, state,"
            " started_at, heartbeat_at) values (%s, %s, 'h', 1, '', 1, 0, 'RUNNING', now(), now())",
            [uuid7(), group],
        )


@pytest.mark.parametrize(
    ("more", "top", "expected"),
    [
        ("", "", ("default", None)),
        (", workerGroup: {key: gpu}", "", ("gpu", None)),
        (", queue: fast", "workerGroup: {key: slow}\n", ("fast", None)),
        ("", "workerGroup: {key: slow, fallback: CANCEL}\n", ("slow", "CANCEL")),
        (
            ", workerGroup: {key: gpu, fallback: FAIL}",
            "workerGroup: {key: slow}\n",
            ("gpu", "FAIL"),
        ),
        (", workerGroup: {key: '{{ flow.id }}-{{ task.id }}'}", "", ("placed-work", None)),
        (", workerGroup: {key: '{{ null }}'}", "", ("default", None)),
    ],
)
def test_the_nearest_word_names_the_group(
    stage: Stage, more: str, top: str, expected: tuple[str, str | None]
) -> None:
    id = begin(stage, flow("placed", more, top=top))

    assert groups(stage, id) == [expected]


AFTER = """errors:
  - {id: handled, type: core.log.Log, message: seen}
"""


def test_a_task_that_does_not_want_to_wait_fails(stage: Stage) -> None:
    id = begin(stage, flow("fails", ", workerGroup: {key: nobody, fallback: FAIL}", tail=AFTER))

    give_up()
    stage.play()

    assert stage.states(id) == {"work": "FAILED", "handled": "SUCCESS"}
    lines = stage.rows(
        "select message from log_line where execution_id = %s and level = 'ERROR'", id
    )
    assert lines == [("No worker of the group nobody is alive.",)]
    attempts = stage.rows("select state, reason from attempt where execution_id = %s", id)
    assert attempts == [("FAILED", "no_worker")]


def test_it_is_tried_again_as_its_policy_says(stage: Stage) -> None:
    retry = "retry: {type: constant, interval: PT0.001S, maxAttempts: 2}"
    more = f", workerGroup: {{key: nobody, fallback: FAIL}}, {retry}"
    id = begin(stage, flow("again", more))

    for _ in range(2):
        give_up()
        stage.play()

    assert (stage.state(id), len(groups(stage, id))) == ("FAILED", 2)


def test_an_execution_is_cancelled_if_the_task_says_so(stage: Stage) -> None:
    more = ", workerGroup: {key: nobody, fallback: CANCEL}"
    id = begin(stage, flow("cancels", more, tail=AFTER))

    give_up()
    stage.play()

    assert stage.state(id) == "KILLED"
    assert stage.states(id) == {"work": "KILLED"}


def test_others_wait(stage: Stage) -> None:
    waits = begin(stage, flow("waits", ", workerGroup: {key: nobody}"))
    served = begin(stage, flow("served", ", workerGroup: {key: somebody, fallback: FAIL}"))
    worker_of("somebody")

    give_up()
    stage.settle()

    assert [stage.state(waits), stage.state(served)] == ["RUNNING", "RUNNING"]


def test_a_group_that_cannot_be_named_fails_the_task(stage: Stage) -> None:
    id = begin(stage, flow("unnamed", ", workerGroup: {key: '{{ inputs.none }}'}"))

    give_up()
    stage.play()

    assert stage.state(id) == "FAILED"
    lines = stage.rows(
        "select message from log_line where execution_id = %s and level = 'ERROR'", id
    )
    assert "cannot be rendered" in str(lines)


POLLING = """
id: polling
namespace: company.data
tasks: [{id: show, type: core.debug.Return}]
triggers:
  - id: watch
    type: core.http.Trigger
    uri: http://127.0.0.1:9/
    interval: PT1H
    workerGroup: {key: %s, fallback: %s}
"""


@pytest.mark.parametrize(
    ("fallback", "served", "passed_over", "error"),
    [
        ("WAIT", False, False, None),
        ("FAIL", False, True, "No worker of the group %s is alive."),
        ("CANCEL", False, True, None),
        ("FAIL", True, False, None),
    ],
)
def test_a_poll_without_a_worker_of_its_group_waits_only_if_it_wants_to(
    stage: Stage, fallback: str, served: bool, passed_over: bool, error: str | None
) -> None:
    group = f"polls-{uuid7()}"
    stage.deploy(POLLING % (group, fallback))
    if served:
        worker_of(group)
    with connections["system"].cursor() as cursor:
        cursor.execute(
            "update trigger_state set next_at = now() - interval '1 s' where tenant_id = %s",
            [stage.tenant_id],
        )

    poll_fallbacks.pass_over(replace(rhythm(), sweep=timedelta(0)))

    ((later, told),) = stage.rows("select next_at > now(), error from trigger_state")
    assert (later, told) == (passed_over, error and error % group)
