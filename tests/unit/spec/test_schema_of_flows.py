"""The JSON Schema agrees with the parser about whole flows: examples, other people's, broken ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from flows.spec.parse import parse_flow
from flows.spec.registry import Registry, load_registry
from flows.spec.schema import flow_schema
from flows.spec.source import numbered_documents, parse_source

ROOT: Final = Path(__file__).parents[3]
EXAMPLES: Final = sorted((ROOT / "tests" / "examples").glob("*.yaml"))
ELSEWHERE: Final = Path(os.environ.get("CONFORMANCE_DIR", ROOT.parent / "shared" / "conformance"))


@pytest.fixture(scope="module")
def types() -> Registry:
    return load_registry(test_types=True)


@pytest.fixture(scope="module")
def validator(types: Registry) -> Draft202012Validator:
    return Draft202012Validator(flow_schema(types))


def elsewhere() -> Iterator[Any]:
    """The flows of the conformance suite, where there is one."""
    found = sorted((ELSEWHERE / "flows").glob("*.yaml"))
    if not found:
        reason = "the conformance suite is not at hand"
        yield pytest.param("", marks=pytest.mark.skip(reason=reason), id="no-suite")
    for path in found:
        yield pytest.param(path.read_text(encoding="utf-8"), id=path.stem)


def complaints(validator: Draft202012Validator, document: object) -> list[str]:
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator.iter_errors(document)
    ]


def agree(types: Registry, validator: Draft202012Validator, source: str) -> int:
    """How many documents of a source are valid flows; for each of them the schema is content."""
    valid = 0
    for line, text in numbered_documents(source):
        outcome = parse_flow(text, types, first_line=line)
        if outcome.flow is not None:
            valid += 1
            assert complaints(validator, outcome.document) == []
    return valid


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_follows_the_schema(
    types: Registry, validator: Draft202012Validator, path: Path
) -> None:
    assert agree(types, validator, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("source", list(elsewhere()))
def test_a_flow_that_the_parser_accepts_follows_the_schema(
    types: Registry, validator: Draft202012Validator, source: str
) -> None:
    agree(types, validator, source)


BREAKS: Final = {
    "no id": lambda flow: flow.pop("id"),
    "no namespace": lambda flow: flow.pop("namespace"),
    "no tasks": lambda flow: flow.pop("tasks"),
    "empty tasks": lambda flow: flow.update(tasks=[]),
    "an unknown key": lambda flow: flow.update(taskz=[]),
    "an id with a blank": lambda flow: flow.update(id="a b"),
    "a namespace in capitals": lambda flow: flow.update(namespace="Company"),
    "a task without a type": lambda flow: flow["tasks"][0].pop("type"),
    "a task without an id": lambda flow: flow["tasks"][0].pop("id"),
    "a task of an unknown type": lambda flow: flow["tasks"][0].update(type="core.log.Lug"),
    "a task with an unknown key": lambda flow: flow["tasks"][0].update(mesage="x"),
    "a retry of an unknown kind": lambda flow: flow["tasks"][0].update(retry={"type": "often"}),
    "a retry without a pause": lambda flow: flow["tasks"][0].update(retry={"type": "constant"}),
    "a priority out of bounds": lambda flow: flow["tasks"][0].update(priority=1_000),
    "an input of an unknown type": lambda flow: flow.update(inputs=[{"id": "a", "type": "TEXT"}]),
    "a concurrency of none": lambda flow: flow.update(concurrency={"limit": 0}),
    "a trigger that is a task": lambda flow: flow.update(
        triggers=[{"id": "t", "type": "core.log.Log", "message": "x"}]
    ),
    "an output without a value": lambda flow: flow.update(outputs=[{"id": "o", "type": "STRING"}]),
    "an agreement of an unknown kind": lambda flow: flow.update(sla=[{"id": "s", "type": "FAST"}]),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_what_the_parser_refuses_the_schema_refuses_too(
    types: Registry, validator: Draft202012Validator, broken: str
) -> None:
    source = (ROOT / "tests" / "examples" / "inputs.yaml").read_text(encoding="utf-8")
    flow: dict[str, Any] = deepcopy(parse_source(source).data)
    assert complaints(validator, flow) == []

    BREAKS[broken](flow)

    assert parse_flow(yaml.safe_dump(flow), types).flow is None
    assert complaints(validator, flow) != []
