"""Items of an isolated loop: drawn when it begins, and told with their outputs when it ends."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from downbeat.common import storage
from downbeat.common.storage.paths import is_uri
from downbeat.sdk.fields import truth
from downbeat.sdk.sealed import sealed, token_of_marked
from downbeat.sdk.shapes import Iteration
from downbeat.sdk.task import Task
from executions.engine.events import RunCreated
from executions.engine.rules import outcome
from executions.engine.state import Ask, Run
from executions.runtime import asking, loop_lines
from executions.runtime.sight import is_item
from executions.runtime.store_codec import text
from flows.spec.expressions import ExpressionError, compile_template
from flows.spec.inputs import type_output
from flows.spec.render import RenderError, render_field, text_of

if TYPE_CHECKING:
    from executions.runtime.inline import Hands

MOST_ITEMS: Final = 100_000
SMALL_FILE: Final = 32 * 1024
"""Bytes up to which the lines of a file are kept in the loop's row, like those of a list."""
Item = str | list[str]
"""A value as text; of a map the key and the value."""


def drawn(hands: Hands, run: Run, task: Task, shape: Iteration) -> Sequence[Item]:
    """What the loop goes over: a list, the JSON text of one, a map, or the lines of a file."""
    rendered = render_field(task, shape.field, hands.context(run), hands.services)
    if isinstance(rendered, str) and is_uri(rendered.strip()):
        return _lines(hands, run, rendered.strip())
    found = _of(rendered)
    if len(found) > MOST_ITEMS:
        raise RenderError(shape.field, f"there are {len(found)} items; at most {MOST_ITEMS} can be")
    return found


def _lines(hands: Hands, run: Run, uri: str) -> Sequence[Item]:
    """Those of a small file as they are; a larger one is cut into pages."""
    files = storage.storage_for(hands.facts.tenant_id)
    try:
        size = hands.services.file_size(uri)
        if size > loop_lines.LARGEST_FILE:
            raise loop_lines.TooMuch(f"the file is larger than {loop_lines.LARGEST_FILE} bytes")
        if size <= SMALL_FILE:
            with files.open(uri) as file:
                return list(loop_lines.lines_of(file))
        return loop_lines.cut(files, uri, f"{hands.facts.folder}/loops/{run.id}")
    except loop_lines.TooMuch as problem:
        message = f"{problem}; core.flow.ForEachItem takes any size, in batches"
        raise RenderError("values", message) from None
    except (ExpressionError, storage.Missing) as problem:
        raise RenderError("values", str(problem)) from None


def _of(rendered: Any) -> list[Item]:
    values = rendered
    if isinstance(rendered, str):
        try:
            values = json.loads(rendered)
        except ValueError:
            raise RenderError("values", f"not a JSON list or map: '{rendered[:200]}'") from None
    if isinstance(values, Mapping):
        return [[str(key), text_of(value)] for key, value in values.items()]
    if not isinstance(values, (list, tuple)):
        raise RenderError("values", "a loop needs a list, a map or the URI of a file")
    return [text_of(value) for value in values]


def value_of(item: Item) -> str:
    """The text of an item."""
    return item if isinstance(item, str) else item[1]


def key_of(item: Item) -> str | None:
    """The key of an item, if the loop goes over a map."""
    return None if isinstance(item, str) else item[0]


def keyed(hands: Hands, event: RunCreated) -> RunCreated:
    """The beginning of an iteration, with the key that it is about."""
    plan = hands.compiled.plan
    if event.parent is None or event.iteration is None or not is_item(plan, plan.nodes[event.node]):
        return event
    key = key_of(hands.items_of(hands.snapshot.runs[event.parent])[event.iteration])
    return event if key is None else replace(event, key=key)


def tell(hands: Hands, run: Run) -> None:
    """Leaves the outputs of an item that has ended, or of a loop whose items all have."""
    node = hands.compiled.plan.nodes[run.node]
    outputs = _of_loop(hands, run) if isinstance(node.shape, Iteration) else _of_item(hands, run)
    hands.put_outputs(run, hands.kept(outputs))


def _of_item(hands: Hands, run: Run) -> Mapping[str, Any]:
    task: Any = hands.compiled.plan.nodes[run.node].task
    context = hands.context(run)
    found: dict[str, Any] = {}
    for output in task.outputs:
        try:
            value = asking.render_output(output.value, context, hands)
        except ExpressionError as problem:
            raise RenderError(output.id, str(problem)) from None
        found[output.id] = type_output(output, value)
    if not task.stores:
        return found
    name = f"{hands.facts.folder}/tasks/{task.id}/{run.id}/outputs.json"
    uri = storage.storage_for(hands.facts.tenant_id).put(name, text(found).encode())
    return {"uri": uri}


def breaks(hands: Hands, run: Run) -> bool:
    """Whether an item that is about to end stops its loop."""
    plan = hands.compiled.plan
    node = plan.nodes[run.node]
    task: Any = node.task
    told = hands.store.exactly(task.id, run.path) if Ask.OUTPUTS in run.facts else {}
    state = outcome.of_scope(node.shape, hands.snapshot.scope_of(run.id))
    iteration = {
        "executionId": str(hands.facts.id),
        "state": outcome.forgiven(node, state),
        "outputs": told,
    }
    context = {**hands.context(run), "iteration": iteration}
    try:
        template = compile_template(task.break_when)
        return truth(template.evaluate(context, services=hands.services))
    except ExpressionError as problem:
        raise RenderError("breakWhen", str(problem)) from None


def _of_loop(hands: Hands, run: Run) -> Mapping[str, Any]:
    scope = hands.snapshot.scope_of(run.id)
    found: dict[str, Any] = {
        "iterationCount": scope.total,
        "terminatedIterations": dict(scope.tally),
    }
    if told := _told(hands, run, hands.items_of(run)):
        found["outputs"] = told
    return found


def _output(text: str) -> Any:
    """A value of a loop as it stands in outputs: there a map stands for a sealed one."""
    token = token_of_marked(text)
    return text if token is None else sealed(token)


def _told(hands: Hands, run: Run, items: Sequence[Item]) -> list[dict[str, Any]]:
    plan = hands.compiled.plan
    (body,) = plan.branch(plan.nodes[run.node], "tasks")
    found = hands.store.below(plan.nodes[body].id, run.path)
    return [_entry(items, int(number), found[number]) for number in sorted(found, key=int)]


def _entry(items: Sequence[Item], number: int, outputs: Any) -> dict[str, Any]:
    item: dict[str, Any] = {"value": _output(value_of(items[number])), "iteration": number}
    if (key := key_of(items[number])) is not None:
        item["key"] = _output(key)
    return {"item": item, "outputs": outputs}
