"""What is known of a spec's properties, also where specs stand inside specs of their own kind."""

from __future__ import annotations

from typing import ClassVar

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from downbeat.sdk.anytask import OptionalTasks
from downbeat.sdk.context import RunContext
from downbeat.sdk.fields import Dyn, Spec, Text
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins import gcp
from flows.plugins.gcp.bigquery.tables import CreateTable
from flows.spec.expressions import NoServices
from flows.spec.grammar import part_keys, properties, spec_at
from flows.spec.parse import parse_flow
from flows.spec.registry import Registry, registry_of
from flows.spec.render import render_task
from flows.spec.schema import type_schema

SOURCE = """id: f
namespace: n
tasks:
  - id: t
    type: x.Tree
    roots:
      - name: "{{ flow.id }}"
        inside:
          - name: leaf
            inside: [{name: "{{ flow.id }}"}]
"""


class Branch(Spec):
    """A part that has parts of its own kind."""

    name: Dyn[Text]
    inside: tuple[Branch, ...] = ()


class Stage(Spec):
    """A part of its own kind, with tasks at every depth."""

    tasks: OptionalTasks = None
    stages: tuple[Stage, ...] = ()


class Tree(RunnableTask):
    """A task that is given a tree."""

    type_name: ClassVar[str] = "x.Tree"
    roots: tuple[Branch, ...] = ()
    stages: tuple[Stage, ...] = ()

    def run(self, ctx: RunContext) -> Outputs:
        return {}


REGISTRY = Registry([Tree])


def test_a_spec_inside_itself_has_an_end() -> None:
    assert part_keys(Branch) == frozenset()
    assert part_keys(Stage) == {"tasks", "stages"}
    assert part_keys(Tree) == {"stages"}


def test_a_place_deep_in_a_tree_has_its_class() -> None:
    data = {"roots": [{"name": "a", "inside": [{"name": "b"}]}]}

    found = spec_at(Tree, data, ("roots", 0, "inside", 0), REGISTRY)

    assert found is Branch
    assert set(properties(Branch)) == {"name", "inside"}


def test_the_schema_refers_to_itself_and_finds_what_is_wrong_at_any_depth() -> None:
    shown = type_schema(REGISTRY, Tree)
    schema = {**shown["properties"], "$defs": shown["definitions"]}
    good = {"id": "t", "type": "x.Tree", "roots": [{"name": "a", "inside": [{"name": "b"}]}]}
    bad = {**good, "roots": [{"name": "a", "inside": [{"nam": "b"}]}]}

    assert Draft202012Validator(schema).is_valid(good)
    assert not Draft202012Validator(schema).is_valid(bad)


def test_expressions_at_any_depth_are_rendered() -> None:
    flow = parse_flow(SOURCE, REGISTRY).flow
    assert flow is not None

    found = render_task(flow.tasks[0], {"flow": {"id": "f"}}, NoServices())

    assert isinstance(found, Tree)
    assert found.roots[0].name == "f"
    assert found.roots[0].inside[0].inside[0].name == "f"


@pytest.mark.parametrize(("type", "wrong"), [("STRING", 0), ("NONSENSE", 1)])
def test_columns_of_structs_are_known_to_the_editor(type: str, wrong: int) -> None:
    shown = type_schema(registry_of([gcp]), CreateTable)
    inner = {"name": "a", "type": "STRUCT", "subFields": [{"name": "b", "type": type}]}
    document = {
        "id": "t", "type": "gcp.bigquery.CreateTable", "dataset": "d", "table": "t",
        "tableDefinition": {"schema": {"fields": [inner]}},
    }  # fmt: skip
    schema = {**shown["properties"], "$defs": shown["definitions"]}

    assert len(list(Draft202012Validator(schema).iter_errors(document))) == wrong
