"""Triggers: rows follow the flow, dates fire once, webhooks answer to their key only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from downbeat.common.scope import tenant_scope
from executions.models import TriggerState
from executions.triggering import evaluation
from tests.support.cast import Cast
from tests.support.clocked import (
    HOOK,
    HOURLY,
    become_due,
    dates_of,
    deploy,
    end,
    executions,
    hour,
    redeploy,
    row,
)


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


def test_a_trigger_polls_in_the_group_that_it_names(cast: Cast) -> None:
    grouped = """  - id: hourly
    type: core.http.Trigger
    uri: http://127.0.0.1:1/
    workerGroup: {key: gpu}
"""
    deploy(cast, grouped)

    assert row(cast).worker_group == "gpu"


def test_a_key_of_a_webhook_that_is_too_long_is_refused(cast: Cast) -> None:
    deploy(cast, HOOK)
    address = f"{cast.api}/executions/webhook/company.data/clocked/open-sesame"

    answer = cast.anonymous.post(address, headers={"Idempotency-Key": "k" * 256})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "Idempotency-Key"
    assert executions(cast) == []
