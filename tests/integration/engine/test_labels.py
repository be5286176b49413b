"""Labels: where they come from, which of two wins, and which nobody may set."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.integration.engine.stage import Stage
from tests.support.cast import Cast

LABELLED = """
id: labelled
namespace: company.data
labels:
  team: flow
  system.readOnly: "true"
tasks:
  - id: seen
    type: core.debug.Return
    format: "{{ labels.team }}"
  - id: change
    type: core.execution.Labels
    labels:
      team: task
      more: "a:b,c"
  - id: then
    type: core.debug.Return
    format: "{{ labels.team }} {{ labels.more }}"
"""
PARENT = """
id: parent
namespace: company.data
labels:
  own: parent
tasks:
  - id: sub
    type: core.flow.Subflow
    namespace: company.data
    flowId: child
    inheritLabels: %s
    labels:
      task: "yes"
"""
CHILD = """
id: child
namespace: company.data
labels:
  own: child
tasks:
  - id: say
    type: core.debug.Return
    format: "{{ labels.own }}"
"""


def labels(stage: Stage, id: str | UUID) -> list[tuple[str, str]]:
    found = stage.execution(UUID(str(id))).labels
    return [(label["key"], label["value"]) for label in found]


def start(cast: Cast, query: str = "") -> Any:
    return cast.alice.post(f"{cast.api}/executions/company.data/labelled{query}")


def test_a_flow_s_label_and_a_start_s_are_both_kept_and_the_first_is_read(
    stage: Stage, cast: Cast
) -> None:
    stage.deploy(LABELLED)

    id = start(cast, "?labels=team:start&labels=url:http://x,y").json()["id"]
    first = labels(stage, id)
    stage.settle()

    assert first == [
        ("team", "flow"), ("team", "start"), ("url", "http://x,y"), ("system.correlationId", id),
    ]  # fmt: skip
    seen = stage.outputs(UUID(id), "seen", "then")
    assert [seen[task]["value"] for task in ("seen", "then")] == ["flow", "task a:b,c"]
    later = dict(labels(stage, id))
    assert (later["team"], later["more"], "system.readOnly" in later) == ("task", "a:b,c", False)
    assert [key for key, _ in labels(stage, id)].count("team") == 1


@pytest.mark.parametrize("label", ["system.x:1", "system.correlationId:1", ":x", "x:", "x"])
def test_a_label_that_nobody_may_set_is_refused(stage: Stage, cast: Cast, label: str) -> None:
    stage.deploy(LABELLED)

    assert start(cast, f"?labels={label}").status_code == 422
    assert stage.rows("select count(*) from execution") == [(0,)]


@pytest.mark.parametrize(
    ("inherits", "expected"),
    [
        ("false", [("own", "child"), ("task", "yes")]),
        ("true", [("own", "child"), ("own", "parent"), ("task", "yes")]),
    ],
)
def test_a_child_has_its_flow_s_labels_first_and_the_parent_s_if_it_inherits(
    stage: Stage, inherits: str, expected: list[tuple[str, str]]
) -> None:
    stage.deploy(CHILD)
    stage.deploy(PARENT % inherits)
    id = stage.start("parent")

    stage.settle()

    ((child,),) = stage.rows("select id from execution where flow_id = 'child'")
    assert labels(stage, child) == [*expected, ("system.correlationId", str(id))]
    assert stage.outputs(child, "say")["say"]["value"] == "child"


def test_labels_of_an_ended_execution_are_set_and_the_platform_s_stay(
    stage: Stage, cast: Cast
) -> None:
    stage.deploy(LABELLED)
    id = start(cast).json()["id"]
    path = f"{cast.api}/executions/{id}/actions/labels"
    assert cast.alice.post(path, [{"key": "a", "value": "b"}]).status_code == 409
    stage.settle()

    answer = cast.alice.post(path, [{"key": "a", "value": "b"}, {"key": "c", "value": "d:e"}])
    refused = [
        cast.alice.post(path, body).status_code
        for body in ([{"key": "system.x", "value": "y"}], [{"key": "", "value": "y"}],
                     [{"key": "x", "value": None}], "x", [{"value": "y"}])
    ]  # fmt: skip

    assert answer.status_code == 200
    assert labels(stage, id) == [("a", "b"), ("c", "d:e"), ("system.correlationId", id)]
    assert refused == [422] * 5


def test_labels_are_added_to_many(stage: Stage, cast: Cast) -> None:
    stage.deploy(LABELLED)
    ids = [start(cast).json()["id"] for _ in range(2)]
    stage.settle()

    body = {"executionsId": ids, "executionLabels": [{"key": "team", "value": "many"}]}
    answer = cast.alice.post(f"{cast.api}/executions/labels/by-ids", body)

    assert (answer.status_code, answer.json()["count"]) == (200, 2)
    assert [dict(labels(stage, id))["team"] for id in ids] == ["many", "many"]


@pytest.mark.parametrize(
    "written",
    [
        "labels: {system.app: x}",
        "sla: [{id: s, type: MAX_DURATION, duration: PT1S, behavior: NONE, labels: {system.x: y}}]",
        "triggers: [{id: t, type: core.trigger.Webhook, key: k, labels: {system.x: y}}]",
    ],
)
def test_a_source_that_sets_a_label_of_the_platform_is_refused(cast: Cast, written: str) -> None:
    source = f"id: bad\nnamespace: company.data\n{written}\ntasks: [{{id: a, type: core.log.Log, message: x}}]"

    answer = cast.alice.post(f"{cast.api}/flows", source, type="application/x-yaml")

    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["label.system"]
    assert answer.json()["errors"][0]["line"] == 3
