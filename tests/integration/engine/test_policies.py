"""Policies: what may be saved and started, who has to agree, and what would have been."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

from downbeat.common.scope import tenant_scope
from tenants.models import AuditEntry
from tests.integration.engine.stage import Stage
from tests.support.cast import NAMESPACE, Cast
from tests.support.conformity import as_declared
from tests.support.people import Newcomer, bind, machine, newcomer, role_id

YAML = "application/x-yaml"
ALWAYS = {"hours": [{"from": "00:00", "to": "23:59:59"}]}
_SAYS = {"Log": "message", "Return": "format"}
NEVER = {"spans": [{"from": "2001-01-01T00:00:00Z", "to": "2001-01-02T00:00:00Z"}]}


@pytest.fixture(autouse=True)
def answers_as_declared() -> Iterator[None]:
    """Whatever a test here asks, the answer is as the OpenAPI description has it."""
    with as_declared():
        yield


def _source(
    id: str = "daily", *, type: str = "core.log.Log", labels: str = "{team: data}",
    namespace: str = NAMESPACE,
) -> str:  # fmt: skip
    says = _SAYS[type.rpartition(".")[2]]
    return (
        f"id: {id}\nnamespace: {namespace}\nlabels: {labels}\n"
        "inputs: [{id: rows, type: INT, required: false}]\n"
        f"tasks: [{{id: a, type: {type}, {says}: x}}]\n"
    )


def _save(cast: Cast, source: str) -> Any:
    return cast.alice.post(f"{cast.api}/flows", source, type=YAML)


def _start(cast: Cast, id: str = "daily", query: str = "", **more: Any) -> Any:
    return cast.alice.post(f"{cast.api}/executions/{NAMESPACE}/{id}{query}", **more)


def _policy(cast: Cast, rules: dict[str, Any], effect: str = "DENY", **more: Any) -> Any:
    body = {"name": f"policy {effect} {sorted(rules)}", "effect": effect, "rules": rules, **more}
    made = cast.alice.post(f"{cast.api}/policies", body)
    assert made.status_code == HTTPStatus.OK, made.content
    return made.json()


@pytest.mark.parametrize("written", ["core.debug.Return", "io.kestra.plugin.core.debug.Return"])
def test_a_denied_type_is_not_saved_however_it_is_written(cast: Cast, written: str) -> None:
    _policy(cast, {"taskTypes": ["core.debug.*"]}, on=["SAVE"])

    refused = _save(cast, _source(type=written))
    other = _save(cast, _source())

    told = refused.json()
    assert (refused.status_code, told["code"]) == (HTTPStatus.FORBIDDEN, "policy.refused")
    assert told["errors"][0]["code"] == "policy.taskTypes"
    assert "core.debug.Return" in told["detail"]
    assert other.status_code == HTTPStatus.OK
    missing = cast.alice.get(f"{cast.api}/flows/{NAMESPACE}/daily")
    assert missing.json()["revision"] == 1


@pytest.mark.parametrize(
    ("rules", "good", "bad"),
    [
        ({"labels": {"team": "*"}}, _source(), _source(labels="{other: x}")),
        ({"labels": {"team": "data"}}, _source(), _source(labels="{team: web}")),
        ({"taskTypes": ["core.log.*"]}, _source(), _source(type="core.debug.Return")),
        ({"condition": "{{ flow.id != 'bad' }}"}, _source(), _source("bad")),
    ],
)
def test_what_is_required_has_to_hold(
    cast: Cast, rules: dict[str, Any], good: str, bad: str
) -> None:
    _policy(cast, rules, "REQUIRE", on=["SAVE"])

    assert _save(cast, bad).json()["code"] == "policy.refused"
    assert _save(cast, good).status_code == HTTPStatus.OK


def test_a_denial_is_of_what_all_its_rules_describe(cast: Cast) -> None:
    _policy(cast, {"taskTypes": ["core.log.*"], "labels": {"env": "prod"}}, on=["SAVE"])

    assert _save(cast, _source()).status_code == HTTPStatus.OK
    assert _save(cast, _source("two", labels="{env: prod}")).json()["code"] == "policy.refused"


def test_a_policy_flows_down_and_not_to_siblings_or_twins(cast: Cast) -> None:
    _policy(cast, {"taskTypes": ["*"]}, on=["SAVE"], namespace=NAMESPACE)

    for place, code in ((f"{NAMESPACE}.raw", 403), ("company.database", 200), ("company", 200)):
        assert _save(cast, _source(namespace=place)).status_code == code


def test_starts_are_let_through_in_a_change_window_only(cast: Cast) -> None:
    _save(cast, _source())
    made = _policy(cast, {"window": NEVER}, "REQUIRE", on=["START"])

    closed = _start(cast)
    body = {**made, "rules": {"window": ALWAYS}}
    cast.alice.put(f"{cast.api}/policies/{made['id']}", body)
    opened = _start(cast)

    assert closed.json()["errors"][0]["code"] == "policy.window"
    assert opened.status_code == HTTPStatus.OK


def test_a_refused_start_leaves_an_entry_and_no_execution(cast: Cast) -> None:
    _save(cast, _source())
    _policy(cast, {"condition": "{{ inputs.rows > 100 }}"}, on=["START"])

    few, many = (
        cast.alice.post(
            f"{cast.api}/executions/{NAMESPACE}/daily",
            f'--b\r\nContent-Disposition: form-data; name="rows"\r\n\r\n{rows}\r\n--b--\r\n',
            type="multipart/form-data; boundary=b",
        )
        for rows in (5, 500)
    )

    assert (few.status_code, many.status_code) == (200, 403)
    assert cast.alice.get(f"{cast.api}/executions/search").json()["total"] == 1
    with tenant_scope(cast.tenant.id):
        assert AuditEntry.objects.latest("at").type == "DENIED"


def test_a_warning_is_in_the_log_of_the_execution(cast: Cast, stage: Stage) -> None:
    _save(cast, _source())
    _policy(cast, {"taskTypes": ["core.log.Log"]}, "WARN")

    id = _start(cast).json()["id"]
    stage.play()

    logs = cast.alice.get(f"{cast.api}/logs/{id}").json()
    assert logs[0]["level"] == "WARN"
    assert "taskTypes core.log.Log" in logs[0]["message"]


def test_evaluate_mode_stops_nothing_and_records_what_it_would_have(cast: Cast) -> None:
    _policy(cast, {"taskTypes": ["core.log.*"]}, mode="EVALUATE", on=["SAVE"])

    assert _save(cast, _source()).status_code == HTTPStatus.OK
    with tenant_scope(cast.tenant.id):
        found = AuditEntry.objects.get(action="policy.would refuse")
    assert "core.log.Log" in found.body


def test_a_preview_counts_what_would_have_been_stopped(cast: Cast) -> None:
    for id, labels in (("one", "{team: data}"), ("two", "{}"), ("three", "{}")):
        _save(cast, _source(id, labels=labels))
    for id in ("one", "one", "two"):
        _start(cast, id)
    body = {"name": "x", "effect": "REQUIRE", "rules": {"labels": {"team": "*"}}}

    told = cast.alice.post(f"{cast.api}/policies/evaluate", body).json()
    stored = cast.alice.post(f"{cast.api}/policies", {**body, "mode": "EVALUATE"}).json()
    again = cast.alice.get(f"{cast.api}/policies/{stored['id']}/evaluate").json()

    assert (told["flows"]["checked"], told["flows"]["blocked"]) == (3, 2)
    assert (told["executions"]["checked"], told["executions"]["blocked"]) == (3, 1)
    assert told["executions"]["results"][0]["flowId"] == "two"
    assert again == told


def test_a_source_is_previewed_before_it_is_saved(cast: Cast) -> None:
    _policy(cast, {"taskTypes": ["core.log.*"]}, on=["SAVE"])

    told = cast.alice.post(f"{cast.api}/flows/policies/preview", {"source": _source()}).json()

    assert told["allowed"] is False
    assert told["violations"][0]["findings"][0]["rule"] == "taskTypes"


@pytest.fixture
def dora(cast: Cast) -> Newcomer:
    """Another admin of Alice's tenant."""
    found = newcomer()
    assert bind(cast, found.id, role_id(cast, "Admin"), None).status_code == HTTPStatus.OK
    return found


