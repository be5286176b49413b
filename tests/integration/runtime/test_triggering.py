"""Triggers: rows follow the flow, dates fire once, webhooks answer to their key only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from downbeat.common.scope import tenant_scope
from executions.models import Execution, TriggerState
from executions.triggering import evaluation, settling
from tests.support.cast import Cast

YAML = "application/x-yaml"
FLOW = """id: clocked
namespace: company.data
labels:
  from: flow
inputs:
  - id: source
    type: STRING
    defaults: schedule
tasks:
  - id: show
    type: core.debug.Return
    format: "{{ trigger.date ?? 'none' }}"
triggers:
"""
HOURLY = """  - id: hourly
    type: core.trigger.Schedule
    cron: "0 * * * *"
    labels:
      by: cron
"""
HOOK = """  - id: hook
    type: core.trigger.Webhook
    key: open-sesame
    conditions:
      - type: core.condition.Expression
        expression: "{{ trigger.body.go ?? true }}"
"""


def deploy(cast: Cast, *triggers: str) -> None:
    answer = cast.alice.post(f"{cast.api}/flows", FLOW + "".join(triggers), type=YAML)
    assert answer.status_code < 300, answer.content


def redeploy(cast: Cast, *triggers: str) -> None:
    source = FLOW + "".join(triggers)
    answer = cast.alice.put(f"{cast.api}/flows/company.data/clocked", source, type=YAML)
    assert answer.status_code < 300, answer.content


def row(cast: Cast, trigger_id: str = "hourly") -> TriggerState:
    with tenant_scope(cast.tenant.id):
        return TriggerState.objects.get(trigger_id=trigger_id)


def executions(cast: Cast) -> list[Execution]:
    with tenant_scope(cast.tenant.id):
        return list(Execution.objects.order_by("id"))


def become_due(cast: Cast, moment: datetime) -> UUID:
    with tenant_scope(cast.tenant.id), connection.cursor() as cursor:
        cursor.execute(
            "update trigger_state set next_at = %s where trigger_id = 'hourly' returning id",
            [moment],
        )
        found: UUID = cursor.fetchone()[0]
    return found


def end(cast: Cast) -> None:
    with tenant_scope(cast.tenant.id), connection.cursor() as cursor:
        cursor.execute(
            "update execution set state = 'SUCCESS', ended_at = now() where ended_at is null"
        )
    settling.settle_ended()


def hour(back: int = 0) -> datetime:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return now - timedelta(hours=back)


def test_a_new_schedule_waits_for_its_next_date(cast: Cast) -> None:
    deploy(cast, HOURLY)

    assert row(cast).next_at == hour() + timedelta(hours=1)


def test_a_trigger_that_left_the_source_is_gone(cast: Cast) -> None:
    deploy(cast, HOURLY, HOOK)

    redeploy(cast, HOOK)

    with tenant_scope(cast.tenant.id):
        assert [item.trigger_id for item in TriggerState.objects.all()] == ["hook"]


def test_another_revision_does_not_move_an_unchanged_schedule(cast: Cast) -> None:
    deploy(cast, HOURLY)
    become_due(cast, hour(3))

    redeploy(cast, HOURLY, HOOK)

    assert row(cast).next_at == hour(3)


def test_a_deleted_flow_has_no_triggers(cast: Cast) -> None:
    deploy(cast, HOURLY)

    cast.alice.delete(f"{cast.api}/flows/company.data/clocked")

    with tenant_scope(cast.tenant.id):
        assert not TriggerState.objects.exists()


def test_a_due_date_fires_once_however_often_it_is_evaluated(cast: Cast) -> None:
    deploy(cast, HOURLY)
    id = become_due(cast, hour())

    evaluation.evaluate(cast.tenant.id, id)
    end(cast)
    become_due(cast, hour())
    evaluation.evaluate(cast.tenant.id, id)

    (only,) = executions(cast)
    assert (only.trigger or {})["variables"]["date"].startswith(hour().isoformat()[:13])
    assert {"key": "by", "value": "cron"} in only.labels
    assert row(cast).next_at == hour() + timedelta(hours=1)


def test_missed_dates_are_made_up_for_one_after_the_other(cast: Cast) -> None:
    deploy(cast, HOURLY)
    id = become_due(cast, hour(2))

    evaluation.evaluate(cast.tenant.id, id)
    evaluation.evaluate(cast.tenant.id, id)
    assert len(executions(cast)) == 1
    for _ in range(3):
        end(cast)
        evaluation.evaluate(cast.tenant.id, id)

    dates = [(item.trigger or {})["variables"]["date"][:13] for item in executions(cast)]
    assert dates == [hour(back).isoformat()[:13] for back in (2, 1, 0)]


def test_recovery_of_the_last_date_only_leaves_the_others_out(cast: Cast) -> None:
    deploy(cast, HOURLY + "    recoverMissedSchedules: LAST\n")
    id = become_due(cast, hour(5))

    evaluation.evaluate(cast.tenant.id, id)

    (only,) = executions(cast)
    assert (only.trigger or {})["variables"]["date"].startswith(hour().isoformat()[:13])


def test_a_condition_that_is_false_skips_the_date(cast: Cast) -> None:
    never = """    conditions:
      - type: core.condition.Expression
        expression: "{{ false }}"
