"""The routes of triggers: found, exported, switched, freed and deleted, one by one and together."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from kestrapy.models.api_trigger_state import ApiTriggerState

from downbeat.common.scope import tenant_scope
from executions.models import TriggerState
from tenants.facade import system_actor
from tenants.models import Role
from tenants.policy import BuiltIn
from tenants.services.bindings import NewBinding, Principal, create_binding
from tests.support.cast import NAMESPACE, Cast
from tests.support.routes import NOTHING

FLOW = """id: {id}
namespace: {namespace}
tasks:
  - {{id: show, type: core.log.Log, message: hi}}
triggers:
  - {{id: hourly, type: core.trigger.Schedule, cron: "0 * * * *"}}
  - {{id: hook, type: core.trigger.Webhook, key: abc}}
"""
START = {"start": "2024-01-01T00:30:00Z", "end": "2024-01-01T04:30:00Z"}


@pytest.fixture
def triggers(cast: Cast) -> Cast:
    """Two flows that Bob may see, and one that he may not."""
    for namespace, id in (("company.data", "one"), ("company.data", "two"), ("secret", "three")):
        source = FLOW.format(id=id, namespace=namespace)
        answer = cast.alice.post(f"{cast.api}/flows", source, type="application/x-yaml")
        assert answer.status_code < 300, answer.content
    return cast


def named(flow: str, trigger: str = "hourly", namespace: str = "company.data") -> dict[str, str]:
    return {"namespace": namespace, "flowId": flow, "triggerId": trigger}


def found(cast: Cast, query: str = "") -> list[str]:
    answer = cast.alice.get(f"{cast.api}/triggers/search?size=100&{query}")
    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    return [f"{item['state']['flowId']}.{item['state']['triggerId']}" for item in results]


def state(cast: Cast, flow: str, namespace: str = "company.data") -> Any:
    results = cast.alice.get(f"{cast.api}/triggers/{namespace}/{flow}?q=hourly").json()["results"]
    assert len(results) == 1
    ApiTriggerState.from_json(json.dumps(results[0]))
    return results[0]


def promote_bob(cast: Cast) -> None:
    """Bob may edit his namespace, and still not see the other."""
    with tenant_scope(cast.tenant.id):
        editor = Role.objects.get(name=BuiltIn.EDITOR)
        assert cast.bob.user is not None
        new = NewBinding(Principal.USER, cast.bob.user.id, editor.id, NAMESPACE)
        create_binding(system_actor("test"), new)


def lock(cast: Cast, flow: str) -> None:
    with tenant_scope(cast.tenant.id), connection.cursor() as cursor:
        cursor.execute(
            "update trigger_state set execution_id = %s, error = 'old' where flow_id = %s",
            [NOTHING, flow],
        )


def test_a_search_knows_the_fields_of_a_trigger(triggers: Cast) -> None:
    lock(triggers, "two")

    assert len(found(triggers)) == 6
    assert found(triggers, "filters[q][EQUALS]=thre") == ["three.hook", "three.hourly"]
    assert found(triggers, "filters[namespace][PREFIX]=secret&filters[kind][EQUALS]=SCHEDULE") == [
        "three.hourly"
    ]
    assert found(triggers, "filters[locked][EQUALS]=true") == ["two.hook", "two.hourly"]
    assert found(triggers, "filters[triggerState][EQUALS]=DISABLED") == []
    assert found(triggers, "sort=flowId:desc")[:2] == ["two.hook", "two.hourly"]


@pytest.mark.parametrize(
    "query",
    [
        "filters[shape][EQUALS]=round",
        "filters[kind][EQUALS]=SQUARE",
        "filters[triggerState][EQUALS]=HALF",
        "filters[flowId][GREATER_THAN]=a",
        "dateFilter=YESTERDAY",
        "sort=shape:asc",
    ],
)
def test_what_a_search_does_not_know_is_refused(triggers: Cast, query: str) -> None:
    answer = triggers.alice.get(f"{triggers.api}/triggers/search?{query}")

    assert answer.status_code == 422, answer.content


def test_the_interval_is_about_the_date_that_is_named(triggers: Cast) -> None:
    future = "filters[startDate][GREATER_THAN]=2024-01-01T00:00:00Z"

    assert found(triggers, future) == []
    assert found(triggers, f"{future}&dateFilter=LAST_TRIGGERED_DATE") == []
    assert len(found(triggers, f"{future}&dateFilter=NEXT_EXECUTION_DATE")) == 3


def test_an_export_has_a_line_for_each_trigger_that_one_may_see(triggers: Cast) -> None:
    answer = triggers.bob.get(f"{triggers.api}/triggers/export/by-query/csv")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert [(row["flowId"], row["triggerId"]) for row in rows] == [
        ("one", "hook"), ("one", "hourly"), ("two", "hook"), ("two", "hourly"),
    ]  # fmt: skip
    assert rows[1]["disabled"] == "false"
    assert rows[1]["nextEvaluationDate"].endswith("Z")


def test_many_are_switched_by_name_all_or_none(triggers: Cast) -> None:
    path = f"{triggers.api}/triggers/set-disabled/by-triggers"

    wrong = triggers.alice.post(
        path, {"triggers": [named("one"), named("nobody")], "disabled": True}
    )
    assert wrong.status_code == 404
    assert state(triggers, "one")["disabled"] is False
    right = triggers.alice.post(path, {"triggers": [named("one"), named("two")], "disabled": True})

    assert right.json()["totalItems"] == 2
    assert state(triggers, "one")["disabled"] is True
    assert state(triggers, "two")["disabled"] is True


def test_many_are_switched_by_query_as_far_as_one_may(triggers: Cast) -> None:
    path = f"{triggers.api}/triggers/set-disabled/by-query?disabled=true"

    assert triggers.bob.post(path).status_code == 403
    promote_bob(triggers)
    answer = triggers.bob.post(path)

    assert answer.json()["totalItems"] == 4
    assert state(triggers, "one")["disabled"] is True
    assert state(triggers, "three", "secret")["disabled"] is False


def test_dates_that_passed_are_caught_up_only_when_asked_for(triggers: Cast) -> None:
    path = f"{triggers.api}/triggers/set-disabled"
    shown = []
    for recover in (False, True):
        triggers.alice.put(path, {**named("one"), "disabled": True})
        with tenant_scope(triggers.tenant.id), connection.cursor() as cursor:
            cursor.execute("update trigger_state set next_at = '2024-01-01T00:00:00Z'")
        body = {**named("one"), "disabled": False, "recoverMissedSchedules": recover}
        shown.append(triggers.alice.put(path, body).json()["nextEvaluationDate"][:4])

    assert shown[0] > "2024"
    assert shown[1] == "2024"


def test_a_trigger_is_freed_once(triggers: Cast) -> None:
    lock(triggers, "one")
    path = f"{triggers.api}/triggers/company.data/one/hourly/unlock"

    first, second = triggers.alice.post(path), triggers.alice.post(path)

    assert first.status_code == 200
    assert first.json()["locked"] is False
    assert second.status_code == 409
    assert second.json()["code"] == "trigger.unlocked"


def test_many_are_freed_and_those_that_are_free_are_not_counted(triggers: Cast) -> None:
    lock(triggers, "one")
    both = [named("one"), named("two")]

    listed = triggers.alice.post(f"{triggers.api}/triggers/unlock/by-triggers", both)
    lock(triggers, "two")
    asked = triggers.alice.post(f"{triggers.api}/triggers/unlock/by-query")

    assert listed.json()["totalItems"] == 1
    assert asked.json()["totalItems"] == 3
    assert found(triggers, "filters[locked][EQUALS]=true") == []


def test_a_restart_forgets_the_error_and_looks_from_now(triggers: Cast) -> None:
    lock(triggers, "one")
    with tenant_scope(triggers.tenant.id), connection.cursor() as cursor:
        cursor.execute("update trigger_state set next_at = null")

    answer = triggers.alice.post(f"{triggers.api}/triggers/company.data/one/hourly/restart")

    assert answer.status_code == 200
    assert "error" not in answer.json()
    assert answer.json()["locked"] is False
    assert answer.json()["nextEvaluationDate"] > "2024"


def test_backfills_are_held_freed_and_ended_together(triggers: Cast) -> None:
    base = f"{triggers.api}/triggers/backfill"
    both = [named("one"), named("two")]
    made = triggers.alice.put(f"{base}/create", {**named("one"), "backfill": START})
    assert made.status_code == 200, made.content

    assert triggers.alice.post(f"{base}/pause/by-triggers", both).json()["totalItems"] == 1
    assert state(triggers, "one")["backfill"]["paused"] is True
    assert triggers.alice.post(f"{base}/unpause/by-query").json()["totalItems"] == 1
    assert state(triggers, "one")["backfill"]["paused"] is False
    assert triggers.alice.post(f"{base}/delete/by-query").json()["totalItems"] == 1

    assert "backfill" not in state(triggers, "one")
    assert triggers.alice.post(f"{base}/delete", named("one")).status_code == 409


@pytest.mark.parametrize(
    ("backfill", "status"),
    [
        ({}, 422),
        ({"start": "yesterday"}, 422),
        ({**START, "inputs": [1]}, 422),
        ({**START, "labels": "x"}, 422),
        ({"start": "2024-01-02T00:00:00Z", "end": "2024-01-01T00:00:00Z"}, 409),
    ],
)
def test_a_backfill_that_makes_no_sense_is_refused(
    triggers: Cast, backfill: dict[str, Any], status: int
) -> None:
    body = {**named("one"), "backfill": backfill}

    answer = triggers.alice.put(f"{triggers.api}/triggers/backfill/create", body)

    assert answer.status_code == status, answer.content
    assert "backfill" not in state(triggers, "one")


def test_a_switched_off_schedule_takes_no_backfill(triggers: Cast) -> None:
    triggers.alice.put(f"{triggers.api}/triggers/set-disabled", {**named("one"), "disabled": True})

    answer = triggers.alice.put(
        f"{triggers.api}/triggers/backfill/create", {**named("one"), "backfill": START}
    )

    assert answer.status_code == 409
    assert "disabled" in answer.json()["detail"]


def test_triggers_are_deleted_by_name_and_by_filters_in_the_body(triggers: Cast) -> None:
    base = f"{triggers.api}/triggers/delete"
    filters = [{"field": "flowId", "operation": "EQUALS", "value": "two"}]

    assert triggers.bob.delete(f"{base}/by-query", {"filters": []}).status_code == 403
    listed = triggers.alice.delete(f"{base}/by-triggers", [named("one", "hook")])
    asked = triggers.alice.delete(f"{base}/by-query", {"filters": filters})
    one = triggers.alice.delete(f"{triggers.api}/triggers/secret/three/hook")

    assert listed.json()["totalItems"] == 1
    assert asked.json()["totalItems"] == 2
    assert one.status_code == 204
    with tenant_scope(triggers.tenant.id):
        kept = {(row.flow_id, row.trigger_id) for row in TriggerState.objects.all()}
    assert kept == {("one", "hourly"), ("three", "hourly")}


@pytest.mark.parametrize("body", [{"disabled": True}, {"triggers": ["one"]}, {"triggers": "x"}])
def test_a_body_that_names_no_triggers_is_refused(triggers: Cast, body: Any) -> None:
    answer = triggers.alice.post(f"{triggers.api}/triggers/set-disabled/by-triggers", body)

    assert answer.status_code == 422