def test_a_change_needs_the_agreement_of_another_person(cast: Cast, dora: Newcomer) -> None:
    _policy(cast, {"approval": True}, "REQUIRE", on=["SAVE"])
    at = f"{cast.api}/policies/approvals"

    refused = _save(cast, _source())
    asked = cast.alice.post(f"{at}/save", {"source": _source(), "note": "please"}).json()
    own = cast.alice.post(f"{at}/{asked['id']}/approve")
    seen = dora.member.get(f"{at}/{asked['id']}").json()
    agreed = dora.member.post(f"{at}/{asked['id']}/approve")
    other = _save(cast, _source("other"))
    saved = _save(cast, _source())
    changed = cast.alice.put(
        f"{cast.api}/flows/{NAMESPACE}/daily", _source() + "# more\n", type=YAML
    )

    assert refused.json()["errors"][0]["code"] == "policy.approval"
    assert (own.status_code, own.json()["code"]) == (403, "approval.oneself")
    assert seen["subject"]["source"] == _source()
    assert agreed.json()["state"] == "APPROVED"
    assert other.status_code == HTTPStatus.FORBIDDEN
    assert saved.status_code == HTTPStatus.OK
    assert changed.status_code == HTTPStatus.FORBIDDEN
    assert dora.member.get(f"{at}/{asked['id']}").json()["state"] == "USED"


