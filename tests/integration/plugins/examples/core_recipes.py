"""How the examples of the language's own types are run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.integration.plugins.examples.recipe import Flow, Recipe, between, due, follows
from tests.integration.plugins.examples.stage import SPACE, Stage

FAILS: Final = "  - {id: work, type: core.execution.Fail}"
_TRIED: Final = (
    "  - {id: work, type: core.execution.Fail, "
    "retry: {type: constant, interval: PT0.1S, maxAttempts: 2}}"
)
_ASKS: Final = f"id: asks\nnamespace: {SPACE}\ntasks:\n  - {{id: ask, type: core.flow.Pause}}\n"
_CHILD: Final = f"""id: child_flow
namespace: {SPACE}
inputs:
  - {{id: day, type: STRING}}
tasks:
  - {{id: show, type: core.log.Log, message: "{{{{ inputs.day }}}}"}}
"""
_BATCH: Final = f"""id: one_batch
namespace: {SPACE}
inputs:
  - {{id: items, type: FILE}}
tasks:
  - {{id: show, type: core.log.Log, message: "{{{{ inputs.items }}}}"}}
"""
_NIGHTLY: Final = f"""id: nightly
namespace: {SPACE}
tasks:
  - {{id: work, type: core.log.Log, message: hello}}
triggers:
  - {{id: schedule, type: core.trigger.Schedule, cron: "0 2 * * *"}}
"""
_LINES: Final = b'{"customer_id": 1, "amount": 50}\n{"customer_id": 1, "amount": 500}\n'
PAUSED: Final = frozenset({"PAUSED"})


def _approved(stage: Stage, flow: Flow) -> list[str]:
    id = stage.start(flow, {})
    stage.once(id, PAUSED)
    stage.act("POST", f"/executions/{id}/actions/resume")
    return [id]


def _waits(stage: Stage) -> str:
    """An execution that waits for somebody."""
    id = stage.start(stage.deploy(_ASKS), {})
    stage.once(id, PAUSED)
    return id


def _called(stage: Stage, flow: Flow) -> list[str]:
    path = f"/executions/webhook/{'/'.join(flow)}/a-key-of-a-hook"
    return [str(stage.act("POST", path, {"hello": "world"})["id"])]


def _remembered(stage: Stage) -> None:
    """A state that an earlier execution left."""
    source = f"id: leaves\nnamespace: {SPACE}\ntasks:\n"
    source += "  - {id: keep, type: core.state.Set, name: progress, data: {last: a day}}\n"
    stage.ended(stage.start(stage.deploy(source), {}))


def _was_sent(stage: Stage, _: Any) -> None:
    paths = [path for path, _ in stage.around.web.sent]
    assert paths == ["/hooks/orders"]


RECIPES: Final[Mapping[str, Recipe]] = {
    "core.condition.DateTimeBetween": between(
        "hourly", "2025-12-31T22:30:00Z", "2026-01-01T01:30:00Z"
    ),
    "core.condition.DayWeek": between("hourly", "2024-01-07T22:30:00Z", "2024-01-08T00:30:00Z"),
    "core.condition.DayWeekInMonth": between(
        "hourly", "2023-12-31T22:30:00Z", "2024-01-01T00:30:00Z"
    ),
    "core.condition.ExecutionFlow": follows(),
    "core.condition.ExecutionLabels": follows("labels: {team: sales}"),
    "core.condition.ExecutionNamespace": follows(),
    "core.condition.ExecutionOutputs": follows("outputs: [{id: rows, type: INT, value: 3}]"),
    "core.condition.ExecutionStatus": follows(tasks=FAILS),
    "core.condition.Expression": between("hourly", "2023-12-31T22:30:00Z", "2024-01-01T00:30:00Z"),
    "core.condition.HasRetryAttempt": follows(tasks=_TRIED),
    "core.condition.Not": between("hourly", "2024-01-07T22:30:00Z", "2024-01-08T00:30:00Z"),
    "core.condition.Or": between("hourly", "2024-01-08T22:30:00Z", "2024-01-09T00:30:00Z"),
    "core.condition.PublicHoliday": between(
        "hourly", "2024-07-13T22:30:00Z", "2024-07-14T00:30:00Z"
    ),
    "core.condition.TimeBetween": between("hourly", "2024-01-01T07:30:00Z", "2024-01-01T09:30:00Z"),
    "core.condition.Weekend": between("hourly", "2024-01-05T22:30:00Z", "2024-01-06T00:30:00Z"),
    "core.execution.Fail": Recipe(state="FAILED"),
    "core.execution.Resume": Recipe(inputs={"execution": _waits}),
    "core.flow.AllowFailure": Recipe(state="WARNING"),
    "core.flow.ForEachItem": Recipe(
        before=lambda stage: stage.deploy(_BATCH), inputs={"file": b"a line\n" * 250}
    ),
    "core.flow.Pause": Recipe(begin=_approved),
    "core.flow.Subflow": Recipe(before=lambda stage: stage.deploy(_CHILD)),
    "core.http.Request": Recipe(after=_was_sent),
    "core.http.Trigger": due("report"),
    "core.kv.Delete": Recipe(before=lambda stage: stage.pair("last_day", "monday")),
    "core.kv.Get": Recipe(before=lambda stage: stage.pair("last_day", "monday")),
    "core.namespace.DeleteFiles": Recipe(before=lambda stage: stage.file("rates/a.csv", "1")),
    "core.namespace.DownloadFiles": Recipe(
        before=lambda stage: stage.file("queries/all.sql", "select 1")
    ),
    "core.namespace.PurgeFiles": Recipe(before=lambda stage: stage.file("one.sql", "select 1")),
    "core.state.Get": Recipe(before=_remembered),
    "core.state.Delete": Recipe(before=_remembered),
    "core.storage.DeduplicateItems": Recipe(inputs={"changes": _LINES}),
    "core.storage.FilterItems": Recipe(inputs={"orders": _LINES}),
    "core.storage.Reverse": Recipe(inputs={"log": b"one\ntwo\n"}),
    "core.storage.Size": Recipe(inputs={"orders": _LINES}),
    "core.storage.Split": Recipe(inputs={"orders": b"a line\n" * 2500}),
    "core.trigger.Flow": follows(),
    "core.trigger.Schedule": between("night", "2024-01-01T00:00:00Z", "2024-01-01T02:00:00Z"),
    "core.trigger.ScheduleOnDates": between(
        "dates", "2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z"
    ),
    "core.trigger.Toggle": Recipe(before=lambda stage: stage.deploy(_NIGHTLY)),
    "core.trigger.Webhook": Recipe(begin=_called),
}
