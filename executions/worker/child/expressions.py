"""Expressions over records, judged in the task's own process: user code costs nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from downbeat.sdk.errors import TaskFailed
from executions.worker.chance import ClockAndChance
from flows.spec.expressions import ExpressionError, NoServices, compile_template


class RecordServices(ClockAndChance, NoServices):
    """Time and chance; whatever else there is belongs into other properties of the task."""


def over_records(text: str, context: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Any]:
    """The expression as a function of a record."""
    services = RecordServices()
    try:
        template = compile_template(text)
    except ExpressionError as error:
        raise TaskFailed(str(error)) from None

    def judge(record: Mapping[str, Any]) -> Any:
        try:
            return template.evaluate({**context, **record}, services=services)
        except ExpressionError as error:
            raise TaskFailed(str(error)) from None

    return judge
