"""Outputs of a task that are taken over by later runs of it."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import connection

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from executions.runtime import task_cache, upkeep
from executions.runtime.work_places import Held, Place
from executions.worker.work import AttemptKey
from tests.integration.runtime.conftest import Processes, Runs
from tests.support.cast import Cast

FLOW = """id: cached
namespace: company.data
inputs:
  - {id: word, type: STRING, defaults: one}
tasks:
  - id: draw
    type: scripts.python.Script
    taskCache: {enabled: true, ttl: PT1H}
    outputFiles: ["*.txt"]
    env: {WORD: "{{ inputs.word }}", PLACE: "{{ workingDir }}"}
    script: |
      import uuid
      open("drawn.txt", "w").write("drawn")
      print('::{"outputs": {"drawn": "' + uuid.uuid4().hex + '"}}::')
"""


def form(word: str) -> dict[str, Any]:
    part = f'--edge\r\nContent-Disposition: form-data; name="word"\r\n\r\n{word}\r\n--edge--\r\n'
    return {"body": part.encode(), "type": "multipart/form-data; boundary=edge"}


def outputs(runs: Runs, shown: Any) -> Any:
    assert shown["state"]["current"] == "SUCCESS", (shown, runs.logs(shown["id"]))
    (run,) = shown["taskRunList"]
    api = runs.cast.api
    return runs.cast.alice.get(f"{api}/outputs/tasks/{shown['id']}/{run['id']}").json()


def rows(runs: Runs, statement: str, *facts: Any) -> list[tuple[Any, ...]]:
    with tenant_scope(runs.cast.tenant.id), connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return list(cursor.fetchall())


def test_the_same_task_takes_over_what_it_left_before(crew: Processes, runs: Runs) -> None:
    runs.deploy(FLOW)

    first, again, other = (runs.run("cached", **form(word)) for word in ("one", "one", "two"))

    assert outputs(runs, again) == outputs(runs, first)
    assert outputs(runs, other) != outputs(runs, first)
    reasons = "select execution_id::text from attempt where reason = 'cached' and state = 'SUCCESS'"
    assert rows(runs, reasons) == [(again["id"],)]
    assert any(first["id"] in message for message in runs.logs(again["id"]))
    assert [one.get("reason") for one in again["taskRunList"][0]["attempts"]] == ["cached"]


def test_what_is_too_old_or_has_lost_its_files_is_made_anew(crew: Processes, runs: Runs) -> None:
    runs.deploy(FLOW)
    first = outputs(runs, runs.run("cached"))
    rows(runs, "update task_cache set made_at = now() - interval '2 hours' returning 1")
    second = outputs(runs, runs.run("cached"))
    lost = "update task_cache set outputs = jsonb_set(outputs, '{file}', '\"downbeat:///gone\"')"
    rows(runs, f"{lost} returning 1")
    third = outputs(runs, runs.run("cached"))

    assert len({found["vars"]["drawn"] for found in (first, second, third)}) == 3


def test_upkeep_removes_what_has_expired(crew: Processes, runs: Runs) -> None:
    runs.deploy(FLOW)
    runs.run("cached", **form("old"))
    runs.run("cached", **form("young"))
    oldest = "(select digest from task_cache order by made_at limit 1)"
    rows(runs, f"update task_cache set expires_at = now() where digest = {oldest} returning 1")

    upkeep.run()

    assert rows(runs, "select count(*) from task_cache") == [(1,)]


def test_a_task_without_a_cache_keeps_nothing(crew: Processes, runs: Runs) -> None:
    runs.deploy(FLOW.replace("enabled: true", "enabled: false"))

    first, second = runs.run("cached"), runs.run("cached")

    assert outputs(runs, first) != outputs(runs, second)
    assert rows(runs, "select count(*) from task_cache") == [(0,)]


def test_the_key_in_the_table_is_not_the_hash_that_the_worker_made(cast: Cast) -> None:
    key = AttemptKey(cast.tenant.id, uuid7(), uuid7(), 1, 1)
    held = Held(key, Place("company.data", "flow", "task", poll=False))
    digest = hashlib.sha256(b"a task with a secret").hexdigest()

    with tenant_scope(cast.tenant.id), connection.cursor() as cursor:
        task_cache.keep(held, {"digest": digest, "outputs": {"n": 1}})
        cursor.execute("select digest from task_cache")
        stored = cursor.fetchone()[0]
        found = task_cache.recall(held, {"digest": digest})

    assert stored != digest
    assert found == {"outputs": {"n": 1}, "executionId": str(key.execution_id)}


def test_outputs_that_are_too_large_are_not_kept(cast: Cast) -> None:
    key = AttemptKey(cast.tenant.id, uuid7(), uuid7(), 1, 1)
    held = Held(key, Place("company.data", "flow", "task", poll=False))
    large = {"digest": "d", "outputs": {"text": "x" * task_cache.LARGEST}}

    with tenant_scope(cast.tenant.id):
        assert not task_cache.keep(held, large)
        assert task_cache.recall(held, large) is None
