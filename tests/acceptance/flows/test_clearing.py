"""Logs fetched, executions counted and purged, keys and revisions cleared: as much as was said."""

from __future__ import annotations

import json
from textwrap import indent
from typing import Any

from tests.support.driver import Driver, Told

NOW = '"{{ now() }}"'


def work(driver: Driver, namespace: str, id: str = "work") -> Told:
    return driver.run(
        driver.publish(f"""
id: {id}
namespace: {namespace}
tasks:
  - id: one
    type: core.log.Log
    message: [first, second]
  - id: two
    type: core.log.Log
    level: WARN
    message: third
  - id: keep
    type: core.storage.Write
    content: kept
  - id: large
    type: core.debug.Return
    format: "{{% for n in range(1, 40000) %}}x{{% endfor %}}"
""")
    )


def ask(driver: Driver, namespace: str, task: str) -> Told:
    """An execution of a flow with one task."""
    return driver.run(
        driver.publish(f"""
id: asking
namespace: {namespace}
tasks:
  - id: task
{indent(task, "    ")}
""")
    )


def outputs(driver: Driver, done: Told) -> dict[str, Any]:
    assert done.state == "SUCCESS", driver.messages(done.id)
    return driver.outputs(done, "task")


def test_the_log_of_an_execution_becomes_a_file(driver: Driver) -> None:
    earlier = work(driver, "examples.logs")

    task = f"type: core.log.Fetch\nexecutionId: {earlier.id}\nlevel: WARN"
    found = outputs(driver, done := ask(driver, "examples.logs", task))
    lines = driver.file(done, str(found["uri"])).splitlines()
    assert found["size"] == len(lines) == 1
    assert json.loads(lines[0]) | {"timestamp": "", "taskRunId": ""} == {
        "namespace": "examples.logs",
        "flowId": "work",
        "executionId": earlier.id,
        "taskId": "two",
        "taskRunId": "",
        "attemptNumber": 0,
        "timestamp": "",
        "level": "WARN",
        "message": "third",
    }

    task = f"type: core.log.Fetch\nexecutionId: {earlier.id}\ntasksId: [one]"
    assert outputs(driver, ask(driver, "examples.logs", task))["size"] == 2
    refused = ask(driver, "examples.others", task)
    assert refused.state == "FAILED"
    assert "allowedNamespaces" in " ".join(driver.messages(refused.id, "ERROR"))


def test_old_log_lines_go_by_level_and_date(driver: Driver) -> None:
    earlier = work(driver, "examples.lines")
    purge = "type: core.log.PurgeLogs\nflowId: work\nnamespace: examples.lines\n"

    none = ask(driver, "examples.lines", f'{purge}endDate: "2020-01-01T00:00:00Z"')
    assert outputs(driver, none)["count"] == 0
    some = ask(driver, "examples.lines", f"{purge}endDate: {NOW}\nlogLevels: [WARN]")
    assert outputs(driver, some)["count"] == 1
    assert "third" not in driver.messages(earlier.id)
    assert "first" in driver.messages(earlier.id)


def test_executions_are_counted_and_judged(driver: Driver) -> None:
    for _ in range(2):
        work(driver, "examples.counted")

    flows = (
        "flows:\n  - {namespace: examples.counted, flowId: work}\n"
        "  - {namespace: examples.counted, flowId: never}\n"
    )
    every = outputs(
        driver, ask(driver, "examples.counting", f"type: core.execution.Count\n{flows}")
    )
    assert every["total"] == 2
    assert {row["flowId"]: row["count"] for row in every["results"]} == {"work": 2, "never": 0}

    idle = f'type: core.execution.Count\n{flows}expression: "{{{{ count == 0 }}}}"'
    (row,) = outputs(driver, ask(driver, "examples.counting", idle))["results"]
    assert row["flowId"] == "never"

    whole = "type: core.execution.Count\nnamespaces: [examples.counted]\nstates: [FAILED]"
    assert outputs(driver, ask(driver, "examples.counting", whole))["total"] == 0
    nothing = ask(driver, "examples.counting", "type: core.execution.Count")
    assert "'flows' or 'namespaces'" in " ".join(driver.messages(nothing.id, "ERROR"))


