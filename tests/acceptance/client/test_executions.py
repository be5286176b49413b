"""Executions by the client: started, watched, stopped, repeated, read, removed."""

from __future__ import annotations

from typing import Any

import pytest
from kestrapy import KestraClient
from kestrapy.exceptions import ApiException, NotFoundException
from kestrapy.models.label import Label
from kestrapy.models.query_filter import QueryFilter
from kestrapy.models.query_filter_field import QueryFilterField
from kestrapy.models.query_filter_op import QueryFilterOp

from tests.acceptance.client.conftest import TENANT

WORK = """id: work
namespace: {namespace}
inputs:
  - id: name
    type: STRING
    defaults: world
  - id: count
    type: INT
    required: false
  - id: data
    type: FILE
    required: false
tasks:
  - id: greet
    type: io.kestra.plugin.core.log.Log
    message: "Hello {{{{ inputs.name }}}}"
  - id: script
    type: io.kestra.plugin.scripts.shell.Commands
    outputFiles: ["*.txt"]
    commands:
      - echo "from the script" | tee note.txt
      - 'echo ''::{{"outputs": {{"answer": 42}}, "metrics": [{{"name": "lines", "type": "counter", "value": 7}}]}}::'''
  - id: bytes
    type: io.kestra.plugin.core.debug.Return
    format: "{{{{ inputs.data is null ? 'none' : read(inputs.data) }}}}"
outputs:
  - id: answer
    type: INT
    value: "{{{{ outputs.script.vars.answer }}}}"
"""
SLOW = """id: slow
namespace: {namespace}
tasks:
  - id: wait
    type: io.kestra.plugin.scripts.shell.Commands
    commands: [sleep 300]
"""
PAUSED = """id: paused
namespace: {namespace}
tasks:
  - id: hold
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - id: word
        type: STRING
  - id: after
    type: io.kestra.plugin.core.debug.Return
    format: "{{{{ outputs.hold.onResume.word }}}}"
"""
FAILS = """id: fails
namespace: {namespace}
tasks:
  - id: before
    type: io.kestra.plugin.core.debug.Return
    format: ok
  - id: breaks
    type: io.kestra.plugin.core.execution.Fail
"""


def _state(execution: Any) -> str:
    state = execution.state.current
    return str(getattr(state, "value", state))


def _deploy(client: KestraClient, source: str, namespace: str) -> None:
    client.flows.create_flow(TENANT, source.format(namespace=namespace))


def _followed(client: KestraClient, execution_id: str, until: set[str]) -> list[str]:
    """The states that the stream told, up to the wanted one."""
    told: list[str] = []
    for execution in client.executions.follow_execution(execution_id, TENANT):
        if execution.state is None:
            continue
        told.append(_state(execution))
        if told[-1] in until:
            break
    return told


def _task_run(execution: Any, task_id: str) -> Any:
    (found,) = [run for run in execution.task_run_list if run.task_id == task_id]
    return found


def test_a_flow_is_started_with_inputs_and_waited_for(client: KestraClient, namespace: str) -> None:
    _deploy(client, WORK, namespace)

    done = client.executions.create_execution(
        TENANT,
        namespace,
        "work",
        labels=["from:client", "with:colon:inside"],
        wait=True,
        inputs={"name": "client", "count": 3, "data": ("data.txt", b"some bytes")},
    )
    read = client.executions.execution(done.id, TENANT)

    assert _state(done) == _state(read) == "SUCCESS"
    assert read.inputs["name"] == "client" and read.inputs["count"] == 3
    labels = {label.key: label.value for label in read.labels}
    assert labels["from"] == "client" and labels["with"] == "colon:inside"
    assert [run.task_id for run in read.task_run_list] == ["greet", "script", "bytes"]
    run = _task_run(read, "bytes")
    assert client.outputs.task_run_outputs(done.id, run.id, TENANT) == {"value": "some bytes"}


def test_wrong_inputs_are_refused_with_422(client: KestraClient, namespace: str) -> None:
    _deploy(client, WORK, namespace)

    with pytest.raises(ApiException) as refused:
        client.executions.create_execution(TENANT, namespace, "work", inputs={"count": "many"})

    assert refused.value.status == 422
    assert "count" in str(refused.value.body)


