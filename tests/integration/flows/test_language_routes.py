"""What the language tells over HTTP: findings with places, dependencies, text in sources, words."""

from __future__ import annotations

from typing import Any

import pytest
from kestrapy.models.expression_context import ExpressionContext
from kestrapy.models.flow_controller_flow_with_deprecated_tasks import (
    FlowControllerFlowWithDeprecatedTasks,
)
from kestrapy.models.flow_topology_graph import FlowTopologyGraph
from kestrapy.models.paged_results_source_search_result import PagedResultsSourceSearchResult
from kestrapy.models.source_search_replace_apply_response import SourceSearchReplaceApplyResponse
from kestrapy.models.source_search_replace_preview_response import (
    SourceSearchReplacePreviewResponse,
)
from kestrapy.models.validate_constraint_violation import ValidateConstraintViolation

from tests.integration.flows.test_publishing import YAML, at, create, source
from tests.support.cast import Cast

CALL = """id: {id}
namespace: company.data
tasks:
  - id: call
    type: io.kestra.core.tasks.flows.Subflow
    namespace: company.data
    flowId: {calls}
"""
HEAR = """id: {id}
namespace: company.other
tasks:
  - {{id: a, type: core.log.Log, message: x}}
triggers:
  - id: after
    type: core.trigger.Flow
    preconditions:
      id: p
      flows: [{{namespace: company.data, flowId: {hears}}}]
"""


def deploy(cast: Cast, *texts: str) -> None:
    for text in texts:
        answer = create(cast.alice, cast, text)
        assert answer.status_code == 200, answer.content


def judged(cast: Cast, path: str, body: object, **more: Any) -> dict[str, Any]:
    answer = cast.bob.post(at(cast, path), body, **more)
    assert answer.status_code == 200, answer.content
    shown: dict[str, Any] = answer.json()
    ValidateConstraintViolation.from_dict(shown)
    return shown


def test_a_task_is_judged_with_line_column_path_and_code(cast: Cast) -> None:
    text = "id: a\ntype: core.log.Logs\nmessage: x\n"

    shown = judged(cast, "/flows/validate/task?section=TASKS", text, type=YAML)

    error = shown["errors"][0]
    assert "did you mean 'core.log.Log'" in shown["constraints"]
    assert (error["path"], error["line"], error["column"]) == ("type", 2, 1)
    assert (error["code"], error["replacement"]) == ("task.type_unknown", "core.log.Log")


def test_a_sound_task_or_trigger_has_no_constraints(cast: Cast) -> None:
    task = {"id": "a", "type": "core.log.Log", "message": "{{ outputs.x.value }}"}
    trigger = {"id": "t", "type": "core.trigger.Schedule", "cron": "0 * * * *"}

    assert judged(cast, "/flows/validate/task", task)["constraints"] is None
    assert judged(cast, "/flows/validate/trigger", trigger)["constraints"] is None
    assert judged(cast, "/flows/validate/task?section=TRIGGERS", trigger)["constraints"] is None
    assert judged(cast, "/flows/validate/trigger", {**trigger, "cron": "x"})["constraints"]


@pytest.mark.parametrize(
    ("path", "body"),
    [("/flows/validate/task?section=INPUTS", {"id": "a"}), ("/flows/validate/trigger", [1])],
)
def test_what_is_no_part_is_refused(cast: Cast, path: str, body: object) -> None:
    assert cast.bob.post(at(cast, path), body).status_code == 422


def test_a_part_without_a_content_type_is_yaml(cast: Cast) -> None:
    answer = cast.bob.post(at(cast, "/flows/validate/trigger"), b"id: t\ntype: nope\n", type="")

    assert answer.status_code == 200
    assert answer.json()["errors"][0]["code"] == "trigger.type_unknown"


@pytest.fixture
def chain(cast: Cast) -> Cast:
    """a calls b, b calls c; d hears b; e hears and calls nobody."""
    deploy(
        cast,
        source("c"),
        CALL.format(id="b", calls="c"),
        CALL.format(id="a", calls="b"),
        HEAR.format(id="d", hears="b"),
        source("e"),
    )
    return cast


