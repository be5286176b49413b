"""Runs a quick task as an attempt: one that names secrets or files cannot run with the engine.

It needs no process: an inline task is the platform's own code over plain data, quick and bounded.
What it changes in namespaces is asked of the platform at once; what it changes in the execution
travels with the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from downbeat.sdk.context import RunInfo
from downbeat.sdk.effects import (
    AddLabels,
    Effect,
    EndExecution,
    KvDelete,
    KvSet,
    LogLine,
    MetricValue,
    ResumeExecution,
    SetVariables,
    StateDelete,
    StateMerge,
    ToggleTrigger,
)
from downbeat.sdk.errors import TaskFailed, TaskWarning
from downbeat.sdk.fields import format_duration
from downbeat.sdk.task import InlineTask
from executions.worker.channel import WorkerChannel
from executions.worker.logbook import Logbook
from executions.worker.masking import Masker
from executions.worker.work import AttemptKey, AttemptResult, Ending, MetricPoint, Work


class ChannelInlineContext:
    """``InlineContext`` over the channel."""

    def __init__(self, channel: WorkerChannel, work: Work) -> None:
        self.run: RunInfo = work.info
        self.variables: Mapping[str, Any] = work.context.get("vars") or {}
        self._channel, self._key = channel, work.key

    def kv_get(self, namespace: str, key: str) -> Any:
        return self._channel.kv(self._key, namespace, key)

    def kv_keys(self, namespace: str, prefix: str) -> list[str]:
        arguments = {"namespace": namespace, "prefix": prefix}
        return list(self._channel.request(self._key, "kv.keys", arguments))

    def state_get(self, key: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None
        found = self._channel.request(self._key, "state.get", {"key": key})
        return found


def run_inline(
    task: InlineTask, work: Work, channel: WorkerChannel, book: Logbook, masker: Masker
) -> AttemptResult:
    """The result of a quick task."""
    metrics: list[MetricPoint] = []
    left: list[Effect] = []
    try:
        done = task.run_inline(ChannelInlineContext(channel, work))
        for effect in done.effects:
            _apply(effect, channel, work.key, book, metrics, left)
    except TaskWarning as warning:
        book.say("WARN", str(warning))
        outputs = warning.outputs if isinstance(warning.outputs, Mapping) else {}
        return AttemptResult(work.key, Ending.WARNING, outputs=masker.value(outputs))
    except (TaskFailed, ValueError) as failure:
        text = masker.text(str(failure))
        book.say("ERROR", text)
        return AttemptResult(work.key, Ending.FAILED, error=text, reason="task")
    return AttemptResult(
        work.key,
        Ending(done.state),
        outputs=masker.value(dict(done.outputs)),
        metrics=tuple(metrics),
        effects=tuple(left),
    )


def _apply(
    effect: Effect,
    channel: WorkerChannel,
    key: AttemptKey,
    book: Logbook,
    metrics: list[MetricPoint],
    left: list[Effect],
) -> None:
    match effect:
        case LogLine():
            book.line(effect.level, effect.message)
        case MetricValue():
            tags = dict(effect.tags or {})
            metrics.append(MetricPoint(effect.name, effect.value, effect.kind, tags, book.now()))
        case KvSet():
            channel.request(key, "kv.set", _kv_set(effect))
        case KvDelete():
            arguments = {
                "namespace": effect.namespace,
                "key": effect.key,
                "error_on_missing": effect.error_on_missing,
            }
            channel.request(key, "kv.delete", arguments)
        case StateMerge():
            merged = {"key": effect.key, "data": dict(effect.data), "about": effect.about}
            channel.request(key, "state.merge", merged)
        case StateDelete():
            channel.request(key, "state.delete", {"key": effect.key})
        case AddLabels() | SetVariables() | ResumeExecution() | EndExecution() | ToggleTrigger():
            left.append(effect)
        case _:
            assert_never(effect)


def _kv_set(effect: KvSet) -> dict[str, Any]:
    return {
        "namespace": effect.namespace,
        "key": effect.key,
        "value": effect.value,
        "kind": effect.kind,
        "ttl": None if effect.ttl is None else format_duration(effect.ttl),
        "overwrite": effect.overwrite,
        "description": effect.description,
    }