def test_outputs_metrics_logs_and_files_are_read(client: KestraClient, namespace: str) -> None:
    _deploy(client, WORK, namespace)
    done = client.executions.create_execution(TENANT, namespace, "work", wait=True)
    run = _task_run(client.executions.execution(done.id, TENANT), "script")

    outputs = client.outputs.task_run_outputs(done.id, run.id, TENANT)
    note = outputs["outputFiles"]["note.txt"]
    metrics = client.metrics.execution_metrics(done.id, TENANT)
    logs = client.logs.list_logs_from_execution(done.id, TENANT, min_level="INFO")

    assert client.outputs.execution_outputs(done.id, TENANT) == {"answer": 42}
    assert outputs["vars"] == {"answer": 42}
    content = client.executions.download_file_from_execution(done.id, note, TENANT)
    assert content == b"from the script\n"
    size = client.executions.file_metadatas_from_execution(done.id, note, TENANT).size
    assert size == len(content)
    assert {m["name"]: m["value"] for m in metrics["results"]}["lines"] == 7
    messages = [line.message for line in logs]
    assert messages[0] == "Hello world" and "from the script" in messages
    assert "Hello world" in client.logs.download_logs_from_execution(done.id, TENANT)
    assert "lines" in client.metrics.flow_metric_names(namespace, "work", TENANT)
    assert client.metrics.task_metric_names(namespace, "work", "script", TENANT) == ["lines"]


def test_an_execution_is_followed_to_its_end(client: KestraClient, namespace: str) -> None:
    _deploy(client, WORK, namespace)
    started = client.executions.create_execution(TENANT, namespace, "work")

    told = _followed(client, started.id, {"SUCCESS", "FAILED"})

    assert told[-1] == "SUCCESS"


def test_logs_are_followed(client: KestraClient, namespace: str) -> None:
    _deploy(client, WORK, namespace)
    started = client.executions.create_execution(TENANT, namespace, "work")

    messages = []
    for line in client.logs.follow_logs_from_execution(started.id, TENANT):
        if line.message:
            messages.append(line.message)
        if "from the script" in messages:
            break

    assert "Hello world" in messages


def test_executions_are_found(client: KestraClient, namespace: str) -> None:
    _deploy(client, WORK, namespace)
    ids = [
        client.executions.create_execution(TENANT, namespace, "work", wait=True).id
        for _ in range(2)
    ]
    filters = [
        QueryFilter(
            field=QueryFilterField.NAMESPACE, operation=QueryFilterOp.EQUALS, value=namespace
        ),
        QueryFilter(field=QueryFilterField.STATE, operation=QueryFilterOp.IN, value=["SUCCESS"]),
    ]

    found = client.executions.search_executions(TENANT, page=1, size=10, filters=filters)
    by_flow = client.executions.search_executions_by_flow_id(TENANT, namespace, "work")

    assert sorted(_id_of(each) for each in _results(found)) == sorted(ids)
    assert len(_results(by_flow)) == 2


def _results(page: Any) -> list[Any]:
    return list(page["results"] if isinstance(page, dict) else page.results)


def _id_of(execution: Any) -> str:
    return str(execution["id"] if isinstance(execution, dict) else execution.id)


def test_a_running_execution_is_killed(client: KestraClient, namespace: str) -> None:
    _deploy(client, SLOW, namespace)
    started = client.executions.create_execution(TENANT, namespace, "slow")
    _followed(client, started.id, {"RUNNING"})

    client.executions.kill_execution(started.id, TENANT)
    told = _followed(client, started.id, {"KILLED"})

    assert told[-1] == "KILLED"


def test_a_paused_execution_is_resumed_with_what_a_person_says(
    client: KestraClient, namespace: str
) -> None:
    _deploy(client, PAUSED, namespace)
    started = client.executions.create_execution(TENANT, namespace, "paused")
    _followed(client, started.id, {"PAUSED"})

    client.executions.resume_execution(started.id, TENANT, inputs={"word": "go"})
    _followed(client, started.id, {"SUCCESS"})

    run = _task_run(client.executions.execution(started.id, TENANT), "after")
    assert client.outputs.task_run_outputs(started.id, run.id, TENANT) == {"value": "go"}


