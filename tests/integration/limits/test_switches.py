"""Maintenance and kill switches: what does not begin, what is stopped, and what goes on afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from executions.services import limit_changes
from tenants.facade import create_instance_admin_token
from tests.integration.engine.stage import Stage
from tests.integration.limits.test_running_executions import deploy, start, states
from tests.support.cast import Cast, Member

HOOK = """
id: hook
namespace: company.data
triggers:
  - {id: called, type: core.trigger.Webhook, key: a-key-that-nobody-guesses}
tasks:
  - {id: say, type: core.log.Log, message: hello}
"""


@pytest.fixture
def operator(database: object) -> Iterator[Member]:
    yield Member(None, create_instance_admin_token("operator"))
    with connection.cursor() as cursor:
        cursor.execute("delete from tenants_killswitch where tenant_id is null")
        cursor.execute("update tenants_tenant set limits_version = limits_version + 1")


def why(cast: Cast, id: UUID) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cast.alice.get(f"{cast.api}/executions/{id}/why").json()[
        "reasons"
    ]
    return found


def switch(cast: Cast, **facts: object) -> dict[str, Any]:
    answer = cast.alice.post(f"{cast.api}/kill-switches", {"name": "stop", **facts})
    assert answer.status_code == 201, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def test_in_maintenance_nothing_begins_and_what_runs_goes_on(
    stage: Stage, cast: Cast, operator: Member
) -> None:
    deploy(stage, "company.data.a")
    stage.deploy(HOOK)
    (runs,) = start(stage, "company.data.a")

    entered = operator.post("/api/v1/instance/maintenance/enter", {"message": "new disks"})
    (waits,) = start(stage, "company.data.a")
    called = cast.anonymous.post(
        f"{cast.api}/executions/webhook/company.data/hook/a-key-that-nobody-guesses", {}
    )
    stage.play()
    configs = cast.bob.get("/api/v1/configs").json()

    assert entered.json()["maintenance"] is True
    assert called.status_code == 200
    assert states(stage, [runs, waits]) == ["SUCCESS", "QUEUED"]
    assert stage.state(UUID(called.json()["id"])) == "QUEUED"
    assert (configs["inMaintenance"], configs["maintenance"]["message"]) == (True, "new disks")
    (reason,) = why(cast, waits)
    assert reason["code"] == "maintenance"
    assert "new disks" in reason["message"]
    assert operator.post("/api/v1/instance/maintenance/enter").status_code == 409

    assert operator.post("/api/v1/instance/maintenance/exit").json()["maintenance"] is False
    stage.play()
    assert states(stage, [waits, UUID(called.json()["id"])]) == ["SUCCESS", "SUCCESS"]
    assert operator.post("/api/v1/instance/maintenance/exit").status_code == 409


def test_a_switch_lets_wait_where_it_is_and_nowhere_else(stage: Stage, cast: Cast) -> None:
    deploy(stage, "company.data.a", "company.database.a")

    made = switch(cast, namespace="company.data", description="bad deploy")
    (here,), (there,) = start(stage, "company.data.a"), start(stage, "company.database.a")
    (reason,) = why(cast, here)
    cast.alice.delete(f"{cast.api}/kill-switches/{made['id']}")
    stage.settle()

    assert reason["code"] == "kill_switch"
    assert "bad deploy" in reason["message"]
    assert cast.alice.user
    assert cast.alice.user.email in reason["message"]
    assert states(stage, [here, there]) == ["RUNNING", "RUNNING"]


def test_a_switch_that_refuses_says_why_and_leaves_nothing(stage: Stage, cast: Cast) -> None:
    deploy(stage, "company.data.a")
    switch(cast, namespace="company.data", flowId="a", starts="REFUSE", description="wrong sums")

    refused = cast.alice.post(f"{cast.api}/executions/company.data/a")

    assert (refused.status_code, refused.json()["code"]) == (409, "kill_switch.on")
    assert "wrong sums" in refused.json()["detail"]
    assert stage.rows("select count(*) from execution") == [(0,)]


def test_a_switch_kills_what_runs_below_it(stage: Stage, cast: Cast) -> None:
    deploy(stage, "company.data.a", "company.other.a")
    (here,), (there,) = start(stage, "company.data.a"), start(stage, "company.other.a")

    switch(cast, namespace="company.data", evaluationType="KILL")
    stage.settle()

    assert states(stage, [here, there]) == ["KILLING", "RUNNING"]


def test_what_a_switch_paused_goes_on_when_it_is_lifted(stage: Stage, cast: Cast) -> None:
    deploy(stage, "company.data.a")
    (id,) = start(stage, "company.data.a")

    made = switch(cast, running="PAUSE")
    stage.play()
    paused, reasons = stage.state(id), why(cast, id)
    cast.alice.delete(f"{cast.api}/kill-switches/{made['id']}")
    stage.play()

    assert paused == "PAUSED"
    assert [reason["code"] for reason in reasons] == ["kill_switch"]
    assert stage.state(id) == "SUCCESS"


def test_an_end_date_lifts_a_switch_by_the_databases_clock(stage: Stage, cast: Cast) -> None:
    deploy(stage, "company.data.a")
    made = switch(cast)
    (id,) = start(stage, "company.data.a")
    with connection.cursor() as cursor:
        statement = "update tenants_killswitch set ends_at = now() where id = %s"
        cursor.execute(statement, [made["id"]])

    limit_changes.sweep()
    stage.settle()
    (shown,) = cast.alice.get(f"{cast.api}/kill-switches").json()["results"]

    assert stage.state(id) == "RUNNING"
    assert (shown["enabled"], shown["active"]) == (False, False)


def test_the_instance_stops_a_tenant_and_the_tenant_cannot_help_it(
    stage: Stage, cast: Cast, operator: Member
) -> None:
    deploy(stage, "company.data.a")
    body = {"name": "abuse", "tenantId": cast.tenant.slug, "starts": "REFUSE"}
    made = operator.post("/api/v1/kill-switches", body).json()
    everything = operator.post("/api/v1/kill-switches", {"name": "all"}).json()

    refused = cast.alice.post(f"{cast.api}/executions/company.data/a")
    own = cast.alice.delete(f"{cast.api}/kill-switches/{everything['id']}")
    other = cast.charlie.delete(f"{cast.other_api}/kill-switches/{made['id']}")
    found = operator.get("/api/v1/kill-switches/search").json()

    assert refused.status_code == 409
    assert (own.status_code, own.json()["code"]) == (403, "kill_switch.of_instance")
    assert other.status_code == 404
    assert {row["id"] for row in found["results"]} >= {made["id"], everything["id"]}
    assert operator.delete(f"/api/v1/kill-switches/{made['id']}").status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x", "starts": "EXPLODE"},
        {"name": "x", "evaluationType": "NOBODY"},
        {"name": "x", "flowId": "a"},
        {"name": "x", "namespace": "no.such"},
        {"name": "x", "endDate": "2001-01-01T00:00:00Z"},
        {"name": "x", "endDate": "2101-01-01T00:00:00"},
    ],
)
def test_a_switch_that_makes_no_sense_is_refused(module_cast: Cast, body: object) -> None:
    assert module_cast.alice.post(f"{module_cast.api}/kill-switches", body).status_code == 422


def test_a_viewer_sees_and_sets_no_switch(cast: Cast) -> None:
    made = switch(cast)

    assert cast.bob.get(f"{cast.api}/kill-switches").status_code == 404
    assert cast.bob.delete(f"{cast.api}/kill-switches/{made['id']}").status_code == 404
