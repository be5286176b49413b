"""Executions in every situation in which somebody may ask something of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from downbeat.common import clock
from downbeat.common.scope import tenant_scope
from executions.engine.laws import violations
from executions.engine.plan import Kind
from executions.engine.state import Snapshot, State
from executions.runtime import store
from executions.runtime.plans import compiled
from executions.runtime.store_codec import execution_of
from executions.selectors.states import TERMINAL
from tests.integration.engine.stage import Stage, fail
from tests.support.cast import Cast

HEAD: Final = """
id: {id}
namespace: company.data
{keys}
tasks:
  - id: first
    type: core.debug.Return
    format: first
"""
SLOW: Final = "  - id: subject\n    type: scripts.shell.Commands\n    commands: [echo]\n"
QUICK: Final = "  - id: subject\n    type: core.debug.Return\n    format: x\n"
PARALLEL: Final = """
  - id: both
    type: core.flow.Parallel
    tasks:
      - id: quick
        type: core.debug.Return
        format: quick
      - id: subject
        type: scripts.shell.Commands
        commands: [echo]
      - id: other
        type: scripts.shell.Commands
        commands: [echo]
"""
PAUSE: Final = "  - id: subject\n    type: core.flow.Pause\n"
FAIL: Final = "  - id: subject\n    type: core.execution.Fail\n"
LAST: Final = "  - id: last\n    type: core.debug.Return\n    format: last\n"
LIMIT: Final = "concurrency: {limit: 1}"


def _settled(stage: Stage, cast: Cast, id: UUID) -> None:
    """Whatever happens by itself has happened."""
    stage.settle()


@dataclass(frozen=True)
class Situation:
    """How an execution gets into it, and in which state it then is."""

    state: str
    tasks: str
    keys: str = ""
    query: str = ""
    after: str = ""
    reach: Callable[[Stage, Cast, UUID], None] = field(default=_settled)

    def source(self, id: str) -> str:
        return HEAD.format(id=id, keys=self.keys) + self.tasks.lstrip("\n") + LAST + self.after


def act(cast: Cast, id: UUID, action: str, *, verb: str = "POST", body: Any = None) -> Any:
    """An action on an execution, as the API takes it."""
    return cast.alice.request(verb, f"{cast.api}/executions/{id}/actions/{action}", body)


def _by(action: str, verb: str = "POST") -> Callable[[Stage, Cast, UUID], None]:
    def reach(stage: Stage, cast: Cast, id: UUID) -> None:
        stage.settle()
        assert act(cast, id, action, verb=verb).status_code < 300
        stage.settle()

    return reach


def _failed_try(stage: Stage, cast: Cast, id: UUID) -> None:
    stage.settle()
    done, stage.works = stage.works, []
    stage.turn(results=[fail(work) for work in done])
    stage.settle()


def _restarted(stage: Stage, cast: Cast, id: UUID) -> None:
    _failed_try(stage, cast, id)
    assert act(cast, id, "restart").status_code == 200
    stage.settle()


def _untouched(stage: Stage, cast: Cast, id: UUID) -> None:
    """No worker has looked at it yet."""


def _marked(state: str) -> Callable[[Stage, Cast, UUID], None]:
    return _by(f"change-status?status={state}")


RETRY: Final = "    retry: {type: constant, interval: PT1H, maxAttempts: 3}\n"
ANEW: Final = (
    "    retry: {type: constant, interval: PT1H, maxAttempts: 3, behavior: CREATE_NEW_EXECUTION}\n"
)
AFTER_SLOW: Final = "afterExecution:\n" + SLOW.replace("subject", "later")
AFTER_PAUSE: Final = "afterExecution:\n" + PAUSE.replace("subject", "later")
SUBFLOW: Final = (
    "  - id: subject\n    type: core.flow.Subflow\n    namespace: company.data\n    flowId: child\n"
)
DIRECTORY: Final = (
    "  - id: place\n    type: core.flow.WorkingDirectory\n    tasks:\n"
    "      - id: subject\n        type: scripts.shell.Commands\n        commands: [echo]\n"
)
ROUNDS: Final = (
    "  - id: until\n    type: core.flow.LoopUntil\n    condition: 'false'\n"
    "    checkFrequency: {interval: PT1H}\n    tasks:\n"
    "      - id: subject\n        type: core.debug.Return\n        format: x\n"
)

SITUATIONS: Final[Mapping[str, Situation]] = {
    "new": Situation("CREATED", SLOW, reach=_untouched),
    "scheduled": Situation("CREATED", SLOW, query="?scheduleDate=2999-01-01T00:00:00Z"),
    "queued": Situation("QUEUED", SLOW, keys=LIMIT),
    "running": Situation("RUNNING", SLOW),
    "running beside others": Situation("RUNNING", PARALLEL),
    "between tries": Situation("RUNNING", SLOW + RETRY, reach=_failed_try),
    "between rounds": Situation("RUNNING", ROUNDS),
    "with a child": Situation("RUNNING", SUBFLOW),
    "taken up again": Situation("RUNNING", SLOW, reach=_restarted),
    "paused by a task": Situation("PAUSED", PAUSE),
    "paused by hand": Situation("PAUSED", SLOW, reach=_by("pause")),
    "at a breakpoint": Situation("PAUSED", SLOW, query="?breakpoints=subject"),
    "killing": Situation("KILLING", SLOW, reach=_by("kill", "DELETE")),
    "well": Situation("SUCCESS", QUICK),
    "failed": Situation("FAILED", FAIL),
    "failed beside others": Situation("FAILED", PARALLEL, reach=_failed_try),
    "failed in a directory": Situation("FAILED", DIRECTORY, reach=_failed_try),
    "killed": Situation("KILLED", PAUSE, reach=_by("kill", "DELETE")),
    "cancelled": Situation("CANCELLED", QUICK, reach=_marked("CANCELLED")),
    "warned": Situation("WARNING", FAIL + "    allowFailure: true\n"),
    "to be run anew": Situation("RETRIED", SLOW + ANEW, reach=_failed_try),
    "ended, with work after it": Situation("SUCCESS", QUICK, after=AFTER_SLOW),
    "failed, with work after it": Situation("FAILED", FAIL, after=AFTER_SLOW),
    "ended, with a pause after it": Situation("SUCCESS", QUICK, after=AFTER_PAUSE),
}
_ENDS: Final = sorted(TERMINAL)
CHILD: Final = "id: child\nnamespace: company.data\ntasks:\n" + PAUSE


def begin(stage: Stage, cast: Cast, name: str) -> UUID:
    """An execution in the situation of this name."""
    found = SITUATIONS[name]
    id = "".join(letter if letter.isalnum() else "_" for letter in name)
    stage.deploy(CHILD)
    stage.deploy(found.source(id))
    path = f"{cast.api}/executions/company.data/{id}"
    if found.state == "QUEUED":
        assert cast.alice.post(path).status_code == 200
        stage.settle()
    answer = cast.alice.post(path + found.query)
    assert answer.status_code == 200, answer.content
    execution = UUID(answer.json()["id"])
    found.reach(stage, cast, execution)
    assert stage.state(execution) == found.state
    return execution


def task_run(stage: Stage, id: UUID, task_id: str = "subject") -> UUID | None:
    """The id of the newest run of a task."""
    found = [run.id for run in stage.runs(id) if run.task_id == task_id]
    return found[-1] if found else None


def broken_laws(stage: Stage, id: UUID) -> list[str]:
    """What is not as it has to be with an execution, wholly loaded."""
    row = stage.execution(id)
    with tenant_scope(stage.tenant_id):
        plan = compiled(stage.tenant_id, row.flow_uid, row.revision, row.namespace)
        held = store.look(stage.tenant_id, [id])[id]
        runs = store.all_runs(stage.tenant_id, [id]).get(id, {})
    snapshot = Snapshot(execution_of(held.row, limited=plan.limited), dict(runs))
    laws = list(violations(plan.plan, snapshot, clock.now()))
    return laws + [
        f"nobody works on {run.id}"
        for run in runs.values()
        if run.state is State.RUNNING
        and not (run.live_attempt or run.dynamic or run.scope or run.outcome)
        and plan.plan.nodes[run.node].kind in (Kind.ATTEMPT, Kind.DIRECTORY)
    ]


def wind_up(stage: Stage, cast: Cast) -> dict[UUID, str]:
    """Lets works end, resumes what is paused, kills what still waits; the states of all."""
    for _ in range(3):
        stage.play(timers=False)
        for (id,) in stage.rows(
            "select distinct execution_id from task_run where state = 'PAUSED'"
        ):
            act(cast, id, "resume")
        for id, state in stage.executions().items():
            if state == "PAUSED":
                act(cast, id, "resume")
    stage.play(timers=False)
    for id, state in stage.executions().items():
        if state not in TERMINAL:
            act(cast, id, "kill", verb="DELETE")
    stage.play(timers=False)
    return stage.executions()


def live_runs(stage: Stage) -> list[str]:
    """What has not ended, although everything should have."""
    runs = stage.rows("select task_id, state from task_run where not state = any(%s)", _ENDS)
    executions = stage.rows("select flow_id, state from execution where not state = any(%s)", _ENDS)
    return [f"{name} is {state}" for name, state in (*runs, *executions)]
