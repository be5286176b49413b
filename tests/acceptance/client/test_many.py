"""Many flows and executions by the client: by queries, by ids, as tables; what leads to what."""

from __future__ import annotations

import csv
import io

import pytest
from kestrapy import KestraClient, QueryFilterField
from kestrapy.models.execution_repository_interface_flow_filter import (
    ExecutionRepositoryInterfaceFlowFilter,
)
from kestrapy.models.id_with_namespace import IdWithNamespace
from kestrapy.models.label import Label
from kestrapy.models.query_filter import QueryFilter
from kestrapy.models.state_type import StateType
from kestrapy.query import eq, in_, or_, where

from tests.acceptance.client.conftest import TENANT

LEAF = """id: leaf
namespace: {namespace}
tasks:
  - {{id: say, type: io.kestra.plugin.core.log.Log, message: needle}}
"""
CALL = """id: call
namespace: {namespace}
tasks:
  - id: leaf
    type: io.kestra.plugin.core.flow.Subflow
    namespace: {namespace}
    flowId: leaf
"""


@pytest.fixture
def pair(client: KestraClient, namespace: str) -> str:
    """A namespace with a flow that calls another one."""
    for source in (LEAF, CALL):
        client.flows.create_flow(TENANT, source.format(namespace=namespace))
    return namespace


def _in(namespace: str) -> list[QueryFilter]:
    return where(eq(QueryFilterField.NAMESPACE, namespace))


def _named(namespace: str, *ids: str) -> list[IdWithNamespace]:
    return [IdWithNamespace(id=id, namespace=namespace) for id in ids]


def test_flows_are_switched_exported_and_deleted_by_a_query(
    client: KestraClient, pair: str
) -> None:
    either = where(
        or_(
            eq(QueryFilterField.NAMESPACE, pair),
            eq(QueryFilterField.NAMESPACE, f"{pair}.other"),
        )
    )

    off = client.flows.disable_flows_by_query(TENANT, filters=either)
    on = client.flows.enable_flows_by_query(TENANT, filters=_in(pair))
    archive = client.flows.export_flows_by_query(TENANT, filters=_in(pair))
    table = client.flows.export_flows_by_query_csv(TENANT, filters=_in(pair))
    gone = client.flows.delete_flows_by_query(TENANT, filters=_in(pair))

    assert [answer.count for answer in (off, on, gone)] == [2, 2, 2]
    assert archive[:2] == b"PK"
    assert [row["id"] for row in csv.DictReader(io.StringIO(table))] == ["call", "leaf"]
    assert client.flows.search_flows(TENANT, filters=_in(pair)).total == 0


def test_dependencies_join_flows(client: KestraClient, pair: str) -> None:
    around = client.flows.flow_dependencies(pair, "leaf", TENANT)
    inside = client.flows.flow_dependencies_from_namespace(pair, TENANT)

    assert {node.id for node in around.nodes} == {"call", "leaf"}
    assert [edge.relation.value for edge in inside.edges] == ["FLOW_TASK"]


def test_text_is_found_and_replaced(client: KestraClient, pair: str) -> None:
    body = {"query": "needle", "replacement": "pin", "namespace": pair}
    flows = [{"namespace": pair, "id": "leaf"}]

    found = client.flows.search_flows_by_source_code(TENANT, q="needle", namespace=pair)
    preview = client.flows.preview_replace_by_source_code(TENANT, body)
    line = found.results[0].matches[0].line
    one = {**body, "id": "leaf", "line": line}
    changed = client.flows.replace_line_by_source_code(TENANT, one)
    again = client.flows.apply_replace_by_source_code(TENANT, {**body, "flows": flows})

    assert preview["totalMatches"] == 1
    assert changed["updated"][0]["revision"] == 2
    assert again["skipped"][0]["reason"] == "NO_MATCH"


def test_parts_are_judged_and_words_offered(client: KestraClient, pair: str) -> None:
    task = {"id": "a", "type": "io.kestra.plugin.core.log.Log", "message": "x"}

    good = client.flows.validate_task("TASKS", TENANT, task)
    bad = client.flows.validate_task("TASKS", TENANT, {**task, "type": "core.log.Logs"})
    trigger = client.flows.validate_trigger(TENANT, "id: t\ntype: core.trigger.Nope\n")
    words = client.flows.expressions(TENANT, LEAF.format(namespace=pair))

    assert not good.constraints
    assert "core.log.Log" in (bad.constraints or "")
    assert "core.trigger.Nope" in (trigger.constraints or "")
    assert "flow.id" in words["categories"]["executionContext"]


def test_marks_and_old_revisions_of_flows(client: KestraClient, pair: str) -> None:
    changed = LEAF.format(namespace=pair).replace("needle", "pin")
    before = client.flows.flow_hashes_by_ids(TENANT, _named(pair, "leaf"))
    client.flows.update_flow(pair, "leaf", TENANT, changed)
    after = client.flows.flow_hashes_by_ids(TENANT, _named(pair, "leaf"))

    client.flows.delete_revisions(pair, "leaf", TENANT, [1])

    left = client.flows.list_flow_revisions(pair, "leaf", TENANT)
    assert before["hashes"][0]["hash"] != after["hashes"][0]["hash"]
    assert [revision.revision for revision in left] == [2]


def test_executions_are_listed_followed_labelled_and_deleted(
    client: KestraClient, pair: str
) -> None:
    started = client.executions.create_execution(TENANT, pair, "call", wait=True)
    told = list(client.executions.follow_dependencies_execution(started.id, TENANT))
    latest = client.executions.latest_executions(
        TENANT, [ExecutionRepositoryInterfaceFlowFilter(namespace=pair, id="leaf")]
    )
    length = client.executions.execution_average_duration(pair, "leaf", TENANT)
    startable = client.executions.list_executable_flows_by_namespace(pair, TENANT)
    names = in_(QueryFilterField.FLOW_ID, ["call", "leaf"])
    labels = [Label(key="seen", value="yes")]

    labelled = client.executions.set_labels_on_terminated_executions_by_query(
        TENANT, labels, filters=[*_in(pair), names]
    )
    warned = client.executions.update_executions_status_by_ids(
        TENANT, StateType.WARNING, [started.id]
    )
    table = client.executions.export_executions_by_query_to_csv(TENANT, filters=_in(pair))
    gone = client.executions.delete_executions_by_query(TENANT, filters=_in(pair))

    assert {event.flow_id for event in told} == {"call", "leaf"}
    assert (latest[0].status.value, length["count"]) == ("SUCCESS", 1)
    assert pair in client.executions.list_executable_namespaces(TENANT)
    assert {flow.id for flow in startable} == {"call", "leaf"}
    assert (labelled["count"], warned["count"], gone["count"]) == (2, 1, 2)
    assert len(list(csv.DictReader(io.StringIO(table)))) == 2
