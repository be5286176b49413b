"""Functions that read data from text."""

from __future__ import annotations

from collections.abc import Mapping

from flows.spec.expressions import arguments as take
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.ion import parse_ion
from flows.spec.expressions.library import Parameter, function_word
from flows.spec.expressions.values import Value, parse_json
from flows.spec.expressions.yaml_text import parse_yaml


@function_word("fromJson", Parameter("json"), aliases=("json", "jsonDecode", "fromjson"))
def from_json(frame: Frame, json: Value) -> Value:
    """The value of a JSON text; null for null."""
    return None if json is None else parse_json(take.text(json, "json"), frame.meter)


@function_word("yaml", Parameter("yaml"), aliases=("fromYaml",))
def yaml_(frame: Frame, yaml: Value) -> Value:
    """The value of a YAML text; null for null."""
    return None if yaml is None else parse_yaml(take.text(yaml, "yaml"), frame.meter)


@function_word("fromIon", Parameter("ion"), Parameter("allRows", False), aliases=("ionDecode",))
def from_ion(frame: Frame, ion: Value, all_rows: Value) -> Value:
    """The first value of an Ion or JSON-lines text, or the list of all of them."""
    if ion is None:
        return None
    rows = parse_ion(take.text(ion, "ion"), frame.meter)
    if all_rows is True:
        return rows
    return rows[0] if rows else None


@function_word("loopOutputs", Parameter("outputs"), Parameter("name"))
def loop_outputs(frame: Frame, outputs: Value, name: Value) -> Value:
    """One output of all items of a loop, in their order; null for an item without it."""
    entries = take.items(outputs, "outputs")
    wanted = take.text(name, "name")
    found: list[Value] = []
    for entry in entries:
        of_item = entry.get("outputs") if isinstance(entry, Mapping) else None
        found.append(of_item.get(wanted) if isinstance(of_item, Mapping) else None)
    return found
