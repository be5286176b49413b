"""What expressions over records see besides the record: the names that they read, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from executions.worker.channel import WorkerChannel
from executions.worker.rendering import LazyOutputs
from executions.worker.work import Work
from flows.spec.expressions import References
from flows.spec.render import merged_references


def record_context(
    expressions: Iterable[str], work: Work, channel: WorkerChannel
) -> dict[str, Any]:
    """The part of the work's context that expressions name; outputs are asked for by task."""
    texts = list(expressions)
    if not texts:
        return {}
    references = merged_references(iter(texts))
    found = {name: work.context[name] for name in references.names if name in work.context}
    if "outputs" in references.names:
        found["outputs"] = _outputs(references, work, channel)
    return found


def _outputs(references: References, work: Work, channel: WorkerChannel) -> Mapping[str, Any]:
    given = LazyOutputs(channel, work.key, work.context.get("outputs") or {})
    named = {str(path[1]) for path in references.outputs if len(path) > 1}
    return {task_id: given[task_id] for task_id in sorted(named) if task_id in given}