"""
    deploy(cast, HOURLY + never)
    id = become_due(cast, hour())

    evaluation.evaluate(cast.tenant.id, id)

    assert executions(cast) == []
    assert row(cast).next_at == hour() + timedelta(hours=1)


def test_a_condition_that_cannot_be_rendered_leaves_one_failed_execution(cast: Cast) -> None:
    broken = """    conditions:
      - type: core.condition.Expression
        expression: "{{ nothing.like.this }}"
"""
    deploy(cast, HOURLY + broken)
    id = become_due(cast, hour())

    evaluation.evaluate(cast.tenant.id, id)

    (only,) = executions(cast)
    assert only.state == "FAILED"
    logs = cast.alice.get(f"{cast.api}/logs/{only.id}").json()
    assert "nothing" in logs[0]["message"]


def test_a_backfill_runs_past_dates_and_then_the_schedule_goes_on(cast: Cast) -> None:
    deploy(cast, HOURLY)
    before = row(cast).next_at
    asked: dict[str, Any] = {
        "namespace": "company.data",
        "flowId": "clocked",
        "triggerId": "hourly",
        "backfill": {
            "start": "2024-01-01T00:30:00Z",
            "end": "2024-01-01T02:30:00Z",
            "inputs": {"source": "backfill"},
            "labels": [{"key": "kind", "value": "backfill"}],
        },
    }

    answer = cast.alice.put(f"{cast.api}/triggers/backfill/create", asked)
    assert answer.status_code == 200, answer.content
    for _ in range(3):
        evaluation.evaluate(cast.tenant.id, row(cast).id)
        end(cast)

    found = executions(cast)
    assert [(item.trigger or {})["variables"]["date"][:16] for item in found] == [
        "2024-01-01T01:00",
        "2024-01-01T02:00",
    ]
    assert [item.inputs["source"] for item in found] == ["backfill", "backfill"]
    assert row(cast).backfill is None
    assert row(cast).next_at == before


def test_a_disabled_trigger_is_shown_and_does_not_fire(cast: Cast) -> None:
    deploy(cast, HOURLY)
    id = become_due(cast, hour())
    body = {"namespace": "company.data", "flowId": "clocked", "triggerId": "hourly"}

    cast.alice.put(f"{cast.api}/triggers/set-disabled", {**body, "disabled": True})
    evaluation.evaluate(cast.tenant.id, id)

    (shown,) = cast.alice.get(f"{cast.api}/triggers/search").json()["results"]
    assert shown["trigger"]["id"] == "hourly"
    assert shown["state"]["disabled"] is True
    assert executions(cast) == []


@pytest.mark.parametrize("method", ["POST", "PUT", "GET"])
def test_a_webhook_starts_its_flow_without_a_log_in(cast: Cast, method: str) -> None:
    deploy(cast, HOOK)
    path = f"{cast.api}/executions/webhook/company.data/clocked/open-sesame?age=12&age=13"
    body = None if method == "GET" else {"a": 1}

    answer = cast.anonymous.request(method, path, body)

    assert answer.status_code == 200, answer.content
    (only,) = executions(cast)
    assert (only.trigger or {})["variables"]["parameters"] == {"age": ["12", "13"]}
    assert (only.trigger or {})["variables"]["body"] == body


def test_a_wrong_key_is_no_webhook(cast: Cast) -> None:
    deploy(cast, HOOK)

    answer = cast.anonymous.post(f"{cast.api}/executions/webhook/company.data/clocked/guess")

    assert answer.status_code == 404
    assert executions(cast) == []


def test_a_webhook_whose_condition_is_false_starts_nothing(cast: Cast) -> None:
    deploy(cast, HOOK)
    path = f"{cast.api}/executions/webhook/company.data/clocked/open-sesame"

    answer = cast.anonymous.post(path, {"go": False})

    assert answer.status_code == 204
    assert executions(cast) == []


def dates_of(cast: Cast) -> list[str]:
    return [(item.trigger or {})["variables"]["date"][:16] for item in executions(cast)]


def test_dates_that_conditions_refuse_are_skipped_without_waiting(cast: Cast) -> None:
    january = """    conditions:
      - type: core.condition.DateTimeBetween
        after: "2999-01-01T00:30:00Z"
