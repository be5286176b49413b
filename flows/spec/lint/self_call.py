"""A flow does not call itself."""

from __future__ import annotations

from collections.abc import Iterator

from downbeat.sdk.shapes import ChildExecution, ChildExecutions
from downbeat.sdk.task import FlowableTask
from flows.spec.diagnostics import Diagnostic
from flows.spec.lint.finding import Subject


def self_call(subject: Subject) -> Iterator[Diagnostic]:
    flow = subject.flow
    own = (flow.namespace, flow.id)
    for place, task in subject.tasks:
        if not isinstance(task, FlowableTask):
            continue
        if not isinstance(task.shape(), ChildExecution | ChildExecutions):
            continue
        if (task.raw.get("namespace"), task.raw.get("flowId")) == own:
            message = (
                f"Recursive call to flow [{flow.namespace}.{flow.id}]: a flow cannot call itself"
            )
            yield subject.error((*place, "flowId"), "subflow.recursive", message)
