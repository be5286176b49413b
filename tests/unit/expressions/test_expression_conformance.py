"""The conformance flows about templating, rendered as they stand.

Needs CONFORMANCE_DIR, the folder that holds `cases.yaml` and `flows/`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.spec.expressions import Services, compile_template, render_value

ROOT = os.environ.get("CONFORMANCE_DIR", "")
CONTEXT = {
    "flow": {"id": "own-pebble-functions", "namespace": "own.suite"},
    "task": {"id": "out", "type": "io.kestra.plugin.core.output.OutputValues"},
    "taskrun": {"attemptsCount": 0},
    "inputs": {"file": "f"},
}

pytestmark = pytest.mark.skipif(not ROOT, reason="CONFORMANCE_DIR is not set")


def expected(case: str) -> dict[str, Any]:
    cases = yaml.safe_load((Path(ROOT) / "cases.yaml").read_text())
    entries = cases if isinstance(cases, list) else cases["cases"]
    values = next(entry for entry in entries if entry["id"] == case)["expect"]["task_outputs"]
    found = values["out"]["values"]
    wanted: dict[str, Any] = found.get("$includes", found)
    return wanted


def matches(value: object, matcher: Any) -> bool:
    if isinstance(matcher, dict):
        return re.search(matcher["$matches"], str(value)) is not None
    return bool(value == matcher)


@pytest.mark.parametrize("case", ["pebble-strings", "pebble-dates", "pebble-functions"])
def test_the_values_of_the_case_come_out(case: str, services: Services) -> None:
    flow = yaml.safe_load((Path(ROOT) / "flows" / f"own-{case}.yaml").read_text())
    context = {**CONTEXT, "vars": flow.get("variables", {})}

    values: Any = render_value(flow["tasks"][0]["values"], context, services=services)

    wanted = {key: want for key, want in expected(case).items() if key != "content"}
    assert {
        key: values[key] for key, want in wanted.items() if not matches(values[key], want)
    } == {}


def test_every_expression_of_every_flow_compiles() -> None:
    texts = [path.read_text() for path in sorted((Path(ROOT) / "flows").rglob("*.y*ml"))]

    for text in texts:
        for expression in re.findall(r"\{\{.*?\}\}", text.replace('\\"', '"')):
            compile_template(expression)
    assert len(texts) > 100
