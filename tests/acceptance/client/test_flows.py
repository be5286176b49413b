"""Flows by the client: written, read, found, judged, drawn, removed."""

from __future__ import annotations

import pytest
from kestrapy import KestraClient
from kestrapy.exceptions import ApiException, NotFoundException
from kestrapy.models.id_with_namespace import IdWithNamespace
from kestrapy.models.query_filter import QueryFilter
from kestrapy.models.query_filter_field import QueryFilterField
from kestrapy.models.query_filter_op import QueryFilterOp

from tests.acceptance.client.conftest import TENANT

SOURCE = """id: {id}
namespace: {namespace}
description: {text}
labels:
  team: client
tasks:
  - id: first
    type: io.kestra.plugin.core.log.Log
    message: Hello
  - id: second
    type: io.kestra.plugin.core.debug.Return
    format: "{{{{ flow.id }}}}"
"""


def _source(namespace: str, id: str = "one", text: str = "First") -> str:
    return SOURCE.format(namespace=namespace, id=id, text=text)


def _in(namespace: str) -> list[QueryFilter]:
    field, op = QueryFilterField.NAMESPACE, QueryFilterOp.EQUALS
    return [QueryFilter(field=field, operation=op, value=namespace)]


def test_a_flow_is_created_read_updated_and_deleted(client: KestraClient, namespace: str) -> None:
    made = client.flows.create_flow(TENANT, _source(namespace))
    changed = client.flows.update_flow(namespace, "one", TENANT, _source(namespace, text="Second"))
    read = client.flows.flow(namespace, "one", TENANT, source=True)
    revisions = client.flows.list_flow_revisions(namespace, "one", TENANT)
    client.flows.delete_flow(namespace, "one", TENANT)

    assert (made.id, made.namespace, made.revision) == ("one", namespace, 1)
    assert (changed.revision, changed.description) == (2, "Second")
    assert read.source == _source(namespace, text="Second")
    assert [task.id for task in read.tasks] == ["first", "second"]
    assert [revision.revision for revision in revisions] == [1, 2]
    with pytest.raises(NotFoundException):
        client.flows.flow(namespace, "one", TENANT)


def test_an_old_revision_can_be_read(client: KestraClient, namespace: str) -> None:
    client.flows.create_flow(TENANT, _source(namespace))
    client.flows.update_flow(namespace, "one", TENANT, _source(namespace, text="Second"))

    old = client.flows.flow(namespace, "one", TENANT, source=True, revision=1)

    assert old.description == "First"


def test_a_flow_that_exists_is_not_created_again(client: KestraClient, namespace: str) -> None:
    client.flows.create_flow(TENANT, _source(namespace))

    with pytest.raises(ApiException) as refused:
        client.flows.create_flow(TENANT, _source(namespace))

    assert refused.value.status in (409, 422)


def test_flows_are_found_by_filter_page_and_source(client: KestraClient, namespace: str) -> None:
    for number in range(3):
        client.flows.create_flow(TENANT, _source(namespace, id=f"flow-{number}", text="needle"))

    everything = client.flows.search_flows(TENANT, page=1, size=10, filters=_in(namespace))
    second = client.flows.search_flows(
        TENANT, page=2, size=2, sort=["id:asc"], filters=_in(namespace)
    )
    by_source = client.flows.search_flows_by_source_code(TENANT, q="needle", namespace=namespace)
    listed = client.flows.list_flows_by_namespace(namespace, TENANT)

    assert everything.total == 3
    assert [flow.id for flow in second.results] == ["flow-2"]
    assert by_source.total == 3
    assert sorted(flow.id for flow in listed) == ["flow-0", "flow-1", "flow-2"]
    assert namespace in client.flows.list_distinct_namespaces(TENANT)


def test_flows_are_judged_without_being_kept(client: KestraClient, namespace: str) -> None:
    broken = _source(namespace, id="two").replace("message:", "massage:")

    found = client.flows.validate_flows(TENANT, f"{_source(namespace)}---\n{broken}")

    assert [item.index for item in found] == [0, 1]
    assert not found[0].constraints
    assert "massage" in (found[1].constraints or "")
    with pytest.raises(NotFoundException):
        client.flows.flow(namespace, "one", TENANT)


def test_an_invalid_flow_is_refused_with_422(client: KestraClient, namespace: str) -> None:
    with pytest.raises(ApiException) as refused:
        client.flows.create_flow(TENANT, _source(namespace).replace("tasks:", "taks:"))

    assert refused.value.status == 422
    assert "taks" in str(refused.value.body)


def test_a_flow_is_drawn(client: KestraClient, namespace: str) -> None:
    client.flows.create_flow(TENANT, _source(namespace))

    drawn = client.flows.generate_flow_graph(namespace, "one", TENANT)

    assert drawn.nodes and drawn.edges


def test_one_task_of_a_flow_is_read(client: KestraClient, namespace: str) -> None:
    client.flows.create_flow(TENANT, _source(namespace))

    assert client.flows.task_from_flow(namespace, "one", "second", TENANT).id == "second"


def test_flows_are_disabled_enabled_and_deleted_together(
    client: KestraClient, namespace: str
) -> None:
    ids = [IdWithNamespace(id=f"flow-{number}", namespace=namespace) for number in range(2)]
    for each in ids:
        client.flows.create_flow(TENANT, _source(namespace, id=str(each.id)))

    disabled = client.flows.disable_flows_by_ids(TENANT, ids)
    while_disabled = client.flows.flow(namespace, "flow-0", TENANT).disabled
    client.flows.enable_flows_by_ids(TENANT, ids)
    enabled = client.flows.flow(namespace, "flow-0", TENANT).disabled
    deleted = client.flows.delete_flows_by_ids(TENANT, ids)

    assert (disabled.count, deleted.count) == (2, 2)
    assert while_disabled is True
    assert not enabled


def test_flows_leave_and_come_back_as_an_archive(client: KestraClient, namespace: str) -> None:
    client.flows.create_flow(TENANT, _source(namespace))

    ids = [IdWithNamespace(id="one", namespace=namespace)]
    archive = client.flows.export_flows_by_ids(TENANT, ids)
    client.flows.delete_flow(namespace, "one", TENANT)
    failed = client.flows.import_flows(TENANT, file_content=_source(namespace).encode())

    assert archive[:2] == b"PK"
    assert not failed
    assert client.flows.flow(namespace, "one", TENANT).id == "one"
