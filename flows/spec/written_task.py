"""The source of a single task that another task has written: read, judged, and typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic import ValidationError

from downbeat.sdk.task import DelayTask, FlowableTask, StandInTask, Task
from flows.spec.diagnostics import Diagnostic, Severity
from flows.spec.explain import Explainer
from flows.spec.registry import Registry
from flows.spec.render import RenderError
from flows.spec.source import Document, parse_source

FIELD: Final = "spec"
"""The property that errors name."""
MOST_SHOWN: Final = 10


def written_task(text: str, task_id: str, registry: Registry) -> Task:
    """The task that a rendered text describes; it gets the id of the one that wrote it.

    Raises ``RenderError`` whose message has a sentence for each mistake, with line and column.
    """
    document = parse_source(text)
    if document.diagnostics:
        raise _refusal(document.diagnostics)
    data = document.data
    if not isinstance(data, dict):
        raise _refusal([_finding(document, (), "task.not_a_map", "A task is a map with a 'type'")])
    kind = _kind(document, data.get("type"), registry)
    data = {**data, "id": task_id}
    try:
        # Everything is a value already: text that looks like an expression is just text.
        found = kind.model_validate(
            data, context={"registry": registry, "rendered": True}, by_alias=True, by_name=False
        )
    except ValidationError as error:
        raise _refusal(Explainer(document, data, registry).explain(error, kind)) from None
    found._raw = data
    return found


def _kind(document: Document, name: Any, registry: Registry) -> type[Task]:
    if not isinstance(name, str) or not name:
        raise _refusal([_finding(document, (), "task.type_missing", "A task needs a 'type'")])
    found = registry.task(name)
    if found is None:
        near = " or ".join(repr(item) for item in registry.near(name))
        hint = f"; did you mean {near}?" if near else ""
        message = f"Invalid type: {name}{hint}"
        raise _refusal([_finding(document, ("type",), "task.type_unknown", message)])
    if issubclass(found, FlowableTask | StandInTask) and not issubclass(found, DelayTask):
        message = f"Only a task that does work can be written here, not {name}"
        raise _refusal([_finding(document, ("type",), "task.not_runnable", message)])
    return found


def _finding(
    document: Document, path: tuple[str | int, ...], code: str, message: str
) -> Diagnostic:
    line, column = document.position(path)
    return Diagnostic(Severity.ERROR, code, message, ".".join(map(str, path)), line, column)


def _refusal(found: Iterable[Diagnostic]) -> RenderError:
    shown = [str(item) for item in found][:MOST_SHOWN]
    return RenderError(FIELD, "the written task is not valid: " + "; ".join(shown))
