"""A flow that ends, flows that listen to it, and a hand that turns and judges."""

from __future__ import annotations

from typing import Any

from django.db import connection, connections

from downbeat.common.scope import tenant_scope
from executions.models import Execution, TriggerEvent, TriggerState
from executions.runtime.turn import turn
from executions.triggering import flow_events
from tests.support.cast import Cast

YAML = "application/x-yaml"
UP = """id: up
namespace: company.data
labels:
  team: data
inputs:
  - id: fail
    type: STRING
    defaults: "no"
tasks:
  - id: work
    type: core.debug.Return
    format: "made by {{ execution.id }}"
  - id: maybe
    type: core.execution.Fail
    condition: "{{ inputs.fail == 'yes' }}"
outputs:
  - id: made
    type: STRING
    value: "{{ outputs.work.value }}"
"""


def down(properties: str, *, id: str = "down", namespace: str = "company.data") -> str:
    return f"""id: {id}
namespace: {namespace}
inputs:
  - id: got
    type: STRING
    required: false
tasks:
  - id: show
    type: core.debug.Return
    format: "{{{{ inputs.got ?? 'nothing' }}}}"
triggers:
  - id: listen
    type: core.trigger.Flow
{properties}"""


ON_UP = """    conditions:
      - type: core.condition.ExecutionFlow
        namespace: company.data
        flowId: up
"""


class Runner:
    """Deploys over HTTP, and turns and judges by hand until nothing happens."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    def deploy(self, source: str) -> None:
        answer = self.cast.alice.post(f"{self.cast.api}/flows", source, type=YAML)
        assert answer.status_code < 300, answer.content

    def start(self, flow: str = "up", **inputs: str) -> str:
        path = f"{self.cast.api}/executions/company.data/{flow}"
        boundary = "b"
        parts = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in inputs.items()
        )
        body = f"{parts}--{boundary}--\r\n" if inputs else None
        kind = f"multipart/form-data; boundary={boundary}"
        answer = self.cast.alice.post(path, body, type=kind)
        assert answer.status_code == 200, answer.content
        found: str = answer.json()["id"]
        return found

    def run(self, flow: str = "up", **inputs: str) -> str:
        id = self.start(flow, **inputs)
        self.settle()
        return id

    def turn(self) -> None:
        tenant = self.cast.tenant.id
        while waiting := self._waiting():
            turn(tenant, executions=waiting, results=(), worker=None, free_slots=0)

    def settle(self) -> None:
        for _ in range(300):
            self.turn()
            if not flow_events.judge_due():
                return
        raise AssertionError("triggers without end")

    def _waiting(self) -> set[Any]:
        with connections["system"].cursor() as cursor:
            cursor.execute(
                "select distinct execution_id from inbox where tenant_id = %s",
                [self.cast.tenant.id],
            )
            return {row[0] for row in cursor.fetchall()}

    def of(self, flow: str = "down") -> list[Execution]:
        with tenant_scope(self.cast.tenant.id):
            return list(Execution.objects.filter(flow_id=flow).order_by("id"))

    def events(self) -> int:
        with tenant_scope(self.cast.tenant.id):
            return TriggerEvent.objects.count()

    def row(self, flow: str = "down") -> TriggerState:
        with tenant_scope(self.cast.tenant.id):
            return TriggerState.objects.get(flow_id=flow)

    def sql(self, statement: str, *facts: Any) -> None:
        with tenant_scope(self.cast.tenant.id), connection.cursor() as cursor:
            cursor.execute(statement, list(facts))


def variables(execution: Execution) -> Any:
    return (execution.trigger or {})["variables"]


def labels(execution: Execution) -> dict[str, str]:
    return {item["key"]: item["value"] for item in execution.labels}