def edges(shown: Any) -> set[tuple[str, str, str]]:
    FlowTopologyGraph.from_dict(shown)
    names = {node["uid"]: node["id"] for node in shown["nodes"]}
    return {(names[e["source"]], names[e["target"]], e["relation"]) for e in shown["edges"]}


def test_dependencies_join_callers_and_listeners(chain: Cast) -> None:
    path = at(chain, "/flows/company.data/b/dependencies")

    assert edges(chain.alice.get(path).json()) == {
        ("a", "b", "FLOW_TASK"),
        ("b", "c", "FLOW_TASK"),
        ("b", "d", "FLOW_TRIGGER"),
    }
    assert edges(chain.alice.get(f"{path}?destinationOnly=true").json()) == {
        ("b", "c", "FLOW_TASK"),
        ("b", "d", "FLOW_TRIGGER"),
    }


def test_dependencies_can_be_followed_to_their_ends(chain: Cast) -> None:
    path = at(chain, "/flows/company.data/a/dependencies?destinationOnly=true")

    assert edges(chain.alice.get(path).json()) == {("a", "b", "FLOW_TASK")}
    assert {edge[:2] for edge in edges(chain.alice.get(f"{path}&expandAll=true").json())} == {
        ("a", "b"),
        ("b", "c"),
        ("b", "d"),
    }


def test_a_namespace_shows_all_its_flows_and_what_they_lead_to(chain: Cast) -> None:
    shown = chain.alice.get(at(chain, "/namespaces/company.data/dependencies")).json()

    assert {node["id"] for node in shown["nodes"]} == {"a", "b", "c", "d", "e"}
    assert len(edges(shown)) == 3


def test_dependencies_that_one_may_not_see_are_not_there(chain: Cast) -> None:
    shown = chain.bob.get(at(chain, "/flows/company.data/b/dependencies")).json()

    assert {node["id"] for node in shown["nodes"]} == {"a", "b", "c"}


def test_text_is_found_with_lines_and_columns(cast: Cast) -> None:
    deploy(cast, source("one", message="needle"), source("two", message="Needles"), source("three"))

    shown = cast.alice.get(at(cast, "/flows/source?q=needle&size=1")).json()
    exact = cast.bob.get(
        at(cast, "/flows/source?q=needle&caseSensitive=true&wholeWord=true")
    ).json()
    pattern = cast.alice.get(
        at(cast, "/flows/source?q=N%5Ba-z%5D%2Bs&regex=true&scope=TASKS")
    ).json()

    PagedResultsSourceSearchResult.from_dict(shown)
    assert (shown["total"], len(shown["results"])) == (2, 1)
    assert shown["results"][0]["matches"] == [
        {"line": 8, "column": 13, "snippet": "message: needle"}
    ]
    assert [(item["id"], item["editable"]) for item in exact["results"]] == [("one", False)]
    assert [item["id"] for item in pattern["results"]] == ["two"]


@pytest.mark.parametrize("query", ["q=(&regex=true", "q=x&scope=NOWHERE", "q=a*&regex=true"])
def test_what_cannot_be_searched_for_is_refused(cast: Cast, query: str) -> None:
    assert cast.alice.get(at(cast, f"/flows/source?{query}")).status_code == 422


def test_a_replacement_is_shown_first_and_then_made(cast: Cast) -> None:
    deploy(cast, source("one", message="needle"), source("two", message="needle needle"))
    body = {"query": "needle", "replacement": "pin"}
    ids = [{"namespace": "company.data", "id": name} for name in ("one", "two", "gone")]

    preview = cast.alice.post(at(cast, "/flows/source/replace/preview"), body).json()
    done = cast.alice.post(at(cast, "/flows/source/replace/apply"), {**body, "flows": ids}).json()

    SourceSearchReplacePreviewResponse.from_dict(preview)
    SourceSearchReplaceApplyResponse.from_dict(done)
    assert (preview["totalMatches"], preview["totalFlows"], preview["editableFlowCount"]) == (
        2,
        2,
        2,
    )
    assert preview["flows"][0]["matches"] == [
        {"line": 8, "before": "    message: needle", "after": "    message: pin"}
    ]
    assert [(item["id"], item["revision"]) for item in done["updated"]] == [("one", 2), ("two", 2)]
    assert "message: pin pin" in done["updated"][1]["source"]
    assert [(item["id"], item["reason"]) for item in done["skipped"]] == [("gone", "NOT_FOUND")]


