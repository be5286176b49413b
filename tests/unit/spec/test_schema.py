"""The JSON Schema of the language: valid, deterministic, and of one mind with the parser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from flows.spec.parse import parse_flow
from flows.spec.registry import Registry
from flows.spec.schema import flow_schema, type_schema

HEAD = "id: f\nnamespace: n\n"


@pytest.fixture(scope="module")
def validator(registry: Registry) -> Draft202012Validator:
    schema = flow_schema(registry)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


ACCEPTED = [
    "tasks: [{id: a, type: core.log.Log, message: 42}]",
    "tasks: [{id: a, type: io.kestra.core.tasks.log.Log, message: [x, y], timeout: '{{ x }}'}]",
    "tasks: [{id: a, type: core.log.Log, message: x, retry: {type: constant, interval: PT1S, maxAttempt: 2}}]",
    "inputs: [{name: a, type: STRING}]\ntasks: [{id: a, type: core.debug.Return}]",
    "labels: {a: 1}\ntasks: [{id: a, type: core.debug.Return}]",
    "labels: [{key: a, value: b}]\ntasks: [{id: a, type: core.debug.Return}]",
    "tasks: [{id: a, type: core.flow.Dag, tasks: [{task: {id: b, type: core.debug.Return}}]}]",
    (
        "tasks: [{id: a, type: core.debug.Return}]\n"
        "triggers: [{id: t, type: core.trigger.Flow, conditions: [{type: core.condition.ExecutionStatus, in: [FAILED]}]}]"
    ),
]
REFUSED = [
    "tasks: []",
    "tasks: [{id: a, type: core.log.Log}]",
    "tasks: [{id: a, type: core.log.Log, message: x, mesage: y}]",
    "tasks: [{id: a, type: core.nope.Nope}]",
    "tasks: [{id: a, type: core.flow.Sleep, duration: PT1S, errors: []}]",
    "tasks: [{id: 'a b', type: core.debug.Return}]",
    "tasks: [{id: a, type: core.flow.Sequential, tasks: [{id: b, type: core.log.Log}]}]",
    "tasks: [{id: a, type: core.debug.Return}]\ntriggers: [{id: t, type: core.log.Log, message: x}]",
]


@pytest.mark.parametrize("source", ACCEPTED)
def test_schema_and_parser_both_accept(
    registry: Registry, validator: Draft202012Validator, source: str
) -> None:
    outcome = parse_flow(HEAD + source, registry)

    assert outcome.flow is not None, outcome.errors
    assert [error.message for error in validator.iter_errors(outcome.document)] == []


@pytest.mark.parametrize("source", REFUSED)
def test_schema_and_parser_both_refuse(
    registry: Registry, validator: Draft202012Validator, source: str
) -> None:
    outcome = parse_flow(HEAD + source, registry)

    assert outcome.flow is None
    assert not validator.is_valid(outcome.document)


def test_the_same_registry_gives_the_same_text(registry: Registry) -> None:
    assert json.dumps(flow_schema(registry)) == json.dumps(flow_schema(Registry(registry)))


def test_types_stand_under_their_names_with_documentation(registry: Registry) -> None:
    defs: dict[str, Any] = flow_schema(registry)["$defs"]

    assert defs["core.log.Log"]["title"] == "Writes one message, or several, to the log."
    assert defs["core.debug.Echo"]["deprecated"] is True
    assert "x-examples" in defs["core.flow.If"]
    assert defs["core.log.Log"]["properties"]["type"]["enum"][0] == "core.log.Log"
    assert "errors" not in defs["core.flow.Sleep"]["properties"]


def test_one_type_comes_with_all_that_it_needs(registry: Registry) -> None:
    found = registry.find("core.flow.ForEachItem")
    assert found is not None

    schema = type_schema(registry, found)

    assert "items" in schema["properties"]["properties"]
    assert "Batch" in schema["definitions"]
    assert "subflowOutputs" in schema["outputs"]["properties"]
