"""Executions that are older than the instance keeps them: they go with all that they left."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections

from downbeat.common import storage
from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from executions.models import Execution
from executions.runtime import remains, upkeep
from executions.runtime.folders import folder_of
from executions.services import reruns
from executions.services.reruns import Replay
from tenants.facade import decrypt, encrypt
from tenants.models import DataKey
from tenants.services import data_keys, key_rotation
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


def causes(stage: Stage) -> set[str]:
    return {
        key
        for (key,) in stage.rows(
            "select key from trigger_fired where tenant_id = %s", stage.tenant_id
        )
    }


def fired(stage: Stage, family: str, key: str, days: int) -> None:
    """A cause of a trigger that fired so many days ago."""
    state = uuid7()
    with tenant_scope(stage.tenant_id), connections["default"].cursor() as cursor:
        cursor.execute(
            "insert into trigger_state (tenant_id, id, namespace_id, namespace, flow_id, flow_uid,"
            " revision, trigger_id, type, family, spec, source_disabled, disabled, lease_epoch,"
            " version) values (%s, %s, %s, 'company.data', %s, %s, 1, 't', 'x', %s, '{}', false,"
            " false, 0, 0)",
            [stage.tenant_id, state, uuid7(), f"f-{state}", uuid7(), family],
        )
        cursor.execute(
            "insert into trigger_fired (tenant_id, trigger_state_id, key, execution_id, created_at)"
            " values (%s, %s, %s, %s, now() - make_interval(days => %s))",
            [stage.tenant_id, state, key, uuid7(), days],
        )


def test_causes_that_cannot_come_again_are_forgotten(stage: Stage) -> None:
    for family in ("schedule", "flow", "poll"):
        fired(stage, family, f"{family} long ago", 200)
        fired(stage, family, f"{family} lately", 2)

    upkeep.forget_causes(timedelta(days=180))

    assert causes(stage) == {
        "schedule lately",
        "flow lately",
        "poll lately",
        "poll long ago",
    }


def retired(stage: Stage, days: int = 2) -> str:
    """Replaces the tenant's data key; what it sealed is sealed anew, as by the operator's command."""
    with tenant_scope(stage.tenant_id):
        name = data_keys.current().name
    key_rotation.rotate(data_keys_too=True)
    with tenant_scope(stage.tenant_id), connections["default"].cursor() as cursor:
        cursor.execute(
            "update tenants_datakey set retired_at = now() - make_interval(days => %s)"
            " where name = %s",
            [days, name],
        )
    return name


def known(stage: Stage, name: str) -> bool:
    with tenant_scope(stage.tenant_id):
        return DataKey.objects.filter(name=name).exists()


def test_a_retired_data_key_that_opens_nothing_goes(stage: Stage) -> None:
    name = retired(stage)

    gone = upkeep.forget_keys(timedelta(days=1))

    assert (gone >= 1, known(stage, name)) == (True, False)
    with tenant_scope(stage.tenant_id):
        assert decrypt(encrypt("x")) == "x"


def test_a_data_key_that_was_retired_just_now_stays(stage: Stage) -> None:
    name = retired(stage, days=0)

    upkeep.forget_keys(timedelta(days=1))

    assert known(stage, name)


def test_a_retired_data_key_stays_while_anything_names_it(stage: Stage) -> None:
    with tenant_scope(stage.tenant_id):
        token = encrypt("kept")
    with tenant_scope(stage.tenant_id), connections["default"].cursor() as cursor:
        cursor.execute(
            "update tenants_namespace set variables = jsonb_build_object('a', %s::text)"
            " where path = 'company.data'",
            [token],
        )
    name = retired(stage)

    upkeep.forget_keys(timedelta(days=1))

    assert known(stage, name)
    with tenant_scope(stage.tenant_id):
        assert decrypt(token) == "kept"


def test_a_retired_data_key_stays_while_an_execution_of_its_time_does(stage: Stage) -> None:
    name = retired(stage, days=2)
    ended(stage)
    with tenant_scope(stage.tenant_id), connections["default"].cursor() as cursor:
        cursor.execute("update tenants_datakey set retired_at = now() where name = %s", [name])

    upkeep.forget_keys(timedelta(seconds=0))
    kept = known(stage, name)
    while upkeep.remove_executions(ALL):
        pass
    upkeep.forget_keys(timedelta(seconds=0))

    assert (kept, known(stage, name)) == (True, False)
