"""What a result carries besides outputs, made fit to be stored on its way: no secret stays plain.

Labels and values of loops are hidden. What has to arrive as it is, is sealed by the platform: values
that only the engine reads with ``secret.keep``, those that expressions read with ``secret.seal``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from downbeat.sdk.effects import AddLabels, Effect, ResumeExecution, SetVariables
from executions.worker.channel import WorkerChannel
from executions.worker.masking import Masker
from executions.worker.work import AttemptResult


def fit_to_leave(result: AttemptResult, channel: WorkerChannel, masker: Masker) -> AttemptResult:
    """The result without a secret in its effects and in the records of tasks inside."""
    if not result.effects and not result.children:
        return result
    return replace(
        result,
        effects=tuple(_fit(effect, result, channel, masker) for effect in result.effects),
        children=tuple(_without_value(child, masker) for child in result.children),
    )


def _without_value(child: Mapping[str, Any], masker: Masker) -> Mapping[str, Any]:
    """The engine knows the value of the loop; it is enough to say that there is one."""
    value = child.get("value")
    return child if value is None else {**child, "value": masker.text(str(value))}


def _fit(effect: Effect, result: AttemptResult, channel: WorkerChannel, masker: Masker) -> Effect:
    def sealed(values: Mapping[str, Any], operation: str) -> Any:
        return masker.sealed(
            values, lambda text: channel.request(result.key, operation, {"text": text})
        )

    match effect:
        case AddLabels(labels=labels):
            return replace(effect, labels={name: masker.text(labels[name]) for name in labels})
        case SetVariables(variables=variables):
            return replace(effect, variables=sealed(variables, "secret.keep"))
        case ResumeExecution(inputs=Mapping() as inputs):
            return replace(effect, inputs=sealed(inputs, "secret.seal"))
        case _:
            return effect
