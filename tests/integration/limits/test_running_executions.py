"""Quotas of running executions: they hold along the whole chain, and those that wait say for what."""

from __future__ import annotations

from uuid import UUID

from downbeat.common.scope import tenant_entered
from executions.services import limit_changes
from executions.worker.work import AttemptResult
from tenants.ceilings import Policy, QuotaKind
from tenants.services.quotas import NewQuota, change_quota, create_quota, delete_quota
from tests.integration.engine.stage import Stage, fail, succeed
from tests.support.cast import Cast

FLOW = """
id: {id}
namespace: {namespace}
tasks:
  - id: work
    type: scripts.shell.Commands
    commands: [work]
"""
LIMITED = FLOW.replace("tasks:", "concurrency: {{limit: 1, behavior: QUEUE}}\ntasks:")
RUNNING = QuotaKind.RUNNING_EXECUTIONS


def deploy(stage: Stage, *places: str, source: str = FLOW) -> None:
    for place in places:
        namespace, _, id = place.rpartition(".")
        stage.deploy(source.format(id=id, namespace=namespace))


def quota(stage: Stage, amount: int, namespace: str = "", flow: str = "", **more: object) -> UUID:
    new = NewQuota(RUNNING, amount, namespace=namespace, flow_id=flow, **more)  # type: ignore[arg-type]
    with tenant_entered(stage.tenant_id):
        return create_quota(stage.actor, new).id


def start(stage: Stage, place: str, count: int = 1) -> list[UUID]:
    namespace, _, id = place.rpartition(".")
    found = [stage.start(id, namespace) for _ in range(count)]
    stage.settle()
    return found


def states(stage: Stage, ids: list[UUID]) -> list[str]:
    return [stage.state(id) for id in ids]


def test_what_does_not_fit_waits_and_begins_when_one_ends(stage: Stage, cast: Cast) -> None:
    deploy(stage, "company.data.a")
    one = quota(stage, 2)

    ids = start(stage, "company.data.a", 5)
    (why,) = cast.alice.get(f"{cast.api}/executions/{ids[4]}/why").json()["reasons"]

    assert states(stage, ids) == ["RUNNING"] * 2 + ["QUEUED"] * 3
    assert why["code"] == "quota"
    assert why["blocker"] == f"{one}: the tenant"
    assert "2 running executions" in why["message"]
    stage.play()
    assert states(stage, ids) == ["SUCCESS"] * 5


def test_every_ceiling_on_the_way_holds(stage: Stage) -> None:
    deploy(stage, "company.data.a", "company.data.b", "company.other.c")
    quota(stage, 4)
    quota(stage, 3, "company.data")
    quota(stage, 1, "company.data", "a")

    a = start(stage, "company.data.a", 3)
    b = start(stage, "company.data.b", 3)
    c = start(stage, "company.other.c", 3)

    assert states(stage, a) == ["RUNNING", "QUEUED", "QUEUED"]
    assert states(stage, b) == ["RUNNING", "RUNNING", "QUEUED"]
    assert states(stage, c) == ["RUNNING", "QUEUED", "QUEUED"]
    stage.play()
    assert set(states(stage, [*a, *b, *c])) == {"SUCCESS"}


def test_who_finds_another_ceiling_full_leaves_the_room_to_the_next(stage: Stage) -> None:
    deploy(stage, "company.data.a", "company.other.c")
    quota(stage, 1)
    holds, late = start(stage, "company.data.a", 2)
    (other,) = start(stage, "company.other.c")
    quota(stage, 0, "company.data")

    stage.turn(results=[_end(stage)])
    stage.settle()

    assert states(stage, [holds, late, other]) == ["SUCCESS", "QUEUED", "RUNNING"]


def test_a_twin_of_the_name_is_not_below(stage: Stage) -> None:
    deploy(stage, "company.data.a", "company.database.a")
    quota(stage, 0, "company.data")

    assert states(stage, start(stage, "company.database.a")) == ["RUNNING"]
    assert states(stage, start(stage, "company.data.a")) == ["QUEUED"]


