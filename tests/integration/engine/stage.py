"""A stage for turns: flows are deployed and started, works end as the test says, time is moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, connections

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from executions.contracts import StartOptions
from executions.models import Execution, TaskRun
from executions.runtime import sweep
from executions.runtime.outputs import outputs_of_tasks
from executions.runtime.turn import TurnOutcome, Worker, turn
from executions.runtime.work_of import works_of
from executions.services import start as starting
from executions.worker.work import AttemptKey, AttemptResult, Ending, Work
from flows import facade as flows
from flows.services.publish import apply_flow
from tenants.actors import Actor

Play = Callable[[Work], AttemptResult]
GROUP = "default"


def succeed(work: Work, outputs: Mapping[str, Any] | None = None) -> AttemptResult:
    return AttemptResult(work.key, Ending.SUCCESS, outputs=outputs or {})


def fail(work: Work, reason: str = "exit") -> AttemptResult:
    return AttemptResult(work.key, Ending.FAILED, error="it broke", reason=reason)


@dataclass
class Stage:
    """One tenant's executions, turned by hand."""

    tenant_id: UUID
    actor: Actor
    worker: Worker = field(default_factory=lambda: Worker(uuid7(), GROUP))
    works: list[Work] = field(default_factory=list)
    slots: int = 1000

    def deploy(self, source: str) -> None:
        with tenant_scope(self.tenant_id):
            apply_flow(source, actor=self.actor)

    def start(self, flow_id: str, namespace: str = "company.data", **inputs: Any) -> UUID:
        revision = flows.published(self.tenant_id, namespace, flow_id)
        assert revision is not None
        return starting.start(revision, inputs, StartOptions()).id

    def turn(
        self, *executions: UUID, results: Sequence[AttemptResult] = (), worker: bool = True
    ) -> TurnOutcome:
        outcome = turn(
            self.tenant_id,
            executions=executions,
            results=results,
            worker=self.worker if worker else None,
            free_slots=self.slots,
        )
        self.works.extend(outcome.claimed)
        return outcome

    def settle(self) -> None:
        """Turns whatever has messages, until nothing has."""
        for _ in range(500):
            waiting = self.waiting()
            if not waiting:
                return
            self.turn(*waiting)
        raise AssertionError("messages without end")

    def waiting(self) -> set[UUID]:
        with connections["system"].cursor() as cursor:
            cursor.execute("select distinct execution_id from inbox where tenant_id = %s",
                           [self.tenant_id])  # fmt: skip
            return {row[0] for row in cursor.fetchall()}

    def play(self, play: Play = succeed, *, timers: bool = True) -> None:
        """Turns, lets works end, lets time pass, until nothing happens any more."""
        for _ in range(500):
            self.settle()
            if self.works:
                done, self.works = self.works, []
                self.turn(results=[play(work) for work in done])
            elif not (timers and self.pass_time()):
                return
        raise AssertionError("no rest")

    def pass_time(self) -> bool:
        """Waits, by the database's clock, for the next timer and fires it; False if there is none."""
        with connections["system"].cursor() as cursor:
            cursor.execute(
                "select pg_sleep(greatest(0, extract(epoch from min(due_at) - clock_timestamp())))"
                " from timer where tenant_id = %s having count(*) > 0",
                [self.tenant_id],
            )
            if cursor.fetchone() is None:
                return False
        return bool(sweep.fire_timers())

    def claim(self) -> None:
        """Claims what is queued, as a worker's poll does."""
        with connections["system"].cursor() as cursor:
            cursor.execute(
                "update attempt set state = 'RUNNING', lease_epoch = lease_epoch + 1,"
                " lease_until = now() + interval '20 s', started_at = clock_timestamp()"
                " where tenant_id = %s and state = 'QUEUED'"
                " returning tenant_id, execution_id, task_run_id, number, lease_epoch",
                [self.tenant_id],
            )
            keys = [AttemptKey(*row) for row in cursor.fetchall()]
        self.works.extend(works_of(self.tenant_id, keys))

    def execution(self, id: UUID) -> Execution:
        with tenant_scope(self.tenant_id):
            return Execution.objects.get(id=id)

    def executions(self) -> dict[UUID, str]:
        """All executions with their states."""
        return dict(self.rows("select id, state from execution"))

    def state(self, id: UUID) -> str:
        return self.execution(id).state

    def runs(self, id: UUID) -> list[TaskRun]:
        with tenant_scope(self.tenant_id):
            return list(TaskRun.objects.filter(execution_id=id).order_by("created_at", "id"))

    def states(self, id: UUID) -> dict[str, str]:
        return {run.task_id: run.state for run in self.runs(id)}

    def outputs(self, id: UUID, *tasks: str) -> dict[str, Any]:
        with tenant_scope(self.tenant_id):
            return outputs_of_tasks(id, tasks)

    def rows(self, statement: str, *facts: Any) -> list[tuple[Any, ...]]:
        with tenant_scope(self.tenant_id), connection.cursor() as cursor:
            cursor.execute(statement, facts)
            return list(cursor.fetchall())
