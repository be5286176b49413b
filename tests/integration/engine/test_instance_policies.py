"""Policies of the instance: held by every tenant, seen there, and changed by its admins only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from downbeat.common.scope import tenant_scope
from tenants.facade import create_instance_admin_token, verify_audit
from tenants.models import AuditEntry
from tenants.services.audit import INSTANCE
from tests.integration.engine.stage import Stage
from tests.support.cast import NAMESPACE, Cast, Member
from tests.support.conformity import as_declared

YAML = "application/x-yaml"
ABOVE = "/api/v1/instance/policies"
SHELL = {"taskTypes": ["core.debug.*"]}


@pytest.fixture(autouse=True)
def answers_as_declared() -> Iterator[None]:
    """Whatever a test here asks, the answer is as the OpenAPI description has it."""
    with as_declared():
        yield


@pytest.fixture
def operator(database: object) -> Iterator[Member]:
    """An admin of the instance, who leaves no policy behind."""
    member = Member(None, create_instance_admin_token("operator"))
    yield member
    for one in member.get(f"{ABOVE}/search").json()["results"]:
        member.delete(f"{ABOVE}/{one['id']}")


def _body(rules: dict[str, Any], effect: str = "DENY", **more: Any) -> dict[str, Any]:
    return {"name": f"of all: {effect}", "effect": effect, "rules": rules, **more}


def _set(operator: Member, rules: dict[str, Any], effect: str = "DENY", **more: Any) -> Any:
    made = operator.post(ABOVE, _body(rules, effect, **more))
    assert made.status_code == 200, made.content
    return made.json()


def _source(type: str = "core.debug.Return", id: str = "daily") -> str:
    says = "format" if type.endswith("Return") else "message"
    return f"id: {id}\nnamespace: {NAMESPACE}\ntasks: [{{id: a, type: {type}, {says}: x}}]\n"


def _save(cast: Cast, source: str) -> Any:
    return cast.alice.post(f"{cast.api}/flows", source, type=YAML)


def _start(cast: Cast, id: str = "daily") -> Any:
    return cast.alice.post(f"{cast.api}/executions/{NAMESPACE}/{id}")


def test_it_refuses_saves_and_starts_in_every_tenant(cast: Cast, operator: Member) -> None:
    assert _save(cast, _source()).status_code == 200
    theirs = {**_body(SHELL), "name": "of our own", "effect": "WARN"}
    cast.alice.post(f"{cast.api}/policies", theirs)

    _set(operator, SHELL)

    saved, started = _save(cast, _source(id="two")), _start(cast)
    assert {saved.json()["code"], started.json()["code"]} == {"policy.refused"}
    assert "policy of the instance" in saved.json()["detail"]
    assert _save(cast, _source("core.log.Log", "three")).status_code == 200


def test_a_tenant_sees_it_tries_it_and_cannot_change_it(cast: Cast, operator: Member) -> None:
    _save(cast, _source())
    made = _set(operator, SHELL, tenants=[cast.tenant.slug, "another-tenant"])
    its = f"{cast.api}/policies/{made['id']}"

    listed = cast.alice.get(f"{cast.api}/policies").json()["results"]
    tried = cast.alice.get(f"{its}/evaluate").json()

    assert [(one["name"], one["scope"]) for one in listed] == [("of all: DENY", "INSTANCE")]
    assert "another-tenant" not in str(listed) + str(cast.alice.get(its).json())
    assert tried["flows"] == {
        "checked": 1,
        "blocked": 1,
        "results": [
            {
                "id": f"{NAMESPACE}.daily",
                "namespace": NAMESPACE,
                "flowId": "daily",
                "reason": "of all: DENY: taskTypes core.debug.Return",
            }
        ],
    }
    for refused in (cast.alice.put(its, _body(SHELL)), cast.alice.delete(its)):
        assert (refused.status_code, refused.json()["code"]) == (403, "policy.of_instance")
    assert _save(cast, _source(id="two")).json()["code"] == "policy.refused"


def test_it_holds_in_the_tenants_that_it_names_only(cast: Cast, operator: Member) -> None:
    made = _set(operator, SHELL, tenants=["nobody-*"])

    assert _save(cast, _source()).status_code == 200
    assert cast.alice.get(f"{cast.api}/policies").json()["results"] == []
    assert cast.alice.get(f"{cast.api}/policies/{made['id']}").status_code == 404
    assert cast.alice.delete(f"{cast.api}/policies/{made['id']}").status_code == 404

    named = _body(SHELL, tenants=[f"{cast.tenant.slug[:4]}*"])
    assert operator.put(f"{ABOVE}/{made['id']}", named).status_code == 200
    assert _save(cast, _source(id="two")).json()["code"] == "policy.refused"


def test_evaluate_mode_stops_nothing_and_each_tenant_reads_what_it_would_have(
    cast: Cast, operator: Member
) -> None:
    twin = {**_body(SHELL), "mode": "EVALUATE"}
    cast.alice.post(f"{cast.api}/policies", twin)
    _set(operator, SHELL, mode="EVALUATE")

    assert _save(cast, _source()).status_code == 200
    with tenant_scope(cast.tenant.id):
        entry = AuditEntry.objects.get(action="policy.would refuse")
    after = json.loads(entry.body)["after"]
    assert sorted(after) == ["of all: DENY", "of all: DENY (the instance)"]


def test_it_warns_in_the_log_of_the_execution(cast: Cast, operator: Member, stage: Stage) -> None:
    _save(cast, _source("core.log.Log"))
    _set(operator, {"taskTypes": ["core.log.Log"]}, "WARN")

    started = _start(cast)
    stage.settle()

    lines = cast.alice.get(f"{cast.api}/logs/{started.json()['id']}").json()
    assert [line["level"] for line in lines if "of all: WARN" in line["message"]] == ["WARN"]


def test_the_operator_reads_numbers_of_each_tenant_and_no_names(
    cast: Cast, operator: Member
) -> None:
    _save(cast, _source(id="secretly-named"))
    _start(cast, "secretly-named")
    body = _body(SHELL, tenants=[cast.tenant.slug])
    written = operator.post(f"{ABOVE}/evaluate", body)
    made = operator.post(ABOVE, body).json()

    stored = operator.get(f"{ABOVE}/{made['id']}/evaluate")

    assert written.json() == stored.json()
    assert stored.json()["results"] == [
        {
            "tenantId": cast.tenant.slug,
            "flows": {"checked": 1, "blocked": 1},
            "executions": {"checked": 1, "blocked": 1},
        }
    ]


def test_it_may_ask_for_the_agreement_of_another_person(cast: Cast, operator: Member) -> None:
    _set(operator, {"approval": True}, "REQUIRE", on=["SAVE"])

    assert _save(cast, _source()).json()["errors"][0]["code"] == "policy.approval"
    asked = cast.alice.post(f"{cast.api}/policies/approvals/save", {"source": _source()})
    assert asked.json()["state"] == "PENDING"


def test_changes_are_in_the_chain_of_the_instance(cast: Cast, operator: Member) -> None:
    made = _set(operator, SHELL)
    operator.put(f"{ABOVE}/{made['id']}", _body({"labels": {"team": "*"}}, "REQUIRE"))
    operator.delete(f"{ABOVE}/{made['id']}")

    with tenant_scope(INSTANCE):
        rows = list(AuditEntry.objects.filter(object_id=str(made["id"])).order_by("at"))
    assert [row.action for row in rows] == ["policy.created", "policy.updated", "policy.deleted"]
    assert "core.debug.*" in rows[1].body
    assert "team" in rows[1].body
    assert verify_audit(INSTANCE).findings == ()
    assert operator.delete(f"{ABOVE}/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"rules": {}}, 422),
        ({"rules": {"taskTypes": ["x"], "unknown": 1}}, 422),
        ({"tenants": []}, 422),
        ({"tenants": ["Not a slug"]}, 422),
        ({"namespace": "company"}, 422),
        ({"effect": "MAYBE"}, 422),
        ({"name": "taken"}, 409),
    ],
)
def test_what_means_nothing_is_refused(
    cast: Cast, operator: Member, more: dict[str, Any], code: int
) -> None:
    _set(operator, SHELL, name="taken")

    assert operator.post(ABOVE, {**_body(SHELL), **more}).status_code == code


def test_nobody_inside_a_tenant_sets_one(cast: Cast, operator: Member) -> None:
    made = _set(operator, {"labels": {"x": "y"}})
    for member in (cast.alice, cast.bob, cast.charlie):
        answers = [
            member.post(ABOVE, _body(SHELL)),
            member.get(f"{ABOVE}/search"),
            member.get(f"{ABOVE}/{made['id']}"),
            member.put(f"{ABOVE}/{made['id']}", _body(SHELL)),
            member.delete(f"{ABOVE}/{made['id']}"),
            member.post(f"{ABOVE}/evaluate", _body(SHELL)),
        ]
        assert {answer.status_code for answer in answers} == {403}
