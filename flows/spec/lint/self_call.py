"""A flow does not call itself."""

from __future__ import annotations

from collections.abc import Iterator

from downbeat.sdk.shapes import ChildExecution, ChildExecutions
from downbeat.sdk.task import FlowableTask, Task
from flows.spec.diagnostics import Diagnostic
from flows.spec.lint.finding import Subject
from flows.spec.lint.internal_types import steps_of


def self_call(subject: Subject) -> Iterator[Diagnostic]:
    flow = subject.flow
    own = (flow.namespace, flow.id)
    for place, task in subject.tasks:
        if not any(_starts_children(one) for one in (task, *steps_of(task))):
            continue
        if (task.raw.get("namespace"), task.raw.get("flowId")) == own:
            message = (
                f"Recursive call to flow [{flow.namespace}.{flow.id}]: a flow cannot call itself"
            )
            yield subject.error((*place, "flowId"), "subflow.recursive", message)


def _starts_children(task: Task) -> bool:
    return isinstance(task, FlowableTask) and isinstance(
        task.shape(), ChildExecution | ChildExecutions
    )
