"""What is fuzzed: each target takes a text and answers it, or has a defect.

A target may end with the errors that its interface declares; everything else is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from flows.spec.expressions import Budget, ExpressionError, NoServices, compile_template
from flows.spec.parse import parse_flow, parse_flows, source_namespace
from flows.spec.registry import Registry, load_registry
from flows.spec.source import parse_source

BUDGET: Final = Budget(steps=20_000, output_chars=100_000, depth=50, seconds=2.0)
CONTEXT: Final[Mapping[str, Any]] = {
    "inputs": {"a": "x", "n": 3, "list": [1, "two", None, {"k": [True]}], "text": "a,b;c"},
    "outputs": {"t": {"value": "v", "rows": [{"id": 1}, {"id": 2}]}},
    "vars": {"template": "{{ inputs.a }}", "loop": "{{ render(vars.loop) }}"},
    "flow": {"id": "f", "namespace": "n"},
    "taskrun": {"value": "1"},
    "labels": {},
    "trigger": {},
}


@cache
def registry() -> Registry:
    """All types, those for tests too."""
    return load_registry(test_types=True)


def flow(text: str) -> None:
    """A source is a flow, or there are errors with places inside the text."""
    found = parse_flow(text, registry())
    assert (found.flow is None) == bool(found.errors)
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + 2
    lines += text.count("\u2028") + text.count("\u2029")
    for item in found.diagnostics:
        assert item.code
        assert 1 <= item.line <= lines, item
        assert item.column >= 1
        str(item).encode()


def flows(text: str) -> None:
    """A source of many documents is answered, and so is whose defaults apply to it."""
    assert parse_flows(text, registry())
    source_namespace(text)


def data(text: str) -> None:
    """YAML is plain data of bounded size, or a diagnostic."""
    document = parse_source(text)
    assert document.data is None or not document.diagnostics


def expression(text: str) -> None:
    """A template renders to text and evaluates to data, or ends with an error of the language."""
    try:
        template = compile_template(text)
        rendered = template.render(CONTEXT, services=NoServices(), budget=BUDGET)
    except ExpressionError as error:
        str(error).encode("utf-8", "replace")
        return
    assert isinstance(rendered, str)
    assert len(rendered) <= max(BUDGET.output_chars, len(text))
    try:
        template.evaluate(CONTEXT, services=NoServices(), budget=BUDGET)
    except ExpressionError:
        return


TARGETS: Final[Mapping[str, Callable[[str], None]]] = {
    "flow": flow,
    "flows": flows,
    "data": data,
    "expression": expression,
}
