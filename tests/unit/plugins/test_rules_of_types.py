"""The rules that every type keeps, whoever wrote it: each is judged here, none is listed by hand."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from downbeat.sdk.context import RunContext
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs, RunnableTask
from downbeat.sdk.testing import check_type, findings
from flows.spec.parse import parse_flow
from flows.spec.registry import AnyType, load_registry
from flows.spec.schema import flow_schema

REGISTRY = load_registry()
TYPES = tuple(REGISTRY)
SCHEMA = flow_schema(REGISTRY)["$defs"]


@pytest.mark.parametrize("found", TYPES, ids=lambda found: found.type_name)
def test_a_type_keeps_the_rules(found: AnyType) -> None:
    check_type(found)


@pytest.mark.parametrize("found", TYPES, ids=lambda found: found.type_name)
def test_its_examples_are_flows_that_parse(found: AnyType) -> None:
    for title, source in found.examples:
        parsed = parse_flow(source, REGISTRY)
        assert title
        assert parsed.flow is not None, parsed.diagnostics


@pytest.mark.parametrize("found", TYPES, ids=lambda found: found.type_name)
def test_the_editor_knows_what_it_is(found: AnyType) -> None:
    shown = SCHEMA[found.type_name]

    assert shown.get("title") or shown.get("description")


@pytest.mark.parametrize("found", TYPES, ids=lambda found: found.type_name)
def test_it_is_found_by_its_full_name_and_by_older_ones(found: AnyType) -> None:
    for name in (found.type_name, f"io.kestra.plugin.{found.type_name}", *found.aliases):
        assert REGISTRY.find(name) is not None, name
    assert REGISTRY.find(f"io.kestra.plugin.{found.type_name}") is found


class Broken(RunnableTask):
    __doc__ = None
    type_name: ClassVar[str] = "broken.Type"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        ("No YAML", "a: [b"),
        ("No flow", "id: a"),
        ("Another", "id: a\nnamespace: b\ntasks: [{id: c, type: core.log.Log}]"),
    )
    outputs_schema: ClassVar[dict[str, str]] = {"size": " "}

    name: Dyn[Text | None] = None

    def run(self, ctx: RunContext) -> Outputs:
        return {}

    def model_post_init(self, context: Any) -> None:
        super().model_post_init(context)
        if self.name is not None:
            self.name[0].upper()


def test_each_rule_can_be_broken() -> None:
    found = "\n".join(findings(Broken))

    assert "no docstring" in found
    assert "'No YAML' is no YAML" in found
    assert "'No flow' is no whole flow" in found
    assert "'Another' does not use it" in found
    assert "output 'size' is not described" in found
    assert "raises IndexError" in found
