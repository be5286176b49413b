"""The official Python client, unchanged, drives executions from start to deletion."""

from __future__ import annotations

import pytest
from kestrapy import KestraClient, QueryFilterField
from kestrapy.exceptions import NotFoundException
from kestrapy.models.label import Label
from kestrapy.query import eq, where

from tests.integration.runtime.conftest import Runs

FLOW = """id: greet
namespace: company.data
inputs:
  - id: name
    type: STRING
  - id: data
    type: FILE
    required: false
tasks:
  - id: hello
    type: core.log.Log
    message: "Hello {{ inputs.name }}"
  - id: answer
    type: core.debug.Return
    format: "{{ inputs.name | upper }}"
outputs:
  - id: shouted
    type: STRING
    value: "{{ outputs.answer.value }}"
"""


@pytest.fixture
def client(runs: Runs, port: int) -> KestraClient:
    return KestraClient(  # type: ignore[no-untyped-call]
        host=f"http://127.0.0.1:{port}", token=runs.cast.alice.token, timeout=30
    )


@pytest.fixture
def tenant(runs: Runs) -> str:
    return runs.cast.tenant.slug


@pytest.fixture
def finished(client: KestraClient, runs: Runs, tenant: str) -> str:
    """The id of an execution that has ended."""
    runs.deploy(FLOW)
    inputs = {"name": "ada", "data": ("d.csv", b"a,b\n")}
    started = client.executions.create_execution(
        tenant, "company.data", "greet", labels=["run:one"], wait=True, inputs=inputs
    )
    assert started.state.current.value == "SUCCESS"
    found: str = started.id
    return found


def test_a_finished_execution_is_read_with_its_task_runs(
    client: KestraClient, tenant: str, finished: str
) -> None:
    shown = client.executions.execution(finished, tenant)

    assert [run.task_id for run in shown.task_run_list] == ["hello", "answer"]
    assert shown.inputs["data"].startswith("downbeat:///company/data/greet/executions/")
    assert {label.key: label.value for label in shown.labels}["run"] == "one"


def test_its_outputs_logs_and_files_are_there(
    client: KestraClient, tenant: str, finished: str
) -> None:
    shown = client.executions.execution(finished, tenant)

    assert client.outputs.execution_outputs(finished, tenant) == {"shouted": "ADA"}
    lines = client.logs.list_logs_from_execution(finished, tenant)
    assert "Hello ada" in [line.message for line in lines]
    assert "Hello ada" in client.logs.download_logs_from_execution(finished, tenant)
    file = shown.inputs["data"]
    assert client.executions.download_file_from_execution(finished, file, tenant) == b"a,b\n"
    assert client.executions.file_metadatas_from_execution(finished, file, tenant).size == 4


def test_it_is_found_by_filters(client: KestraClient, tenant: str, finished: str) -> None:
    filters = where(eq(QueryFilterField.FLOW_ID, "greet"))

    found = client.executions.search_executions(tenant, page=1, size=10, filters=filters)

    assert found["total"] == 1
    assert found["results"][0]["id"] == finished


def test_it_can_be_followed_to_its_end(client: KestraClient, tenant: str, finished: str) -> None:
    states = [
        item.state.current.value for item in client.executions.follow_execution(finished, tenant)
    ]

    assert states == ["SUCCESS"]


def test_it_can_be_replayed_and_labelled(client: KestraClient, tenant: str, finished: str) -> None:
    copy = client.executions.replay_execution(finished, tenant)
    labels = [Label(key="checked", value="yes")]

    client.executions.set_labels_on_terminated_execution(finished, tenant, labels=labels)

    shown = client.executions.execution(finished, tenant)
    assert copy.id != finished
    assert "checked" in {label.key for label in shown.labels}


def test_its_graph_and_flow_are_readable(client: KestraClient, tenant: str, finished: str) -> None:
    graph = client.executions.execution_flow_graph(finished, tenant)
    flow = client.executions.flow_from_execution_by_id(finished, tenant)

    assert graph.nodes
    assert [task.id for task in flow.tasks] == ["hello", "answer"]


def test_a_deleted_execution_is_gone(client: KestraClient, tenant: str, finished: str) -> None:
    client.executions.delete_execution(finished, tenant)

    with pytest.raises(NotFoundException):
        client.executions.execution(finished, tenant)
