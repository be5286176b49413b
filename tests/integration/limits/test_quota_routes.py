"""Quotas over HTTP: who sets them, who sees them, and what the instance has set above."""

from __future__ import annotations

from typing import Any

import pytest

from tenants.facade import create_instance_admin_token
from tenants.services import request_rate
from tests.support.cast import Cast, Member

DATA = {"kind": "RUNNING_EXECUTIONS", "limit": 5, "namespace": "company.data"}


@pytest.fixture
def operator(database: object) -> Member:
    return Member(None, create_instance_admin_token("operator"))


def listed(cast: Cast) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cast.alice.get(f"{cast.api}/quotas").json()["results"]
    return found


def test_a_quota_is_set_seen_changed_and_lifted(cast: Cast) -> None:
    made = cast.alice.post(f"{cast.api}/quotas", DATA)
    one = f"{cast.api}/quotas/{made.json()['id']}"
    changed = cast.alice.put(one, {"limit": 7, "policy": "REFUSE"}).json()
    seen = listed(cast)
    gone = cast.alice.delete(one)

    assert made.status_code == 201
    assert made.json() | {"id": "", "updatedAt": ""} == {
        "tenantId": cast.tenant.slug,
        "id": "",
        "namespace": "company.data",
        "flowId": None,
        "kind": "RUNNING_EXECUTIONS",
        "limit": 5,
        "policy": "QUEUE",
        "ofInstance": False,
        "used": 0,
        "updatedAt": "",
    }
    assert (changed["limit"], changed["policy"]) == (7, "REFUSE")
    assert seen == [changed]
    assert gone.status_code == 204
    assert listed(cast) == []
    assert cast.alice.get(one).status_code == 404


def test_there_is_one_of_a_kind_on_a_place(cast: Cast) -> None:
    cast.alice.post(f"{cast.api}/quotas", DATA)

    again = cast.alice.post(f"{cast.api}/quotas", DATA)

    assert (again.status_code, again.json()["code"]) == (409, "quota.exists")


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "RUNNING_EXECUTIONS", "limit": -1},
        {"kind": "RUNNING_EXECUTIONS", "limit": 2**63},
        {"kind": "RUNNING_EXECUTIONS"},
        {"kind": "COFFEE", "limit": 1},
        {"kind": "RUNNING_EXECUTIONS", "limit": 1, "policy": "DROP"},
        {"kind": "RUNNING_TASK_RUNS", "limit": 1, "policy": "REFUSE"},
        {"kind": "RUNNING_EXECUTIONS", "limit": 1, "flowId": "a"},
        {"kind": "RUNNING_EXECUTIONS", "limit": 1, "namespace": "no.such"},
        {"kind": "API_REQUESTS_PER_MINUTE", "limit": 1, "namespace": "company.data"},
        {"kind": "API_REQUESTS_PER_MINUTE", "limit": 0},
        {"kind": "STORAGE_BYTES", "limit": 1, "namespace": "company.data", "flowId": "a"},
        [],
        "x",
    ],
)
def test_what_makes_no_sense_is_refused(module_cast: Cast, body: object) -> None:
    answer = module_cast.alice.post(f"{module_cast.api}/quotas", body)

    assert answer.status_code == 422
    assert answer.json()["code"] in {"quota.invalid", "invalid.fields"}


def test_a_viewer_neither_sees_nor_sets_one(cast: Cast) -> None:
    made = cast.alice.post(f"{cast.api}/quotas", DATA).json()

    assert cast.bob.get(f"{cast.api}/quotas").status_code == 404
    assert cast.bob.put(f"{cast.api}/quotas/{made['id']}", {"limit": 9}).status_code == 404
    assert cast.charlie.get(f"{cast.other_api}/quotas/{made['id']}").status_code == 404
    assert listed(cast)[0]["limit"] == 5


def test_a_tenant_cannot_raise_what_the_instance_has_set(cast: Cast, operator: Member) -> None:
    path = f"/api/v1/instance/tenants/{cast.tenant.slug}/quotas"
    put = operator.put(path, {"kind": "RUNNING_EXECUTIONS", "limit": 3})
    again = operator.put(path, {"kind": "RUNNING_EXECUTIONS", "limit": 2}).json()
    one = f"{cast.api}/quotas/{again['id']}"

    raised = cast.alice.put(one, {"limit": 1000})
    lifted = cast.alice.delete(one)
    own = cast.alice.post(f"{cast.api}/quotas", {"kind": "RUNNING_EXECUTIONS", "limit": 50})

    assert put.status_code == 200
    assert (raised.status_code, raised.json()["code"]) == (403, "quota.of_instance")
    assert lifted.status_code == 403
    assert own.status_code == 201
    assert [(row["limit"], row["ofInstance"]) for row in listed(cast)] == [(2, True), (50, False)]
    assert operator.get(path).json()["results"] == [again]
    assert operator.delete(f"{path}/RUNNING_EXECUTIONS").status_code == 204
    assert [row["limit"] for row in listed(cast)] == [50]


def test_a_share_is_the_instances_to_give(cast: Cast, operator: Member) -> None:
    path = f"/api/v1/instance/tenants/{cast.tenant.slug}/share"

    assert operator.get(path).json()["weight"] == 1
    assert operator.put(path, {"weight": 4}).json()["weight"] == 4
    assert operator.put(path, {"weight": 0}).status_code == 422
    assert operator.get("/api/v1/instance/tenants/nobody/share").status_code == 404
    assert cast.alice.put(path, {"weight": 9}).status_code == 403


def test_changes_are_in_the_audit_trail(cast: Cast) -> None:
    made = cast.alice.post(f"{cast.api}/quotas", DATA).json()
    cast.alice.put(f"{cast.api}/quotas/{made['id']}", {"limit": 7})
    cast.alice.delete(f"{cast.api}/quotas/{made['id']}")

    found = cast.alice.get(f"{cast.api}/auditlogs/search?size=50").json()["results"]

    actions = [row["auditLog"]["action"] for row in found]
    assert actions[:3] == ["quota.deleted", "quota.updated", "quota.created"]


def test_requests_are_counted_by_the_database(cast: Cast) -> None:
    request_rate.forget()
    new = {"kind": "API_REQUESTS_PER_MINUTE", "limit": 20}
    assert cast.alice.post(f"{cast.api}/quotas", new).status_code == 201
    request_rate.forget()

    answers = [cast.alice.get(f"{cast.api}/quotas") for _ in range(12)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert 12 - len(refused) in range(3, 6)
    assert refused[0].json()["code"] == "quota.api_requests"
    assert 1 <= int(refused[0]["Retry-After"]) <= 6
    assert cast.charlie.get(f"{cast.other_api}/quotas").status_code == 200


def test_existing_clients_read_what_is_used(cast: Cast) -> None:
    cast.alice.post(f"{cast.api}/quotas", DATA)

    (shown,) = cast.alice.get(f"{cast.api}/quota-limits").json()

    assert (shown["namespace"], shown["count"]) == ("company.data", 0)
    assert cast.alice.post(f"{cast.api}/quota-limits/reset").json() == [shown]
