"""What comes between, at the same time, or from a worker that was given up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.db import connections, transaction

from downbeat.common import events
from downbeat.common.scope import tenant_scope
from executions.contracts import ExecutionEnded
from executions.engine.plan import compile_plan
from executions.engine.replay import play
from executions.engine.state import Execution, Moment, Snapshot, State
from executions.models import Journal
from executions.runtime import journal, store, sweep
from executions.runtime.identity import Rhythm
from executions.runtime.plans import compiled
from executions.runtime.store_codec import run_json, text
from flows import facade as flows
from tests.integration.engine.stage import Stage, fail, succeed

QUICK = """
id: quick
namespace: company.data
tasks:
  - id: only
    type: core.debug.Return
    format: x
"""
FAN = (
    """
id: fan
namespace: company.data
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
"""
    + "".join(
        f"      - id: t{n}\n        type: scripts.shell.Script\n        script: 'true'\n"
        for n in range(20)
    )
    + """  - id: join
    type: core.debug.Return
    format: done
"""
)
MIXED = """
id: mixed
namespace: company.data
tasks:
  - id: each
    type: core.flow.ForEach
    values: ["a", "b"]
    concurrencyLimit: 0
    tasks:
      - id: script
        type: scripts.shell.Script
        script: "true"
        retry:
          type: constant
          interval: PT0.1S
          maxAttempts: 2
      - id: choose
        type: core.flow.If
        condition: "{{ taskrun.value == 'a' }}"
        then:
          - id: yes
            type: core.log.Log
            message: "{{ parent.taskrun.value }}"
  - id: nap
    type: core.flow.Sleep
    duration: PT0.1S
  - id: ko
    type: core.execution.Fail
errors:
  - id: handler
    type: core.log.Log
    message: "{{ tasks.ko.state }}"
"""


@contextmanager
def held_by_somebody(stage: Stage, id: UUID) -> Iterator[None]:
    """Another worker's transaction that has the execution's lock."""
    with transaction.atomic(using="system"), connections["system"].cursor() as cursor:
        cursor.execute("select 1 from execution where id = %s for no key update", [id])
        yield


def post_from_outside(stage: Stage, id: UUID, kind: str) -> None:
    with connections["system"].cursor() as cursor:
        cursor.execute(
            "insert into inbox (tenant_id, execution_id, kind, payload) values (%s, %s, %s, '{}')",
            [stage.tenant_id, id, kind],
        )


def test_a_message_between_the_drain_and_the_commit_is_not_forgotten(stage: Stage) -> None:
    stage.deploy(QUICK)
    stage.deploy(FAN)
    quick, fan = stage.start("quick"), stage.start("fan")
    posted: list[UUID] = []

    def between(event: ExecutionEnded) -> None:
        if event.execution_id == quick and not posted:
            posted.append(fan)
            post_from_outside(stage, fan, "kill")

    events.subscribe(ExecutionEnded, between)
    outcome = stage.turn(quick, fan)

    assert posted == [fan]
    assert stage.state(fan) == "RUNNING"
    assert outcome.again == {fan}
    stage.turn(*outcome.again)
    assert stage.state(fan) == "KILLING"


def test_a_result_for_an_execution_that_somebody_holds_waits_in_its_inbox(stage: Stage) -> None:
    stage.deploy(FAN)
    id = stage.start("fan")
    work = stage.turn(id).claimed[0]

    with held_by_somebody(stage, id):
        outcome = stage.turn(results=[succeed(work, {"x": 1})])
    assert outcome.busy == {id}
    assert stage.states(id)["t0"] == "CREATED"
    assert stage.outputs(id, "t0") == {"t0": {"x": 1}}
    stage.settle()
    assert stage.states(id)["t0"] == "SUCCESS"


def test_two_workers_that_turn_at_once_do_everything_once(stage: Stage) -> None:
    stage.deploy(FAN)
    id = stage.start("fan")
    works = stage.turn(id).claimed
    halves = [works[:10], works[10:]]
    problems: list[BaseException] = []

    def half(number: int) -> None:
        try:
            for work in halves[number]:
                stage.turn(results=[succeed(work), fail(work)][:1])
        except BaseException as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=half, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stage.settle()

    assert problems == []
    assert stage.state(id) == "SUCCESS"
    assert [run.state for run in stage.runs(id)] == ["SUCCESS"] * 22
    assert stage.rows(
        "select count(*) from attempt where execution_id = %s and state = 'SUCCESS'", id
    ) == [(20,)]


def test_a_lost_worker_is_replaced_and_its_late_result_is_refused(stage: Stage) -> None:
    stage.deploy(FAN)
    id = stage.start("fan")
    late = stage.turn(id).claimed[0]
    rest, stage.works = stage.works[1:], []
    with connections["system"].cursor() as cursor:
        cursor.execute(
            "update attempt set lease_until = now() - interval '1 s' where execution_id = %s"
            " and task_run_id = %s",
            [id, late.key.task_run_id],
        )
    second = timedelta(seconds=1)

    sweep.sweep(Rhythm(second, second, second, second))
    stage.settle()
    (again,) = stage.works
    stage.works = []
    stage.turn(results=[fail(late)])
    assert (again.key.task_run_id, again.key.number) == (late.key.task_run_id, 2)
    assert again.info.fence > late.info.fence
    stage.turn(results=[succeed(again), *(succeed(work) for work in rest)])
    stage.settle()
    assert stage.state(id) == "SUCCESS"


def test_a_restart_tries_again_under_the_same_id(stage: Stage) -> None:
    stage.deploy(MIXED)
    id = stage.start("mixed")
    stage.play()
    assert stage.state(id) == "FAILED"
    from executions.runtime.inbox import post

    with tenant_scope(stage.tenant_id):
        post(stage.tenant_id, id, "restart", {})
    stage.play()

    assert stage.state(id) == "FAILED"
    runs = {run.task_id: run for run in stage.runs(id) if run.task_id in ("ko", "handler", "nap")}
    assert (runs["ko"].attempts, runs["handler"].attempts, runs["nap"].attempts) == (2, 1, 1)


def test_the_journal_of_an_execution_leads_to_its_rows(stage: Stage) -> None:
    stage.deploy(MIXED)
    id = stage.start("mixed")
    tries: dict[str, int] = {}

    def shaky(work):  # type: ignore[no-untyped-def]
        key = work.info.task_run_id
        tries[key] = tries.get(key, 0) + 1
        return fail(work) if tries[key] == 1 else succeed(work, {"n": 1})

    stage.play(shaky)
    row = stage.execution(id)
    plan = compiled(stage.tenant_id, row.flow_uid, row.revision, row.namespace).plan
    with tenant_scope(stage.tenant_id):
        pages = list(Journal.objects.filter(execution_id=id).order_by("seq"))
        stored = store.all_runs(stage.tenant_id, [id])[id]
    found = [event for page in pages for event in journal.read(page.events)]

    created = Execution(id=id, history=(Moment(State.CREATED, row.created_at),))
    played: Snapshot = play(plan, created, found)

    assert row.state == "FAILED"
    assert played.execution.state is State.FAILED
    assert {id: text(run_json(id, run, plan)) for id, run in played.runs.items()} == {
        id: text(run_json(id, run, plan)) for id, run in stored.items()
    }
    assert plan == compile_plan(flows.by_uid(stage.tenant_id, row.flow_uid, 1).spec)
