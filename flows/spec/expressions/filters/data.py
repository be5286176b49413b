"""Filters that write data as text, ask jq, or fall back to a default."""

from __future__ import annotations

from collections.abc import Mapping

from flows.spec.expressions import arguments as take
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.jq.paths import follow, path_of
from flows.spec.expressions.jq.sandbox import run_program
from flows.spec.expressions.library import Parameter, filter_word
from flows.spec.expressions.values import Value, is_number, json_text, parse_json
from flows.spec.expressions.yaml_text import dump_yaml


@filter_word("default", Parameter("default_value", ""), aliases=("d",), takes_null=True)
def default(frame: Frame, value: Value, default_value: Value) -> Value:
    """The value, or another one when it is undefined, null or empty."""
    return default_value if is_empty(value) else value


def is_empty(value: Value) -> bool:
    """Null, a blank text, or a list or map without items."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | tuple | Mapping) and not value)


@filter_word("toJson", aliases=("json", "tojson", "to_json", "jsonEncode"), takes_null=True)
def to_json(frame: Frame, value: Value) -> Value:
    """The value as JSON."""
    return json_text(value, frame.meter)


@filter_word("toIon", takes_null=True)
def to_ion(frame: Frame, value: Value) -> Value:
    """The value as Ion text; JSON is valid Ion, so it is JSON."""
    return json_text(value, frame.meter)


@filter_word("yaml", aliases=("toYaml", "to_yaml"), takes_null=True)
def yaml(frame: Frame, value: Value) -> Value:
    """The value as YAML."""
    return dump_yaml(value, frame.meter)


@filter_word("jq", Parameter("expression"))
def jq(frame: Frame, value: Value, expression: Value) -> Value:
    """All results of a jq program, always as a list; text is read as JSON first."""
    program = take.text(expression, "expression")
    data = parse_json(value, frame.meter) if isinstance(value, str) else value
    path = path_of(program)
    if path is not None:
        return follow(data, path, frame.meter)
    return run_program(program, json_text(data, frame.meter), frame.meter)


@filter_word("className", takes_null=True)
def class_name(frame: Frame, value: Value) -> Value:
    """The kind of a value, by the names that flows know, such as `java.lang.String`."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "java.lang.Boolean"
    if is_number(value):
        return "java.lang.Long" if isinstance(value, int) else "java.lang.Double"
    if isinstance(value, str):
        return "java.lang.String"
    if isinstance(value, Mapping):
        return "java.util.LinkedHashMap"
    return "java.util.ArrayList" if isinstance(value, list) else "java.time.ZonedDateTime"