"""
    deploy(cast, HOURLY + january)
    id = become_due(cast, hour(20))

    evaluation.evaluate(cast.tenant.id, id)

    following = row(cast).next_at
    assert executions(cast) == []
    assert following is not None
    assert following > hour() + timedelta(days=100)


def test_the_last_date_only_is_the_last_that_conditions_allow(cast: Cast) -> None:
    until = (hour(3) + timedelta(minutes=1)).isoformat()
    early = f"""    recoverMissedSchedules: LAST
    conditions:
      - type: core.condition.DateTimeBetween
        before: "{until}"
"""
    deploy(cast, HOURLY + early)
    id = become_due(cast, hour(8))

    evaluation.evaluate(cast.tenant.id, id)

    assert dates_of(cast) == [hour(3).isoformat()[:16]]


def test_without_recovery_nothing_missed_is_made_up_for(cast: Cast) -> None:
    deploy(cast, HOURLY + "    recoverMissedSchedules: NONE\n")
    id = become_due(cast, hour(3))

    evaluation.evaluate(cast.tenant.id, id)

    assert executions(cast) == []
    assert row(cast).next_at == hour() + timedelta(hours=1)


def test_dates_that_are_too_late_are_dropped(cast: Cast) -> None:
    deploy(cast, HOURLY + "    lateMaximumDelay: PT90M\n")
    id = become_due(cast, hour(5))

    for _ in range(4):
        evaluation.evaluate(cast.tenant.id, id)
        end(cast)

    expected = [
        hour(back).isoformat()[:16]
        for back in (2, 1, 0)
        if datetime.now(UTC) - hour(back) <= timedelta(minutes=90)
    ]
    assert dates_of(cast) == expected


def test_next_and_previous_skip_dates_that_conditions_refuse(cast: Cast) -> None:
    weekends = """  - id: hourly
    type: core.trigger.Schedule
    cron: "@daily"
    timezone: Europe/Paris
    conditions:
      - type: core.condition.Weekend