def test_nobody_overrules_a_quota_by_force(stage: Stage, cast: Cast) -> None:
    deploy(stage, "company.data.a")
    quota(stage, 1)
    _, waits = start(stage, "company.data.a", 2)

    forced = cast.alice.post(f"{cast.api}/executions/{waits}/actions/force-run")
    stage.settle()

    assert forced.status_code == 200
    assert stage.state(waits) == "QUEUED"
    assert len(stage.works) == 1


def test_a_flows_own_limit_and_a_quota_hold_together(stage: Stage, cast: Cast) -> None:
    deploy(stage, "company.data.a", source=LIMITED)
    deploy(stage, "company.data.b")
    quota(stage, 2)

    first, second = start(stage, "company.data.a", 2)
    b = start(stage, "company.data.b", 2)
    (why,) = cast.alice.get(f"{cast.api}/executions/{second}/why").json()["reasons"]

    assert states(stage, [first, second, *b]) == ["RUNNING", "QUEUED", "RUNNING", "QUEUED"]
    assert why["code"] == "slot"
    stage.play()
    assert set(states(stage, [first, second, *b])) == {"SUCCESS"}


def test_a_restart_waits_for_its_place(stage: Stage, cast: Cast) -> None:
    deploy(stage, "company.data.a")
    (ended,) = start(stage, "company.data.a")
    stage.play(fail)
    quota(stage, 1)
    (holds,) = start(stage, "company.data.a")

    cast.alice.post(f"{cast.api}/executions/{ended}/actions/restart")
    stage.settle()

    assert states(stage, [holds, ended]) == ["RUNNING", "QUEUED"]
    stage.play()
    assert states(stage, [holds, ended]) == ["SUCCESS", "SUCCESS"]


def test_a_higher_limit_and_a_lifted_one_let_those_go_on_that_wait(stage: Stage) -> None:
    deploy(stage, "company.data.a")
    id = quota(stage, 1)
    ids = start(stage, "company.data.a", 4)

    with tenant_entered(stage.tenant_id):
        change_quota(stage.actor, id, 2, None)
    stage.settle()
    raised = states(stage, ids)
    with tenant_entered(stage.tenant_id):
        delete_quota(stage.actor, id)
    stage.settle()

    assert raised == ["RUNNING"] * 2 + ["QUEUED"] * 2
    assert states(stage, ids) == ["RUNNING"] * 4


def test_the_sweep_finds_those_whose_bell_was_lost(stage: Stage) -> None:
    deploy(stage, "company.data.a")
    quota(stage, 1)
    first, second = start(stage, "company.data.a", 2)
    stage.rows(
        "update execution set state = 'SUCCESS', ended_at = now() where id = %s returning id", first
    )

    limit_changes.sweep()
    stage.settle()

    assert stage.state(second) == "RUNNING"


def test_a_killed_one_that_waits_is_over_and_takes_no_place(stage: Stage, cast: Cast) -> None:
    deploy(stage, "company.data.a")
    quota(stage, 1)
    ids = start(stage, "company.data.a", 3)

    cast.alice.delete(f"{cast.api}/executions/{ids[1]}/actions/kill")
    stage.settle()

    assert states(stage, ids) == ["RUNNING", "KILLED", "QUEUED"]
    stage.play()
    assert states(stage, ids) == ["SUCCESS", "KILLED", "SUCCESS"]


def test_what_the_quota_refuses_leaves_nothing(stage: Stage, cast: Cast) -> None:
    deploy(stage, "company.data.a")
    quota(stage, 1, policy=Policy.REFUSE)
    start(stage, "company.data.a")

    refused = cast.alice.post(f"{cast.api}/executions/company.data/a")
    stage.play()
    accepted = cast.alice.post(f"{cast.api}/executions/company.data/a")

    assert refused.status_code == 429
    assert refused.json()["code"] == "quota.exceeded"
    assert int(refused["Retry-After"]) > 0
    assert "1 running executions of the tenant" in refused.json()["detail"]
    assert accepted.status_code == 200
    assert stage.rows("select count(*) from execution") == [(2,)]
    assert stage.rows("select count(*) from inbox") == [(1,)]


def _end(stage: Stage) -> AttemptResult:
    return succeed(stage.works.pop(0))
