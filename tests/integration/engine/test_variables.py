"""Variables that tasks set and remove, those that the flow declares among them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.integration.engine.stage import Stage
from tests.support.cast import Cast

FLOW = """
id: vars
namespace: company.data
variables:
  color: blue
  size: 3
tasks:
  - id: set
    type: core.execution.SetVariables
    variables: {own: mine, size: 4}
  - id: unset
    type: core.execution.UnsetVariables
    variables: [color, own]
  - id: look
    type: core.debug.Return
    format: "{{ vars.color ?? 'none' }} {{ vars.own ?? 'none' }} {{ vars.size }}"
%s
"""
AGAIN = """
  - id: again
    type: core.execution.SetVariables
    overwrite: false
    variables: {color: red}
  - id: see
    type: core.debug.Return
    format: "{{ vars.color }}"
"""
MISSING = """
  - id: missing
    type: core.execution.UnsetVariables
    variables: [color]
"""
TAKEN = """
  - id: taken
    type: core.execution.SetVariables
    overwrite: false
    variables: {size: 5}
"""


def run(stage: Stage, more: str = "") -> UUID:
    stage.deploy(FLOW % more)
    id = stage.start("vars")
    stage.settle()
    return id


def shown(cast: Cast, id: UUID, expression: str = "") -> Any:
    path = f"{cast.api}/executions/{id}"
    if not expression:
        return cast.alice.get(path).json()["variables"]
    answer = cast.alice.post(f"{path}/actions/eval", expression, type="text/plain")
    return answer.json()["result"]


def test_a_variable_of_the_flow_can_be_removed(stage: Stage, cast: Cast) -> None:
    id = run(stage)

    assert stage.outputs(id, "look")["look"]["value"] == "none none 4"
    assert shown(cast, id) == {"size": 4}
    assert shown(cast, id, "{{ vars | keys }}") == '["size"]'


def test_a_removed_variable_can_be_set_again(stage: Stage) -> None:
    id = run(stage, AGAIN)

    assert stage.outputs(id, "see")["see"]["value"] == "red"


def test_a_variable_that_was_removed_is_missing(stage: Stage) -> None:
    id = run(stage, MISSING)

    assert stage.states(id)["missing"] == "FAILED"


def test_a_variable_of_the_flow_is_not_overwritten_unless_that_is_wanted(stage: Stage) -> None:
    id = run(stage, TAKEN)

    assert stage.states(id)["taken"] == "FAILED"