"""
    deploy(cast, weekends)
    saturday = datetime(2024, 3, 30, 0, 0, tzinfo=UTC) - timedelta(hours=1)
    id = become_due(cast, saturday)

    evaluation.evaluate(cast.tenant.id, id)

    (only,) = executions(cast)
    assert (only.trigger or {})["variables"] == {
        "date": "2024-03-30T00:00:00.000+01:00",
        "next": "2024-03-31T00:00:00.000+01:00",
        "previous": "2024-03-24T00:00:00.000+01:00",
    }


def test_inputs_of_a_schedule_that_cannot_be_rendered_leave_one_failed_execution(
    cast: Cast,
) -> None:
    deploy(cast, HOURLY + "    inputs: {source: '{{ nothing.like.this }}'}\n")
    id = become_due(cast, hour())

    evaluation.evaluate(cast.tenant.id, id)

    (only,) = executions(cast)
    assert only.state == "FAILED"
    assert "nothing" in (row(cast).error or "")
    assert row(cast).next_at == hour() + timedelta(hours=1)


BACKFILL: dict[str, Any] = {
    "namespace": "company.data",
    "flowId": "clocked",
    "triggerId": "hourly",
    "backfill": {"start": "2024-01-01T00:30:00Z", "end": "2024-01-01T04:30:00Z"},
}


def test_a_backfill_that_is_held_stands_still_until_it_may_go_on(cast: Cast) -> None:
    deploy(cast, HOURLY)
    cast.alice.put(f"{cast.api}/triggers/backfill/create", BACKFILL)
    evaluation.evaluate(cast.tenant.id, row(cast).id)
    end(cast)

    held = cast.alice.put(f"{cast.api}/triggers/backfill/pause", BACKFILL)
    assert held.json()["backfill"]["paused"] is True
    evaluation.evaluate_due()
    assert len(executions(cast)) == 1
    cast.alice.put(f"{cast.api}/triggers/backfill/unpause", BACKFILL)
    evaluation.evaluate_due()

    assert dates_of(cast) == ["2024-01-01T01:00", "2024-01-01T02:00"]


def test_a_backfill_that_is_ended_gives_the_schedule_back(cast: Cast) -> None:
    deploy(cast, HOURLY)
    before = row(cast).next_at
    cast.alice.put(f"{cast.api}/triggers/backfill/create", BACKFILL)

    answer = cast.alice.post(f"{cast.api}/triggers/backfill/delete", BACKFILL)

    assert answer.status_code == 200
    assert row(cast).backfill is None
    assert row(cast).next_at == before


def test_a_backfill_survives_another_revision_unless_its_schedule_changed(cast: Cast) -> None:
    deploy(cast, HOURLY)
    cast.alice.put(f"{cast.api}/triggers/backfill/create", BACKFILL)

    redeploy(cast, HOURLY, HOOK)
    assert row(cast).backfill is not None
    assert row(cast).next_at == datetime(2024, 1, 1, 1, tzinfo=UTC)
    redeploy(cast, HOURLY.replace("0 * * * *", "30 * * * *"), HOOK)

    following = row(cast).next_at
    assert row(cast).backfill is None
    assert following is not None
    assert following > datetime.now(UTC)


def test_a_backfill_goes_on_where_it_was_when_its_trigger_is_switched_on_again(
    cast: Cast,
) -> None:
    deploy(cast, HOURLY)
    cast.alice.put(f"{cast.api}/triggers/backfill/create", BACKFILL)
    address = {key: value for key, value in BACKFILL.items() if key != "backfill"}

    cast.alice.put(f"{cast.api}/triggers/set-disabled", {**address, "disabled": True})
    cast.alice.put(f"{cast.api}/triggers/set-disabled", {**address, "disabled": False})

    assert row(cast).next_at == datetime(2024, 1, 1, 1, tzinfo=UTC)


def test_a_trigger_polls_in_the_group_that_it_names(cast: Cast) -> None:
    grouped = """  - id: hourly
    type: core.http.Trigger
    uri: http://127.0.0.1:1/
    workerGroup: {key: gpu}
"""
    deploy(cast, grouped)

    assert row(cast).worker_group == "gpu"


def test_a_backfill_whose_condition_cannot_be_rendered_comes_to_its_end(cast: Cast) -> None:
    broken = """    conditions:
      - type: core.condition.Expression
        expression: "{{ nothing.like.this }}"
"""
    deploy(cast, HOURLY + broken)
    cast.alice.put(f"{cast.api}/triggers/backfill/create", BACKFILL)

    for _ in range(4):
        evaluation.evaluate(cast.tenant.id, row(cast).id)

    assert [item.state for item in executions(cast)] == ["FAILED"] * 4
    assert row(cast).backfill is None
    assert "nothing" in (row(cast).error or "")
