"""Two schedulers that give work to remote workers at once, for the same tenants with quotas."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, connections
from django.db.models.functions import Now

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_entered
from executions.engine.sharing import Share
from executions.models import Worker
from executions.runtime import assignment
from executions.runtime.identity import WorkerIdentity
from tenants.ceilings import QuotaKind
from tenants.services.quotas import NewQuota, create_quota
from tests.integration.engine.stage import Stage
from tests.integration.limits.test_fair_claims import TIMES, fill
from tests.support.cast import Cast

ROUNDS = 60


@pytest.fixture
def stages(cast: Cast) -> Iterator[tuple[Stage, Stage]]:
    yield Stage(cast.tenant.id, cast.alice.actor), Stage(cast.other.id, cast.charlie.actor)
    _back("KILLED")


def test_they_do_not_wait_for_each_other_in_a_circle(stages: tuple[Stage, Stage]) -> None:
    for stage in stages:
        with tenant_entered(stage.tenant_id):
            create_quota(stage.actor, NewQuota(QuotaKind.RUNNING_TASK_RUNS, 50))
        fill(stage, 8)
    both = [stage.tenant_id for stage in stages]
    workers = [_listening(), _listening()]
    together, failures = threading.Barrier(2), list[BaseException]()

    def fills(worker: WorkerIdentity, first: int) -> None:
        try:
            for _ in range(ROUNDS):
                together.wait(60)
                share = Share(ends={both[first]: 0.0, both[1 - first]: 0.5})
                assignment._fill(worker, TIMES, share)
                together.wait(60)
                if first == 0:
                    _back("QUEUED")
        except BaseException as problem:
            failures.append(problem)
            together.abort()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=fills, args=(workers[n], n)) for n in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


def _listening() -> WorkerIdentity:
    id = uuid7()
    Worker.objects.create(
        id=id, worker_group="fair", host="far", pid=1, version="", slots=4, labels={}, remote=True,
        started_at=Now(), heartbeat_at=Now(),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "update worker set listening_until = now() + interval '1 h' where id = %s", [id]
        )
    return WorkerIdentity(id, "fair", 4)


def _back(state: str) -> None:
    """Everything that was given out, again in that state."""
    with connections["system"].cursor() as cursor:
        cursor.execute("delete from worker_assignment")
        ended = "now()" if state == "KILLED" else "null"
        cursor.execute(
            f"update attempt set state = %s, lease_until = null, worker_id = null,"
            f" ended_at = {ended} where ended_at is null",
            [state],
        )
