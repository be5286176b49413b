"""Loops as they are written: what their steps are called, and what may not stand in a source."""

from __future__ import annotations

import pytest

import flows.plugins.core as core
from flows.spec.graph import flow_graph
from flows.spec.parse import parse_flow
from flows.spec.registry import registry_of

REGISTRY = registry_of([core])
HEAD = "id: loops\nnamespace: company.team\ntasks:\n"
EACH = (
    "  - {id: each, type: core.flow.ForEachItem, items: x, namespace: company.other, flowId: f}\n"
)
LOOP = (
    "  - {id: loop, type: core.flow.Loop, values: [1], tasks: "
    "[{id: a, type: core.log.Log, message: x}]}\n"
)


def codes(tasks: str) -> list[tuple[str, str]]:
    outcome = parse_flow(HEAD + tasks, REGISTRY)
    return [(found.code, found.path) for found in outcome.errors]


@pytest.mark.parametrize(
    ("tasks", "found"),
    [
        (EACH, []),
        (EACH.replace("company.other, flowId: f", "company.team, flowId: loops"),
         [("subflow.recursive", "tasks[0].flowId")]),
        (EACH + "  - {id: each_items, type: core.log.Log, message: x}\n",
         [("task.duplicate_id", "tasks[1].id")]),
        ("  - {id: cut, type: core.flow.ForEachItemSplit, items: x}\n",
         [("task.type_internal", "tasks[0].type")]),
        (LOOP.replace("values: [1]", "values: [1], concurrencyLimit: -1"),
         [("property.value", "tasks[0].concurrencyLimit")]),
    ],
    ids=["right", "recursive", "id-taken", "internal", "limit"],
)  # fmt: skip
def test_a_loop_is_refused_where_it_has_to_be(tasks: str, found: list[tuple[str, str]]) -> None:
    assert codes(tasks) == found


def test_the_graph_shows_a_loop_as_it_was_written() -> None:
    handlers = "errors: [{id: er, type: core.log.Log, message: x}]"
    outcome = parse_flow(
        HEAD + EACH.replace("flowId: f}", f"flowId: f, {handlers}}}") + LOOP,
        REGISTRY,
    )

    assert outcome.flow is not None, outcome.errors
    nodes = [node["uid"] for node in flow_graph(outcome.flow)["nodes"] if "task" in node]
    assert nodes == ["root.each", "root.each.er", "root.loop", "root.loop.a"]


def test_internal_steps_are_no_part_of_the_catalogue() -> None:
    assert REGISTRY.find("core.flow.ForEachItemSplit") is not None
    assert not [found for found in REGISTRY.tasks() if found.internal]
    assert "core.flow.LoopItem" not in REGISTRY.near("core.flow.LoopIten")
