"""The execution whose change a trigger judges, as conditions and expressions see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from downbeat.common.clock import wire
from downbeat.sdk.trigger import Condition, ExecutionFacts
from executions.runtime.context import labels_tree, outputs_view
from executions.runtime.outputs import OutputStore
from executions.runtime.plans import compiled
from executions.runtime.reach import may_reach
from executions.runtime.sql import rows
from executions.runtime.store_codec import loaded
from executions.triggering.context import trigger_context
from flows.contracts import RevisionRef
from flows.plugins.core.conditions import HasRetryAttempt
from flows.spec.expressions import ExpressionError

CORRELATION: Final = "system.correlationId"

_READ: Final = """
select namespace, flow_id, flow_uid, revision, created_at, original_id, inputs, labels, outputs,
       trigger_id
  from execution where tenant_id = %s and id = %s
"""
# Tries on workers are rows of their own; those of inline tasks are kept by their run.
_RETRIED: Final = """
select a.state from attempt a
 where a.tenant_id = %(tenant)s and a.execution_id = %(id)s
   and exists (select from attempt b where b.tenant_id = a.tenant_id
                and b.execution_id = a.execution_id and b.task_run_id = a.task_run_id
                and b.number > 1)
union
select t.value ->> 'state' from task_run r, jsonb_array_elements(r.tries) t
 where r.tenant_id = %(tenant)s and r.execution_id = %(id)s and jsonb_array_length(r.tries) > 1
"""
_OUTPUTS: Final = """
select outputs from execution
 where tenant_id = %s and id = any(%s) and outputs is not null order by ended_at, id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A state that an execution came into, and when."""

    execution_id: UUID
    position: int
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Upstream:
    """The execution behind a change, as it is now; its state is that of the change."""

    change: Change
    namespace: str
    flow_id: str
    flow_uid: UUID
    revision: int
    created_at: datetime
    original_id: UUID
    inputs: Mapping[str, Any]
    labels: list[dict[str, Any]]
    outputs: Mapping[str, Any]
    trigger_id: str | None

    @property
    def correlation_id(self) -> str:
        """The first execution of the chain that it belongs to."""
        found = (item["value"] for item in self.labels if item["key"] == CORRELATION)
        return next(found, str(self.change.execution_id))

    def variables(self, outputs: Mapping[str, Any]) -> dict[str, Any]:
        """The trigger's variables."""
        found: dict[str, Any] = {
            "executionId": str(self.change.execution_id),
            "namespace": self.namespace,
            "flowId": self.flow_id,
            "flowRevision": self.revision,
            "state": self.change.state,
        }
        return found | ({"outputs": dict(outputs)} if outputs else {})

    def facts(self, tenant_id: UUID, conditions: Iterable[Condition]) -> ExecutionFacts:
        """What conditions judge; tries are read only for a condition that asks for them."""
        tried: tuple[str, ...] = ()
        if _ask_for_tries(conditions):
            asked = {"tenant": tenant_id, "id": self.change.execution_id}
            tried = tuple(row[0] for row in rows(_RETRIED, asked))
        return ExecutionFacts(
            id=str(self.change.execution_id),
            namespace=self.namespace,
            flow_id=self.flow_id,
            state=self.change.state,
            labels={item["key"]: item["value"] for item in reversed(self.labels)},
            outputs=self.outputs,
            states_of_attempts=tried,
        )


def read(tenant_id: UUID, change: Change) -> Upstream | None:
    """The execution of a change; None when it has been deleted since."""
    found = rows(_READ, [tenant_id, change.execution_id])
    if not found:
        return None
    (namespace, flow_id, uid, revision, created_at, original_id, inputs, labels, outputs,
     trigger_id) = found[0]  # fmt: skip
    return Upstream(
        change=change,
        namespace=namespace,
        flow_id=flow_id,
        flow_uid=uid,
        revision=revision,
        created_at=created_at,
        original_id=original_id,
        inputs=loaded(inputs) or {},
        labels=loaded(labels) or [],
        outputs=loaded(outputs) or {},
        trigger_id=trigger_id,
    )


def outputs_of(tenant_id: UUID, executions: Iterable[str]) -> dict[str, Any]:
    """The flow outputs of several executions together; those that ended last win."""
    ids = [UUID(id) for id in executions]
    found: dict[str, Any] = {}
    for (outputs,) in rows(_OUTPUTS, [tenant_id, ids]) if ids else ():
        found |= loaded(outputs) or {}
    return found


def context_of(
    listener: RevisionRef, upstream: Upstream, outputs: Mapping[str, Any]
) -> dict[str, Any]:
    """What the expressions of a trigger see: its own flow, and the execution that it judges.

    Inputs and outputs of tasks are shown to namespaces that may use what belongs to the upstream's;
    the others see what the upstream's flow gives away: its labels, its state and its flow outputs.
    """
    context = trigger_context(listener, trigger=upstream.variables(outputs))
    context["execution"] = {
        "id": str(upstream.change.execution_id),
        "startDate": wire(upstream.created_at),
        "originalId": str(upstream.original_id),
        "state": upstream.change.state,
    }
    context["labels"] = labels_tree(upstream.labels)
    if may_reach(listener.namespace, upstream.namespace):
        plan = compiled(
            listener.tenant_id, upstream.flow_uid, upstream.revision, upstream.namespace
        )
        context["inputs"] = upstream.inputs
        context["outputs"] = outputs_view(OutputStore(upstream.change.execution_id), plan)
    else:
        closed = OutOfReach(listener.namespace, upstream.namespace)
        context |= {"inputs": closed, "outputs": closed}
    return context


class OutOfReach(Mapping[str, Any]):
    """Values of a namespace that does not share them; says what would open them."""

    def __init__(self, own: str, wanted: str) -> None:
        self._own, self._wanted = own, wanted

    def __getitem__(self, name: str) -> Any:
        raise ExpressionError(
            f"`{name}` belongs to namespace `{self._wanted}`, which does not share it with"
            f" `{self._own}`: add `{self._own}` to its allowedNamespaces, or give it away as a"
            " flow output and read `trigger.outputs`"
        )

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __contains__(self, name: object) -> bool:
        return bool(self[str(name)])


def _ask_for_tries(conditions: Iterable[Condition]) -> bool:
    for condition in conditions:
        below = getattr(condition, "conditions", ())
        inner = below.values() if isinstance(below, Mapping) else below
        if isinstance(condition, HasRetryAttempt) or _ask_for_tries(inner):
            return True
    return False