def test_an_agreement_to_a_start_is_good_once_and_for_these_labels(
    cast: Cast, dora: Newcomer
) -> None:
    _save(cast, _source())
    _policy(cast, {"approval": True}, "REQUIRE", on=["START"])
    at = f"{cast.api}/policies/approvals"
    wanted = {"namespace": NAMESPACE, "flowId": "daily", "labels": {"why": "month-end"}}

    asked = cast.alice.post(f"{at}/start", wanted).json()
    again = cast.alice.post(f"{at}/start", wanted).json()
    dora.member.post(f"{at}/{asked['id']}/approve")
    twice = dora.member.post(f"{at}/{asked['id']}/reject")
    plain = _start(cast)
    right = _start(cast, query="?labels=why:month-end")
    spent = _start(cast, query="?labels=why:month-end")

    assert again["id"] == asked["id"]
    assert twice.json()["code"] == "approval.decided"
    assert (plain.status_code, right.status_code, spent.status_code) == (403, 200, 403)


def test_a_machine_agrees_to_nothing(cast: Cast) -> None:
    _policy(cast, {"approval": True}, "REQUIRE", on=["SAVE"])
    at = f"{cast.api}/policies/approvals"
    asked = cast.alice.post(f"{at}/save", {"source": _source()}).json()
    account = machine(cast)
    bind(cast, account.id, role_id(cast, "Admin"), None)

    assert account.member.post(f"{at}/{asked['id']}/approve").json()["code"] == "approval.oneself"


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ({}, "rules"),
        ({"colour": "red"}, "rules.colour"),
        ({"condition": "{{ broken"}, "rules.condition"),
        ({"window": {"timezone": "Mars/Olympus", "hours": [{}]}}, "rules.window"),
        ({"window": {"spans": [{"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}]}},
         "rules.window.spans.0"),
        ({"window": {"hours": [{"days": ["FUN"]}]}}, "rules.window.hours.0.days"),
    ],
)  # fmt: skip
def test_rules_that_mean_nothing_are_refused(
    module_cast: Cast, rules: dict[str, Any], path: str
) -> None:
    body = {"name": "wrong", "effect": "DENY", "rules": rules}

    refused = module_cast.alice.post(f"{module_cast.api}/policies", body)

    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [each["path"] for each in refused.json()["errors"]] == [path]


def test_who_edits_one_namespace_sets_no_policy_of_another(cast: Cast) -> None:
    dora = newcomer()
    bind(cast, dora.id, role_id(cast, "Admin"), NAMESPACE)
    body = {"name": "mine", "effect": "DENY", "rules": {"taskTypes": ["*"]}}

    everywhere = dora.member.post(f"{cast.api}/policies", body)
    own = dora.member.post(f"{cast.api}/policies", {**body, "namespace": NAMESPACE})
    seen = cast.bob.get(f"{cast.api}/policies").json()["results"]

    assert everywhere.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
    assert own.status_code == HTTPStatus.OK
    assert [one["name"] for one in seen] == ["mine"]


def test_only_allowed_task_runners_are_saved(cast: Cast) -> None:
    cast.alice.put(
        f"/api/v1/tenants/{cast.tenant.slug}", {"settings": {"allowedTaskRunners": ["x.*"]}}
    )
    source = (
        f"id: shell\nnamespace: {NAMESPACE}\ntasks:\n  - id: a\n"
        "    type: scripts.shell.Commands\n    commands: [ls]\n"
        "    taskRunner: {type: core.runner.Process}\n"
    )

    refused = _save(cast, source)

    assert refused.json()["errors"][0]["code"] == "policy.taskRunners"
