"""The default of an input is a value that the input takes; a trigger gives inputs that exist."""

from __future__ import annotations

from collections.abc import Iterator

from downbeat.sdk.fields import has_expression
from flows.spec.diagnostics import Diagnostic, nearest
from flows.spec.input_checks import checked
from flows.spec.lint.finding import Subject
from flows.spec.symbols import Symbols
from flows.spec.typed import NotOfType


def input_defaults(subject: Subject) -> Iterator[Diagnostic]:
    for number, item in enumerate(subject.flow.inputs):
        computed = getattr(item, "expression", None) is not None
        if item.defaults is None or has_expression(item.defaults) or computed:
            continue
        try:
            checked(item, item.defaults, list_of=lambda text: [])
        except NotOfType as error:
            message = f"The default of input '{item.id}' is not valid: {error}"
            yield subject.warning(("inputs", number, "defaults"), "input.default", message)


def trigger_inputs(subject: Subject) -> Iterator[Diagnostic]:
    symbols = Symbols.of(subject.flow)
    for number, trigger in enumerate(subject.flow.triggers):
        given = trigger.inputs
        for name in given if isinstance(given, dict) else ():
            if not symbols.has_input(name):
                near = nearest(name, symbols.inputs)
                hint = f"; did you mean '{near}'?" if near else ""
                message = f"There is no input '{name}' in this flow{hint}"
                place = ("triggers", number, "inputs", name)
                yield subject.warning(place, "trigger.unknown_input", message, replacement=near)