def test_only_logs_metrics_and_files_may_be_purged(driver: Driver) -> None:
    earlier = work(driver, "examples.parts")
    uri = driver.outputs(earlier, "keep")["uri"]
    task = (
        "type: core.execution.PurgeExecutions\nnamespace: examples.parts\nflowId: work\n"
        f"endDate: {NOW}\npurgeExecution: false\npurgeMetric: false"
    )

    found = outputs(driver, ask(driver, "examples.parts", task))

    assert (found["executionsCount"], found["logsCount"], found["storagesCount"]) == (1, 3, 1)
    assert found["metricsCount"] == 0
    assert driver.get(earlier.id).state == "SUCCESS"
    assert driver.messages(earlier.id) == []
    params = {"path": uri}
    assert driver.http.get(f"/executions/{earlier.id}/file", params=params).status_code == 404
    assert len(driver.outputs(earlier, "large")["value"]) == 40_000


def test_ended_executions_are_purged_with_those_below_and_nothing_else(driver: Driver) -> None:
    own, below = work(driver, "examples.purged"), work(driver, "examples.purged.below")
    beside = work(driver, "examples.purged-not")
    task = f"type: core.execution.PurgeExecutions\nendDate: {NOW}\nstates: [SUCCESS]"

    done = ask(driver, "examples.purged", task)

    found = outputs(driver, done)
    assert (found["executionsCount"], found["logsCount"]) == (2, 6)
    for gone in (own, below):
        assert driver.http.get(f"/executions/{gone.id}").status_code == 404
    assert driver.get(beside.id).state == "SUCCESS"
    assert driver.get(done.id).state == "SUCCESS"
    again = outputs(driver, ask(driver, "examples.purged", task))
    assert again["executionsCount"] == 1  # the purge before


def test_expired_keys_are_purged_and_others_only_when_asked(driver: Driver) -> None:
    for namespace in ("examples.keys", "examples.keys.below"):
        path = f"/namespaces/{namespace}/kv"
        driver.http.put(f"{path}/old", content="1", headers={"ttl": "PT0.001S"})
        driver.http.put(f"{path}/stays", content="1")

    expired = outputs(driver, ask(driver, "examples.keys", "type: core.kv.PurgeKV"))
    assert expired["size"] == 2
    rest = "type: core.kv.PurgeKV\nnamespaces: [examples.keys]\nincludeChildNamespaces: false\n"
    named = f'{rest}keyPattern: "st*"\nbehavior: {{type: key, expiredOnly: false}}'
    assert outputs(driver, ask(driver, "examples.keys", named))["size"] == 1
    assert driver.http.get("/namespaces/examples.keys/kv/stays").status_code == 404
    assert driver.http.get("/namespaces/examples.keys.below/kv/stays").status_code == 200


def test_old_revisions_of_files_are_purged(driver: Driver) -> None:
    for number in range(4):
        answer = driver.http.post(
            "/namespaces/examples.revisions/files",
            params={"path": "/a.sql"},
            files={"fileContent": ("a.sql", b"%d" % number)},
        )
        assert answer.is_success, answer.text
    task = 'type: core.namespace.PurgeFiles\nfilePattern: "*.sql"\nbehavior: {keepAmount: 2}'

    assert outputs(driver, ask(driver, "examples.revisions", task))["size"] == 2

    params = {"path": "/a.sql"}
    content = driver.http.get("/namespaces/examples.revisions/files", params=params)
    assert content.text == "3"
    left = driver.http.get("/namespaces/examples.revisions/files/revisions", params=params)
    assert [row["revision"] for row in left.json()] == [3, 4]