def test_a_failed_execution_is_restarted_with_a_mended_flow(
    client: KestraClient, namespace: str
) -> None:
    _deploy(client, FAILS, namespace)
    failed = client.executions.create_execution(TENANT, namespace, "fails", wait=True)
    mended = FAILS.format(namespace=namespace).replace("core.execution.Fail", "core.debug.Return")
    client.flows.update_flow(namespace, "fails", TENANT, mended + "    format: mended\n")

    again = client.executions.restart_execution(failed.id, TENANT)
    told = _followed(client, again.id, {"FAILED"})
    newer = client.executions.restart_execution(failed.id, TENANT, revision=2)
    _followed(client, newer.id, {"SUCCESS"})

    assert _state(failed) == "FAILED"
    assert again.id == failed.id and told[-1] == "FAILED"
    assert newer.id != failed.id


def test_an_execution_is_replayed_whole_from_a_task_and_with_other_inputs(
    client: KestraClient, namespace: str
) -> None:
    _deploy(client, WORK, namespace)
    first = client.executions.create_execution(TENANT, namespace, "work", wait=True)
    run = _task_run(client.executions.execution(first.id, TENANT), "bytes")

    whole = client.executions.replay_execution(first.id, TENANT)
    partly = client.executions.replay_execution(first.id, TENANT, task_run_id=run.id)
    other = client.executions.replay_execution_with_inputs(
        first.id, TENANT, inputs={"name": "somebody else"}
    )
    for each in (whole, partly, other):
        assert _followed(client, each.id, {"SUCCESS", "FAILED"})[-1] == "SUCCESS"

    assert len({first.id, whole.id, partly.id, other.id}) == 4
    assert whole.original_id == first.id
    messages = [line.message for line in client.logs.list_logs_from_execution(other.id, TENANT)]
    assert "Hello somebody else" in messages


def test_a_finished_execution_is_labelled_and_judged(client: KestraClient, namespace: str) -> None:
    _deploy(client, WORK, namespace)
    done = client.executions.create_execution(TENANT, namespace, "work", wait=True)

    labels = [Label(key="checked", value="yes")]
    client.executions.set_labels_on_terminated_execution(done.id, TENANT, labels)
    run = _task_run(client.executions.execution(done.id, TENANT), "script")
    judged = client.executions.eval_task_run_expression(
        done.id, run.id, TENANT, "{{ outputs.script.vars.answer + 1 }}"
    )

    read = client.executions.execution(done.id, TENANT)
    assert {label.key: label.value for label in read.labels}["checked"] == "yes"
    assert judged.result == "43"


def test_an_execution_is_deleted(client: KestraClient, namespace: str) -> None:
    _deploy(client, WORK, namespace)
    done = client.executions.create_execution(TENANT, namespace, "work", wait=True)

    client.executions.delete_execution(done.id, TENANT)

    with pytest.raises(NotFoundException):
        client.executions.execution(done.id, TENANT)


def test_a_webhook_starts_a_flow(client: KestraClient, namespace: str) -> None:
    hooked = WORK.format(namespace=namespace) + (
        "triggers:\n"
        "  - id: hook\n"
        "    type: io.kestra.plugin.core.trigger.Webhook\n"
        "    key: open-sesame\n"
    )
    client.flows.create_flow(TENANT, hooked)

    answer = client.executions.trigger_execution_by_get_webhook(
        TENANT, namespace, "work", "open-sesame"
    )
    done = _followed(client, answer.to_dict()["id"], {"SUCCESS", "FAILED"})
    triggers = client.triggers.search_triggers_for_flow(TENANT, namespace, "work")

    assert done[-1] == "SUCCESS"
    assert [found["triggerId"] for found in triggers["results"]] == ["hook"]


def test_executions_are_killed_and_deleted_together(client: KestraClient, namespace: str) -> None:
    _deploy(client, SLOW, namespace)
    ids = [client.executions.create_execution(TENANT, namespace, "slow").id for _ in range(2)]

    client.executions.kill_executions_by_ids(TENANT, ids)
    for each in ids:
        assert _followed(client, each, {"KILLED"})[-1] == "KILLED"
    deleted = client.executions.delete_executions_by_ids(TENANT, ids)

    assert deleted.count == 2
