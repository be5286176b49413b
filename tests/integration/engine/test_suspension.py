"""What a suspension means for what runs, for triggers and for the reasons that are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest

from downbeat.common.scope import tenant_scope
from executions.runtime import retention, suspensions
from executions.triggering import evaluation
from tenants import facade as tenants
from tenants.contracts import RetentionRule
from tenants.facade import create_instance_admin_token, system_actor
from tenants.services.retention import set_retention
from tests.integration.engine.stage import Stage
from tests.support.cast import Cast, Member
from tests.support.clocked import HOURLY, become_due, deploy, executions, hour

LONG = """
id: long
namespace: company.data
tasks:
  - {id: nap, type: core.flow.Sleep, duration: PT1H}
  - {id: last, type: core.debug.Return, format: done}
"""
WAITING = """
id: waiting
namespace: company.data
tasks: [{id: wait, type: core.flow.Pause}]
"""
QUICK = """
id: quick
namespace: {namespace}
tasks: [{{id: say, type: core.log.Log, message: hello}}]
"""


@pytest.fixture(scope="module")
def operator(database: object) -> Member:
    return Member(None, create_instance_admin_token("operator of suspensions"))


def _suspend(operator: Member, cast: Cast, running: str) -> None:
    body = {"reason": "unpaid", "running": running}
    assert operator.post(f"/api/v1/tenants/{cast.tenant.slug}/suspend", body).status_code == 200


def _why(cast: Cast, id: Any) -> list[str]:
    found = cast.alice.get(f"{cast.api}/executions/{id}/why").json()
    return [reason["code"] for reason in found["results" if "results" in found else "reasons"]]


def test_what_runs_is_held_says_why_and_goes_on(operator: Member, cast: Cast, stage: Stage) -> None:
    stage.deploy(LONG)
    stage.deploy(WAITING)
    held, asked = stage.start("long"), stage.start("waiting")
    stage.settle()
    _suspend(operator, cast, "HOLD")

    suspensions.enforce()
    stage.settle()
    assert (stage.state(held), _why(cast, held)[0]) == ("PAUSED", "suspended")

    operator.post(f"/api/v1/tenants/{cast.tenant.slug}/resume")
    stage.settle()
    assert stage.state(held) in {"RUNNING", "RESTARTED"}
    assert stage.state(asked) == "PAUSED", "a person's pause outlives the suspension"


def test_what_runs_is_killed_if_the_suspension_says_so(
    operator: Member, cast: Cast, stage: Stage
) -> None:
    stage.deploy(LONG)
    id = stage.start("long")
    stage.settle()
    _suspend(operator, cast, "KILL")

    suspensions.enforce()
    stage.settle()

    assert stage.state(id) == "KILLED"


def test_no_schedule_fires_while_a_tenant_is_suspended(operator: Member, cast: Cast) -> None:
    deploy(cast, HOURLY)
    become_due(cast, hour())
    _suspend(operator, cast, "FINISH")

    evaluation.evaluate_due()
    during = len(executions(cast))
    operator.post(f"/api/v1/tenants/{cast.tenant.slug}/resume")
    evaluation.evaluate_due()

    assert (during, len(executions(cast)) > 0) == (0, True)


@pytest.fixture
def aged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that exists is 45 days old, as far as rules of tenants are concerned."""
    real = tenants.retention_rules

    def shifted(kind: str) -> list[RetentionRule]:
        days = timedelta(days=45)
        return [replace(rule, age=min(rule.age - days, rule.age)) for rule in real(kind)]

    monkeypatch.setattr(tenants, "retention_rules", shifted)


def _exists(cast: Cast, id: UUID) -> bool:
    return bool(cast.alice.get(f"{cast.api}/executions/{id}").status_code == HTTPStatus.OK)


@pytest.mark.usefixtures("aged")
def test_a_namespace_keeps_less_than_its_tenant(cast: Cast, stage: Stage) -> None:
    ids = {}
    for place in ("company.data", "company.data.raw", "company.database"):
        stage.deploy(QUICK.format(namespace=place))
        ids[place] = stage.start("quick", place)
    stage.play()
    with tenant_scope(cast.tenant.id):
        set_retention(system_actor("test"), "", {"executions": 90})
        set_retention(system_actor("test"), "company.data", {"executions": 30})
        set_retention(system_actor("test"), "company.data.raw", {"executions": 60})

    retention.apply()

    left = {place for place, id in ids.items() if _exists(cast, id)}
    assert left == {"company.data.raw", "company.database"}


@pytest.mark.usefixtures("aged")
def test_logs_and_metrics_go_before_their_execution(cast: Cast, stage: Stage) -> None:
    stage.deploy(QUICK.format(namespace="company.data"))
    id = stage.start("quick")
    stage.play()
    assert len(cast.alice.get(f"{cast.api}/logs/{id}").json()) == 1
    with tenant_scope(cast.tenant.id):
        set_retention(system_actor("test"), "", {"logs": 3, "metrics": 3})

    retention.apply()

    assert cast.alice.get(f"{cast.api}/logs/{id}").json() == []
    assert _exists(cast, id)
