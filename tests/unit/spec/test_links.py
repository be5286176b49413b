"""What a flow calls and hears is read off its document."""

from __future__ import annotations

from typing import Any

import pytest

from flows.spec.links import Ends, Links, links_of

OLD = {"io.kestra.core.tasks.flows.Subflow": "core.flow.Subflow"}


def of(**document: Any) -> Links:
    return links_of({"id": "f", "namespace": "company", **document}, OLD)


def call(**task: Any) -> dict[str, Any]:
    return {"id": "c", "type": "core.flow.Subflow", **task}


@pytest.mark.parametrize(
    "type",
    ["core.flow.Subflow", "io.kestra.plugin.core.flow.Subflow", *OLD, "core.flow.ForEachItem"],
)
def test_a_call_is_a_link(type: str) -> None:
    found = of(tasks=[call(type=type, namespace="a.b", flowId="x")])

    assert found.calls == {Ends("a.b", "x")}


def test_calls_at_every_depth_count() -> None:
    inner = {
        "id": "s",
        "type": "core.flow.Switch",
        "cases": {"a": [call(namespace="a", flowId="x")]},
    }
    found = of(
        tasks=[{"id": "g", "type": "core.flow.Parallel", "tasks": [inner]}],
        errors=[call(namespace="b", flowId="y")],
    )

    assert found.calls == {Ends("a", "x"), Ends("b", "y")}


def test_what_only_the_run_knows_is_no_link() -> None:
    assert of(tasks=[call(namespace="a", flowId="{{ inputs.flow }}")]).calls == frozenset()


HEARD: list[tuple[dict[str, Any], set[Ends]]] = [
    (
        {
            "preconditions": {
                "id": "p",
                "flows": [{"namespace": "a", "flowId": "x"}, {"namespace": "b"}],
            }
        },
        {Ends("a", "x"), Ends("b")},
    ),
    ({"dependsOn": [{"namespace": "a", "flowId": "x"}]}, {Ends("a", "x")}),
    (
        {"conditions": [{"type": "core.condition.ExecutionFlow", "namespace": "a", "flowId": "x"}]},
        {Ends("a", "x")},
    ),
    (
        {
            "conditions": [
                {
                    "type": "core.condition.ExecutionNamespace",
                    "namespace": "a",
                    "comparison": "PREFIX",
                }
            ]
        },
        {Ends("a", below=True)},
    ),
    (
        {
            "conditions": [
                {
                    "type": "core.condition.MultipleCondition",
                    "conditions": {
                        "one": {
                            "type": "core.condition.ExecutionFlow",
                            "namespace": "a",
                            "flowId": "x",
                        }
                    },
                }
            ]
        },
        {Ends("a", "x")},
    ),
    (
        {
            "conditions": [
                {
                    "type": "core.condition.Not",
                    "conditions": [
                        {"type": "core.condition.ExecutionFlow", "namespace": "a", "flowId": "x"}
                    ],
                }
            ]
        },
        set(),
    ),
    (
        {
            "preconditions": {
                "id": "p",
                "where": [
                    {
                        "id": "w",
                        "filters": [
                            {"field": "NAMESPACE", "type": "EQUAL_TO", "value": "a"},
                            {"field": "FLOW_ID", "type": "IN", "values": ["x", "y"]},
                        ],
                    }
                ],
            }
        },
        {Ends("a", "x"), Ends("a", "y")},
    ),
    ({}, set()),
]


@pytest.mark.parametrize(("trigger", "ends"), HEARD)
def test_a_flow_trigger_names_what_it_hears(trigger: dict[str, Any], ends: set[Ends]) -> None:
    assert of(triggers=[{"id": "t", "type": "core.trigger.Flow", **trigger}]).hears == ends


def test_a_namespace_covers_its_flows_and_with_a_prefix_those_below() -> None:
    assert Ends("a").covers("a", "x")
    assert not Ends("a").covers("a.b", "x")
    assert Ends("a", below=True).covers("a.b", "x")
    assert not Ends("a", below=True).covers("ab", "x")
    assert not Ends("a", "x").covers("a", "y")
