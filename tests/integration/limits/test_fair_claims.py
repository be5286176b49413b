"""Claims: fair among tenants that wait, and never past a quota of running task runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_entered
from executions.engine.sharing import Share
from executions.runtime import claims, leases
from executions.runtime.identity import Rhythm, WorkerIdentity
from tenants.ceilings import QuotaKind
from tenants.facade import system_actor
from tenants.services.quotas import NewQuota, create_quota, set_weight
from tests.integration.engine.stage import Stage
from tests.support.cast import Cast

FLOW = """
id: many
namespace: {namespace}
workerGroup: {{key: fair}}
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
{tasks}
"""
ONE = """
id: one
namespace: company.data
tasks:
  - {id: work, type: scripts.shell.Commands, commands: [work]}
"""
TASK = "      - {{id: t{0}, type: scripts.shell.Commands, commands: [work]}}"
TIMES = Rhythm(*(timedelta(seconds=20),) * 4)


@pytest.fixture
def stages(cast: Cast) -> Iterator[tuple[Stage, Stage]]:
    yield Stage(cast.tenant.id, cast.alice.actor), Stage(cast.other.id, cast.charlie.actor)
    with connections["system"].cursor() as cursor:
        cursor.execute(
            "update attempt set state = 'KILLED', ended_at = now() where ended_at is null"
        )


def fill(stage: Stage, count: int, namespace: str = "company.data") -> None:
    tasks = "\n".join(TASK.format(number) for number in range(count))
    with tenant_entered(stage.tenant_id):
        stage.deploy(FLOW.format(namespace=namespace, tasks=tasks))
        stage.start("many", namespace)
        stage.settle()


def worker() -> WorkerIdentity:
    return WorkerIdentity(uuid7(), "fair", 4)


def in_turn(count: int, share: Share[UUID] | None = None, *, limit: int = 1) -> list[UUID]:
    """The tenants of the next attempts that one worker claims."""
    own, me, found = share or Share(), worker(), list[UUID]()
    for _ in range(count):
        claimed = claims.claim(me, limit=limit, rhythm=TIMES, share=own)
        found += [tenant for tenant, keys in claimed.items() for _ in keys]
    return found


def test_a_flood_does_not_delay_the_others(stages: tuple[Stage, Stage]) -> None:
    flood, few = stages
    fill(flood, 40)
    fill(few, 3)

    first = in_turn(6)

    assert first.count(few.tenant_id) == 3


def test_weights_share_out_the_slots(stages: tuple[Stage, Stage], cast: Cast) -> None:
    set_weight(system_actor("test"), cast.tenant.slug, 3)
    for stage in stages:
        fill(stage, 30)

    found = in_turn(5, limit=4)

    assert len(found) == 20
    assert found.count(cast.tenant.id) == 15


def test_one_tenant_alone_gets_everything(stages: tuple[Stage, Stage]) -> None:
    fill(stages[0], 9)

    assert len(in_turn(3, limit=4)) == 9


def test_a_quota_of_task_runs_holds_and_wastes_no_slot(stages: tuple[Stage, Stage]) -> None:
    bounded, free = stages
    with tenant_entered(bounded.tenant_id):
        create_quota(bounded.actor, NewQuota(QuotaKind.RUNNING_TASK_RUNS, 2))
    fill(bounded, 10)
    fill(free, 10)

    found = in_turn(1, limit=10)

    assert found.count(bounded.tenant_id) == 2
    assert found.count(free.tenant_id) == 8


def test_who_waits_behind_a_full_ceiling_stops_nobody(stages: tuple[Stage, Stage]) -> None:
    stage, _ = stages
    new = NewQuota(QuotaKind.RUNNING_TASK_RUNS, 1, namespace="company.data", flow_id="many")
    with tenant_entered(stage.tenant_id):
        create_quota(stage.actor, new)
    fill(stage, 30)
    fill(stage, 4, namespace="company.other")

    found = in_turn(1, limit=8)

    assert len(found) == 5


def test_what_waits_below_a_quota_names_it(stages: tuple[Stage, Stage], cast: Cast) -> None:
    stage, _ = stages
    with tenant_entered(stage.tenant_id):
        create_quota(stage.actor, NewQuota(QuotaKind.RUNNING_TASK_RUNS, 0))
    leases.announce(worker())
    fill(stage, 2)

    (id,) = stage.executions()
    told = cast.alice.get(f"{cast.api}/executions/{id}/why").json()["reasons"]

    assert in_turn(1, limit=8) == []
    assert {reason["code"] for reason in told} == {"quota"}
    assert "0 running task runs of the tenant" in told[0]["message"]


def test_below_a_quota_a_turn_claims_nothing_by_itself(stage: Stage) -> None:
    with tenant_entered(stage.tenant_id):
        create_quota(stage.actor, NewQuota(QuotaKind.RUNNING_TASK_RUNS, 5))
        stage.deploy(ONE)
    stage.start("one")

    stage.settle()

    assert stage.works == []
    assert stage.rows("select state from attempt") == [("QUEUED",)]
