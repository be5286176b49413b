"""Whether a task runs: a literal means the same as the text of it."""

from __future__ import annotations

import pytest

from tests.integration.engine.stage import Stage

FLOW = """
id: maybe
namespace: company.data
tasks:
  - {{id: one, type: core.debug.Return, format: x, runIf: {condition}}}
  - id: group
    type: core.flow.Sequential
    runIf: {condition}
    tasks: [{{id: inside, type: core.debug.Return, format: x}}]
"""


@pytest.mark.parametrize("condition", ["false", "'false'", "'{{ false }}'", "''"])
def test_a_task_whose_condition_is_false_is_skipped(stage: Stage, condition: str) -> None:
    stage.deploy(FLOW.format(condition=condition))

    id = stage.start("maybe")
    stage.settle()

    assert stage.states(id) == {"one": "SKIPPED", "group": "SKIPPED"}