def test_a_replacement_that_breaks_a_flow_leaves_it(cast: Cast) -> None:
    deploy(cast, source("one"))
    ids = [{"namespace": "company.data", "id": "one"}]
    body = {"query": "message", "replacement": "massage", "flows": ids}

    done = cast.alice.post(at(cast, "/flows/source/replace/apply"), body).json()

    assert [item["reason"] for item in done["skipped"]] == ["INVALID_FLOW"]
    assert "massage" in done["skipped"][0]["message"]
    assert cast.alice.get(at(cast, "/flows/company.data/one")).json()["revision"] == 1


def test_one_match_on_one_line_is_replaced(cast: Cast) -> None:
    deploy(cast, source("one", message="a-a-a"))
    body = {"query": "a", "replacement": "b", "caseSensitive": True, "wholeWord": True}
    place = {"namespace": "company.data", "id": "one", "line": 8, "column": 15}

    done = cast.alice.post(at(cast, "/flows/source/replace/line"), {**body, **place}).json()

    assert "message: a-b-a" in done["updated"][0]["source"]


def test_a_viewer_may_look_but_not_replace(cast: Cast) -> None:
    deploy(cast, source("one"))
    body = {"query": "hello", "replacement": "x", "flows": []}

    preview = cast.bob.post(at(cast, "/flows/source/replace/preview"), body)

    assert preview.json()["editableFlowCount"] == 0
    assert cast.bob.post(at(cast, "/flows/source/replace/apply"), body).status_code == 403


def test_words_for_expressions_are_told_before_a_task(cast: Cast) -> None:
    text = """id: f
namespace: company.data
inputs: [{id: day, type: DATE}]
variables: {bucket: x}
tasks:
  - {id: first, type: core.debug.Return, format: x}
  - {id: second, type: core.debug.Return, format: x}
"""
    cast.alice.put(at(cast, "/namespaces/company.data/kv/limit"), "5", type="text/plain")

    whole = cast.bob.post(at(cast, "/flows/expressions"), text, type=YAML).json()
    before = cast.bob.post(at(cast, "/flows/expressions?taskId=second"), text, type=YAML).json()

    ExpressionContext.from_dict(whole)
    found = whole["categories"]
    assert (found["inputs"], found["variables"]) == (["inputs.day"], ["vars.bucket"])
    assert found["taskOutputs"] == ["outputs.first.value", "outputs.second.value"]
    assert before["categories"]["taskOutputs"] == ["outputs.first.value"]
    assert found["kvPairs"] == ["kv('limit')"]
    assert {"upper", "jq"} <= set(found["filters"])


def test_flows_with_deprecated_types_are_listed_with_successors(cast: Cast) -> None:
    old = """id: old
namespace: company.data
tasks:
  - id: each
    type: io.kestra.core.tasks.flows.EachSequential
    value: [1]
    tasks: [{id: a, type: core.log.Log, message: x}]
"""
    deploy(cast, old, source("new"))

    shown = cast.alice.get(at(cast, "/flows/deprecated?namespace=company")).json()

    FlowControllerFlowWithDeprecatedTasks.from_dict(shown[0])
    assert [(item["flowId"], item["deprecatedTasks"][0]["taskId"]) for item in shown] == [
        ("old", "each")
    ]
    assert shown[0]["deprecatedTasks"][0]["replacement"]
    assert cast.alice.get(at(cast, "/flows/deprecated?namespace=comp")).json() == []


def test_tasks_of_every_list_are_found(cast: Cast) -> None:
    text = source("one") + "errors:\n  - {id: mend, type: core.log.Log, message: x}\n"
    deploy(cast, text)

    assert cast.bob.get(at(cast, "/flows/company.data/one/tasks/mend")).json()["id"] == "mend"
    assert cast.bob.get(at(cast, "/flows/company.data/one/tasks/nope")).status_code == 404
