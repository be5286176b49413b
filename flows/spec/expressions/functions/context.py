"""Functions over the context itself: rendering, loops, states of tasks."""

from __future__ import annotations

from collections.abc import Mapping

from downbeat.sdk.fields import truth
from flows.spec.expressions import arguments as take
from flows.spec.expressions.errors import ExpressionError, TypeMismatchError, UndefinedError
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.library import Parameter, function_word
from flows.spec.expressions.rerender import render_deep
from flows.spec.expressions.values import Value, json_text, plain


@function_word("render", Parameter("toRender"), Parameter("recursive", True))
def render(frame: Frame, to_render: Value, recursive: Value) -> Value:
    """The text rendered as a template, and so on through the variables that it reads."""
    return render_deep(frame, to_render, follow=truth(recursive))


@function_word("renderOnce", Parameter("toRender"))
def render_once(frame: Frame, to_render: Value) -> Value:
    """The text rendered as a template, once."""
    return render_deep(frame, to_render, follow=False)


@function_word("printContext")
def print_context(frame: Frame) -> Value:
    """The whole context as JSON."""
    return json_text(plain(frame.context, frame.meter), frame.meter, indent=2)


@function_word("fetchContext")
def fetch_context(frame: Frame) -> Value:
    """The whole context as a map."""
    return plain(frame.context, frame.meter)


@function_word("currentEachOutput", Parameter("outputs"))
def current_each_output(frame: Frame, outputs: Value) -> Value:
    """The outputs of a sibling task in the current iteration, however deep the loops nest."""
    found: Value = take.pairs(outputs, "`outputs`")
    for value in _iteration_values(frame):
        key = frame.text(value)
        if not isinstance(found, Mapping) or key not in found:
            known = tuple(found) if isinstance(found, Mapping) else ()
            raise UndefinedError(f"currentEachOutput(…)['{key}']", known=known.__iter__)
        found = found[key]
    return found


def _iteration_values(frame: Frame) -> list[Value]:
    """The values of the loops around the current task, the outermost first."""
    parents = frame.context.get("parents")
    around = take.items(parents, "`parents`") if parents is not None else []
    holders: list[Value] = [*reversed(around), frame.context]
    values: list[Value] = []
    for holder in holders:
        taskrun = holder.get("taskrun") if isinstance(holder, Mapping) else None
        value = taskrun.get("value") if isinstance(taskrun, Mapping) else None
        if value is not None:
            values.append(value)
    return values


@function_word("tasksWithState", Parameter("state"))
def tasks_with_state(frame: Frame, state: Value) -> Value:
    """The tasks in a state, each with taskId and, inside loops, the iteration's value."""
    wanted = take.text(state, "state").upper()
    tasks = frame.context.get("tasks")
    found: list[Value] = []
    for task, held in tasks.items() if isinstance(tasks, Mapping) else ():
        frame.meter.spend()
        for value, current in _states(held):
            if current == wanted:
                entry: dict[str, Value] = {"taskId": task, "state": current}
                found.append(entry if value is None else {**entry, "value": value})
    return found


def _states(held: Value) -> list[tuple[str | None, str]]:
    """(iteration value, state) of the runs of one task."""
    if not isinstance(held, Mapping):
        return []
    own = held.get("state")
    if isinstance(own, str):
        return [(None, own.upper())]
    inner = ((key, item.get("state")) for key, item in held.items() if isinstance(item, Mapping))
    return [(key, state.upper()) for key, state in inner if isinstance(state, str)]


@function_word("i18n", Parameter("bundle"), Parameter("key"), Parameter("params", None))
def i18n(frame: Frame, bundle: Value, key: Value, params: Value) -> Value:
    """Refused: there are no bundles of translations here."""
    raise ExpressionError(f"There is no bundle of translations `{frame.text(bundle)}`")


@function_word("block", Parameter("name"))
def block(frame: Frame, name: Value) -> Value:
    """The text of a block of the same template."""
    raise TypeMismatchError("`block` takes the name of a block as it is written")
