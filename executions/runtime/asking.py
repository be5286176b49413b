"""Answers what the engine asks to be rendered; each answer is data, stored and asked once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from downbeat.sdk.fields import truth
from downbeat.sdk.shapes import ChildExecutions, Choice, Delay, Hold, Iteration, Repetition
from downbeat.sdk.task import Task
from executions.engine.events import Rendered
from executions.engine.state import Ask, Run
from executions.runtime import batches, children, items, listening
from flows.spec.expressions import (
    ExpressionError,
    compile_template,
    render_value,
)
from flows.spec.inputs import type_output
from flows.spec.render import RenderError, iteration_values, render_field, text_of

if TYPE_CHECKING:
    from executions.runtime.inline import Hands


def answer(hands: Hands, run: Run | None, ask: Ask) -> Rendered:
    """The value asked for; ``RenderError`` if there is none."""
    if run is None and ask is Ask.LISTENERS:
        return Rendered(None, ask, listening.heard(hands))
    if run is None:
        outputs = hands.kept(_flow_outputs(hands))
        hands.left.flow_outputs = outputs
        return Rendered(None, ask, True)
    return Rendered(run.id, ask, _of_run(hands, run, ask))


def _of_run(hands: Hands, run: Run, ask: Ask) -> Any:
    node = hands.compiled.plan.nodes[run.node]
    task = node.task
    match ask, node.shape:
        case Ask.RUN_IF, _:
            said = task.run_if
            return said if isinstance(said, bool) else _condition(hands, run, said)
        case Ask.CHOICE, Choice() as shape:
            return _choice(hands, run, task, shape)
        case Ask.VALUES, Iteration(isolated=True) as shape:
            drawn = items.drawn(hands, run, task, shape)
            hands.values_rendered(run, drawn)
            return len(drawn)
        case Ask.OUTPUTS, _:
            items.tell(hands, run)
            return True
        case Ask.BREAK, _:
            return items.breaks(hands, run)
        case Ask.VALUES, Iteration(field=field):
            values = iteration_values(_field(hands, run, task, field))
            hands.values_rendered(run, values)
            return len(values)
        case Ask.UNTIL, Repetition() as shape:
            return _until(hands, run, task, shape)
        case Ask.HOLD, Hold(delay_field=delay, timeout_field=timeout):
            return {
                "delay": _seconds(_field(hands, run, task, delay)),
                "timeout": _seconds(_field(hands, run, task, timeout)),
            }
        case Ask.DELAY, Delay(field=field):
            return _seconds(_field(hands, run, task, field)) or 0.0
        case Ask.TIMEOUT, _:
            return _seconds(_field(hands, run, task, "timeout"))
        case Ask.CHILD, _:
            return hands.fact(children.wanted(hands, task, hands.context(run)))
        case Ask.BATCHES, ChildExecutions() as shape:
            return batches.described(hands, run, task, shape)
        case _:
            raise RenderError(str(ask), f"{task.type} has nothing of that kind to render")


def _field(hands: Hands, run: Run, task: Task, field: str) -> Any:
    return render_field(task, field, hands.context(run), hands.services)


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()


def _condition(hands: Hands, run: Run, text: str) -> bool:
    try:
        template = compile_template(text)
        return truth(template.render(hands.context(run), services=hands.services))
    except ExpressionError as problem:
        raise RenderError("runIf", str(problem)) from None


def _choice(hands: Hands, run: Run, task: Task, shape: Choice) -> str:
    value = _field(hands, run, task, shape.field)
    if shape.by == "truth":
        true = truth(value)
        hands.put_outputs(run, {"evaluationResult": true})
        return "true" if true else "false"
    chosen = text_of(value)
    defaults = chosen not in shape.cases
    hands.put_outputs(run, {"value": hands.kept(chosen), "defaults": defaults})
    if not defaults:
        return chosen  # it stands in the flow's source as well
    # Which other value it was makes no difference to the choice, so none is kept that is secret.
    hidden = hands.log.masker.text(chosen)
    return hidden if hidden not in shape.cases else ""


def _until(hands: Hands, run: Run, task: Task, shape: Repetition) -> dict[str, Any]:
    scope = hands.snapshot.scope_of(run.id)
    hands.put_outputs(run, {"iterationCount": scope.round})
    frequency = _field(hands, run, task, shape.frequency_field)
    return {
        "round": scope.round,
        "done": truth(_field(hands, run, task, shape.field)),
        "interval": _seconds(frequency.interval),
        "maxIterations": frequency.max_iterations,
        "maxDuration": _seconds(frequency.max_duration),
        "failOnMax": bool(_field(hands, run, task, shape.fail_on_max_field)),
    }


def _flow_outputs(hands: Hands) -> Mapping[str, Any]:
    context = hands.context(None)
    found: dict[str, Any] = {}
    for output in hands.compiled.revision.spec.outputs:
        try:
            value = render_output(output.value, context, hands)
        except ExpressionError as problem:
            raise RenderError(output.id, str(problem)) from None
        found[output.id] = type_output(output, value)
    return found


def render_output(value: Any, context: Mapping[str, Any], hands: Hands) -> Any:
    """A written value: one whole expression keeps its type, anything else is rendered inside."""
    if isinstance(value, str):
        return compile_template(value).evaluate(context, services=hands.services)
    return render_value(value, context, services=hands.services)
