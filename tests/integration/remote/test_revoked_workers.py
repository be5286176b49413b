"""A worker whose token was revoked is over at once, and others take up what it held."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection

from downbeat.common.scope import tenant_scope
from executions.models import Worker
from executions.runtime import sweep
from executions.runtime.identity import rhythm
from executions.services import worker_access
from executions.worker import wire
from executions.worker.work import AttemptKey
from tests.integration.remote.test_hostile_workers import working
from tests.support.cast import Cast
from tests.support.live import served
from tests.support.stranger import eventually


@pytest.fixture(scope="module")
def url(database: object) -> Iterator[str]:
    with served() as found:
        yield found


def lease_of(key: AttemptKey) -> tuple[str, float]:
    """The state of an attempt, and for how many seconds more its lease is good."""
    with tenant_scope(key.tenant_id), connection.cursor() as cursor:
        cursor.execute(
            "select state, extract(epoch from lease_until - clock_timestamp()) from attempt"
            " where execution_id = %s and task_run_id = %s and number = %s",
            [key.execution_id, key.task_run_id, key.number],
        )
        state, seconds = cursor.fetchone()
    return str(state), float(seconds or 0)


def _lend_for_an_hour(key: AttemptKey) -> None:
    """However slow this machine is, the lease is far from its end."""
    with tenant_scope(key.tenant_id), connection.cursor() as cursor:
        cursor.execute(
            "update attempt set lease_until = clock_timestamp() + interval '1 hour'"
            " where execution_id = %s and task_run_id = %s and number = %s",
            [key.execution_id, key.task_run_id, key.number],
        )


@pytest.mark.parametrize("way", ["revoke", "forget", "delete group"])
def test_a_revoked_worker_loses_its_attempts_long_before_their_leases_end(
    module_cast: Cast, url: str, way: str
) -> None:
    with working(module_cast, url) as found:
        group, key = found.group, found.work.key
        at = f"{group.api}/worker-groups/{group.id}"
        _lend_for_an_hour(key)
        before = lease_of(key)

        match way:
            case "revoke":
                group.owner.post(f"{at}/tokens/{group.token_id}/revoke")
            case "forget":
                group.owner.delete(f"{at}/tokens/{group.token_id}")
            case _:
                group.owner.delete(f"{at}?force=true")

        after = lease_of(key)
        stopped = Worker.objects.get(id=found.worker_id).stopped_at

    allowed = settings.DOWNBEAT.token_cache.total_seconds()
    assert (before[0], before[1] > 60 * allowed) == ("RUNNING", True)
    assert (after[0], after[1] <= allowed) == ("RUNNING", True)
    assert stopped is not None


def test_what_a_revoked_worker_held_is_taken_up_by_another_one(module_cast: Cast, url: str) -> None:
    with working(module_cast, url) as found:
        key = found.work.key
        path = f"{found.group.api}/worker-groups/{found.group.id}/tokens/{found.group.token_id}"
        found.group.owner.post(f"{path}/revoke")

        def given_up() -> bool:
            sweep.sweep(rhythm())
            return lease_of(key)[0] != "RUNNING"

        eventually(given_up, 30.0)

    with tenant_scope(key.tenant_id), connection.cursor() as cursor:
        cursor.execute(
            "select state, reason from attempt where execution_id = %s and number = %s",
            [key.execution_id, key.number],
        )
        assert cursor.fetchone() == ("FAILED", "worker_lost")


def test_a_process_that_has_not_heard_of_the_revocation_lets_nothing_go_on(
    module_cast: Cast, url: str
) -> None:
    with working(module_cast, url) as found:
        known = worker_access.key_of(found.group.token)
        assert known is not None
        path = f"{found.group.api}/worker-groups/{found.group.id}/tokens/{found.group.token_id}"
        found.group.owner.post(f"{path}/revoke")
        worker_access._checked[found.group.token] = (known, float("inf"))
        held = {"holding": [wire.key_to_wire(found.work.key)]}

        beat = found.post("heartbeats", held)
        again = found.post("sessions", {"slots": 1, "protocol": wire.PROTOCOL})
        worker_access.forget_checked()

    assert (beat.status_code, beat.json()["code"]) == (410, "worker.session_over")
    assert (again.status_code, again.json()["code"]) == (401, "worker.token")
    assert lease_of(found.work.key)[1] <= settings.DOWNBEAT.token_cache.total_seconds()
