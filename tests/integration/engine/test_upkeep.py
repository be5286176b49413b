"""Executions that are older than the instance keeps them: they go with all that they left."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections

from downbeat.common import storage
from downbeat.common.scope import tenant_scope
from executions.models import Execution
from executions.runtime import remains, upkeep
from executions.runtime.folders import folder_of
from executions.services import reruns
from executions.services.reruns import Replay
from tests.integration.engine.stage import Stage

ALL = timedelta(days=-1)
"""An age that everything has reached."""
LARGE = """
id: large
namespace: company.data
tasks:
  - id: large
    type: core.debug.Return
    format: "{% for a in range(1, 4000) %}0123456789{% endfor %}"
    logToFile: true
  - id: nap
    type: core.flow.Sleep
    duration: PT0.001S
"""
WAITING = """
id: waiting
namespace: company.data
tasks:
  - id: wait
    type: core.flow.Pause
"""


@pytest.fixture(autouse=True)
def alone(stage: Stage) -> None:
    """What other tests have left is nothing to count here."""
    while upkeep.remove_executions(ALL):
        pass


def files(stage: Stage, flow_id: str, id: UUID) -> list[str]:
    with tenant_scope(stage.tenant_id):
        folder = folder_of("company.data", flow_id, id)
        return [file.path for file in storage.storage_for(stage.tenant_id).list(folder)]


def there(stage: Stage, id: UUID) -> bool:
    with tenant_scope(stage.tenant_id):
        return Execution.objects.filter(id=id).exists()


def rows_left(id: UUID) -> dict[str, int]:
    found = {}
    with connections["system"].cursor() as cursor:
        for table in remains.PARTS:
            cursor.execute(f"select count(*) from {table} where execution_id = %s", [id])
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count}


def ended(stage: Stage) -> UUID:
    stage.deploy(LARGE)
    id = stage.start("large")
    stage.play()
    assert stage.state(id) == "SUCCESS"
    assert len(files(stage, "large", id)) == 2
    return id


def test_an_old_execution_goes_with_its_rows_and_files(stage: Stage) -> None:
    id = ended(stage)

    assert upkeep.remove_executions(ALL) == 1

    assert not there(stage, id)
    assert rows_left(id) == {}
    assert files(stage, "large", id) == []


def test_what_is_not_old_or_has_not_ended_stays(stage: Stage) -> None:
    id = ended(stage)
    assert upkeep.remove_executions(timedelta(days=1)) == 0
    assert there(stage, id)
    stage.deploy(WAITING)
    waiting = stage.start("waiting")
    stage.settle()

    upkeep.remove_executions(ALL)

    assert there(stage, waiting)


def test_many_go_in_several_batches(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "EXECUTIONS_PER_BATCH", 2)
    ids = [ended(stage) for _ in range(3)]

    assert [upkeep.remove_executions(ALL) for _ in range(3)] == [2, 1, 0]
    assert not any(there(stage, id) for id in ids)


def test_files_that_a_replay_needs_stay_as_long_as_the_replay(stage: Stage) -> None:
    id = ended(stage)
    last = next(run for run in stage.runs(id) if run.task_id == "nap")
    with tenant_scope(stage.tenant_id):
        again = reruns.replay(id, Replay(task_run_id=str(last.id)), actor=stage.actor)

    assert upkeep.remove_executions(ALL) == 0

    stage.play()
    assert len(stage.outputs(again, "large")["large"]["value"]) == 40_000
    assert [upkeep.remove_executions(ALL) for _ in range(3)] == [1, 1, 0]
    assert not there(stage, id)


def test_rows_stay_while_their_files_cannot_be_removed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = ended(stage)

    def refuse(self: object, prefix: str) -> int:
        raise RuntimeError("the storage does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(storage.FileStorage, "delete_prefix", refuse)
        assert upkeep.remove_executions(ALL) == 0
    assert there(stage, id)
    assert upkeep.remove_executions(ALL) == 1
