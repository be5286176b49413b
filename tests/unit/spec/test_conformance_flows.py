"""The flows of the conformance suite: valid ones parse, invalid ones say what is wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.spec.graph import flow_graph
from flows.spec.parse import ParsedFlow, parse_flows
from flows.spec.registry import Registry

DIRECTORY = os.environ.get("CONFORMANCE_DIR", "")
pytestmark = pytest.mark.skipif(not DIRECTORY, reason="CONFORMANCE_DIR is not set")
UNKNOWN = {"task.type_unknown", "trigger.type_unknown", "condition.type_unknown"}


def cases() -> list[dict[str, Any]]:
    if not DIRECTORY:
        return []
    text = (Path(DIRECTORY) / "cases.yaml").read_text(encoding="utf-8")
    return list(yaml.load(text, Loader=yaml.CSafeLoader)["cases"])


def judged() -> Iterator[Any]:
    for case in cases():
        if "validation" in case["expect"]:
            yield pytest.param(case, id=case["id"])


def started() -> list[str]:
    """Files that cases deploy and expect to be accepted."""
    found = {
        name for case in cases() if "validation" not in case["expect"] for name in case["flows"]
    }
    return sorted(found)


def parsed(name: str, registry: Registry) -> tuple[ParsedFlow, ...]:
    text = (Path(DIRECTORY) / "flows" / name).read_text(encoding="utf-8")
    return parse_flows(text, registry)


def later_types(outcomes: tuple[ParsedFlow, ...]) -> list[str]:
    return [
        item.message.split(";")[0]
        for outcome in outcomes
        for item in outcome.errors
        if item.code in UNKNOWN
    ]


@pytest.mark.parametrize("name", started())
def test_a_flow_that_runs_elsewhere_is_accepted(registry: Registry, name: str) -> None:
    outcomes = parsed(name, registry)

    missing = later_types(outcomes)
    if missing:
        pytest.skip(f"types of other plug-ins: {', '.join(sorted(set(missing)))}")
    for outcome in outcomes:
        assert outcome.flow is not None, outcome.errors
        assert flow_graph(outcome.flow)["nodes"]


@pytest.mark.parametrize("case", list(judged()))
def test_validation_answers_as_expected(registry: Registry, case: dict[str, Any]) -> None:
    for name in case["flows"]:
        outcomes = parsed(name, registry)
        expected = case["expect"]["validation"]
        wanted = expected if isinstance(expected, list) else [expected]
        if all(item["valid"] for item in wanted) and later_types(outcomes):
            pytest.skip(f"types of other plug-ins: {later_types(outcomes)}")
        assert len(outcomes) == len(wanted)
        for outcome, answer in zip(outcomes, wanted, strict=True):
            assert (outcome.flow is not None) == answer["valid"], outcome.errors
            text = "\n".join(str(item) for item in outcome.errors)
            for pattern in answer.get("messages", ()):
                assert re.search(pattern, text), text
            for path in answer.get("deprecations", ()):
                assert path in outcome.deprecations
            for pattern in answer.get("infos", ()):
                assert any(re.search(pattern, info) for info in outcome.infos)
