"""A flow with a schedule and a webhook, and the hands that move its clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection

from downbeat.common.scope import tenant_scope
from executions.models import Execution, TriggerState
from executions.triggering import settling
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


def dates_of(cast: Cast) -> list[str]:
    return [(item.trigger or {})["variables"]["date"][:16] for item in executions(cast)]
