"""What a flow may use of other namespaces: their word is asked for, and said when it is missing."""

from __future__ import annotations

from http import HTTPStatus
from textwrap import indent

import pytest
import yaml

from tests.support.driver import Driver, Told


def errors(driver: Driver, done: Told) -> str:
    return " ".join(driver.messages(done.id, "ERROR"))


FOREIGN = """
id: foreign-{task}
namespace: examples.guests
tasks:
  - id: write
    type: core.storage.Write
    content: x
  - id: reach
{lines}
"""
REACHING = {
    "kv-set": "{type: core.kv.Set, namespace: examples.host, key: k, value: v}",
    "kv-get": "{type: core.kv.Get, namespace: examples.host, key: k}",
    "kv-keys": "{type: core.kv.GetKeys, namespace: examples.host}",
    "kv-delete": "{type: core.kv.Delete, namespace: examples.host, key: k}",
    "kv-function": "{type: core.debug.Return, format: \"{{ kv('k', 'examples.host') }}\"}",
    "upload": "{type: core.namespace.UploadFiles, namespace: examples.host, "
    'filesMap: {a: "{{ outputs.write.uri }}"}}',
    "download": '{type: core.namespace.DownloadFiles, namespace: examples.host, files: ["**"]}',
    "delete": '{type: core.namespace.DeleteFiles, namespace: examples.host, files: ["**"]}',
    "purge": "{type: core.execution.PurgeExecutions, namespace: examples.host, "
    'endDate: "2020-01-01T00:00:00Z"}',
    "purge-logs": "{type: core.log.PurgeLogs, namespace: examples.host, "
    'endDate: "2020-01-01T00:00:00Z"}',
    "purge-keys": "{type: core.kv.PurgeKV, namespaces: [examples.host]}",
}


def host(driver: Driver, *allowed: str) -> None:
    """The namespace that lets others in, or nobody."""
    body = {
        "id": "examples.host",
        "allowedNamespaces": [{"namespace": namespace} for namespace in allowed],
    }
    driver.http.post("/namespaces", json={"id": "examples.host"})
    answer = driver.http.put("/namespaces/examples.host", json=body)
    assert answer.status_code == HTTPStatus.OK, answer.text


@pytest.mark.parametrize("task", REACHING)
def test_another_namespace_is_used_only_where_it_lets_the_flow_in(
    driver: Driver, task: str
) -> None:
    definition = yaml.safe_dump(yaml.safe_load(REACHING[task]), sort_keys=False)
    flow = driver.publish(FOREIGN.format(task=task, lines=indent(definition, "    ")))

    host(driver)
    refused = driver.run(flow)
    assert refused.state == "FAILED", refused
    told = errors(driver, refused)
    assert "allowedNamespaces" in told and "examples.guests" in told

    host(driver, "examples.guests")
    allowed = driver.run(flow)
    assert allowed.state == "SUCCESS", driver.messages(allowed.id)


PAUSED = """
id: paused
namespace: examples.host
tasks:
  - id: wait
    type: core.flow.Pause
triggers:
  - id: nightly
    type: core.trigger.Schedule
    cron: "0 3 * * *"
"""
MEDDLING = """
id: meddling
namespace: examples.guests
inputs:
  - id: wanted
    type: STRING
tasks:
  - id: toggle
    type: core.trigger.Toggle
    namespace: examples.host
    flowId: paused
    trigger: nightly
    allowFailure: true
  - id: resume
    type: core.execution.Resume
    executionId: "{{ inputs.wanted }}"
"""


def test_executions_and_triggers_of_others_are_left_alone_unless_they_let_it(
    driver: Driver,
) -> None:
    host(driver)
    flow = driver.publish(PAUSED)
    paused = driver.start(flow)
    driver.once(paused.id, ["PAUSED"])
    meddling = driver.publish(MEDDLING)

    refused = driver.run(meddling, {"wanted": paused.id})
    assert [run.state for run in refused.task_runs] == ["WARNING", "FAILED"]
    assert errors(driver, refused).count("allowedNamespaces") == 2
    assert driver.get(paused.id).state == "PAUSED"

    host(driver, "examples.guests")
    assert driver.run(meddling, {"wanted": paused.id}).state == "SUCCESS"
    assert driver.ended(paused.id).state == "SUCCESS"
    over = driver.run(meddling, {"wanted": paused.id})
    assert "is not paused: it is SUCCESS" in errors(driver, over)


def test_a_namespace_that_is_not_there_is_said_to_be_missing(driver: Driver) -> None:
    done = driver.run(
        driver.publish("""
id: nowhere
namespace: examples.guests
tasks:
  - id: set
    type: core.kv.Set
    namespace: examples.nowhere
    key: k
    value: v
""")
    )
    assert done.state == "FAILED"
    assert "There is no namespace `examples.nowhere`" in errors(driver, done)
