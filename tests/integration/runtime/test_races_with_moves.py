"""Starts that race with the move of their namespace run whole at one place, or not at all."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections

from downbeat.common.scope import tenant_scope
from executions.contracts import StartOptions
from executions.services import start as starting
from executions.services.errors import NamespaceMoved
from flows import facade as flows
from tests.integration.runtime.conftest import Processes, Runs
from tests.support.cast import Cast

QUICK = """id: quick
namespace: team.data
tasks:
  - {id: say, type: core.log.Log, message: "{{ flow.namespace }}"}
  - {id: keep, type: core.kv.Set, key: "{{ execution.id }}", value: "{{ flow.namespace }}"}
"""
TABLES = ("execution", "flow", "trigger_state", "key_value", "namespace_file")
WAITS = "select count(*) from pg_locks where not granted"


def move(cast: Cast, path: str, to: str) -> Any:
    return cast.alice.post(f"{cast.api}/namespaces/{path}/move", {"to": to})


def places(cast: Cast, table: str) -> set[str]:
    with tenant_scope(cast.tenant.id), connection.cursor() as cursor:
        cursor.execute(f"select distinct namespace from {table}")
        return {row[0] for row in cursor.fetchall()}


def test_a_start_that_began_before_the_move_and_ends_after_it_is_refused(
    cast: Cast, runs: Runs
) -> None:
    runs.deploy(QUICK)
    revision = flows.published(cast.tenant.id, "team.data", "quick")
    assert revision is not None

    assert move(cast, "team.data", "crew").status_code == 200

    with pytest.raises(NamespaceMoved):
        starting.start(revision, {}, StartOptions())
    assert places(cast, "execution") == set()


def test_a_move_waits_for_a_start_that_is_not_committed_and_finds_it_alive(
    cast: Cast, runs: Runs
) -> None:
    runs.deploy(QUICK)
    revision = flows.published(cast.tenant.id, "team.data", "quick")
    assert revision is not None
    started, waited = threading.Event(), threading.Event()

    def begin() -> None:
        with tenant_scope(revision.tenant_id):
            starting.start(revision, {}, StartOptions())
            started.set()
            for _ in range(400):
                with connections["system"].cursor() as cursor:
                    cursor.execute(WAITS)
                    if cursor.fetchone()[0]:
                        waited.set()
                        break
                threading.Event().wait(0.02)
        connections.close_all()

    starter = threading.Thread(target=begin)
    starter.start()
    assert started.wait(20)
    answer = move(cast, "team.data", "crew")
    starter.join(20)

    assert waited.is_set()
    assert (answer.status_code, answer.json()["code"]) == (409, "namespace.busy")
    assert places(cast, "execution") == {"team.data"}


def test_starts_without_pause_leave_nothing_at_the_old_place(
    crew: Processes, cast: Cast, runs: Runs
) -> None:
    runs.deploy(QUICK)
    ids: list[str] = []
    refused: list[tuple[int, str]] = []
    over = threading.Event()

    def storm() -> None:
        while not over.is_set():
            answer = cast.alice.post(f"{cast.api}/executions/team.data/quick")
            if answer.status_code == 200:
                ids.append(answer.json()["id"])
                runs.finished(ids[-1])
            else:
                refused.append((answer.status_code, answer.json()["code"]))
                return
        connections.close_all()

    threads = [threading.Thread(target=storm) for _ in range(3)]
    for thread in threads:
        thread.start()
    answers = [move(cast, "team.data", "crew")]
    while answers[-1].status_code == 409 and len(answers) < 2_000:
        answers.append(move(cast, "team.data", "crew"))
    over.set()
    for thread in threads:
        thread.join(60)

    assert {one.json()["code"] for one in answers[:-1]} <= {
        "namespace.busy", "namespace.move_disturbed",
    }  # fmt: skip
    assert answers[-1].status_code == 200, answers[-1].content
    assert {status for status, _ in refused} <= {404, 409}
    assert [table for table in TABLES if places(cast, table) - {"crew"}] == []
    for id in ids:
        ran_whole_at_one_place(cast, runs, id)


def ran_whole_at_one_place(cast: Cast, runs: Runs, id: str) -> None:
    shown = runs.finished(id)
    assert shown["state"]["current"] == "SUCCESS", runs.logs(id)
    kept = cast.alice.get(f"{cast.api}/namespaces/crew/kv/{UUID(id)}").json()["value"]
    assert set(runs.logs(id)) == {kept}
    assert kept in {"team.data", "crew"}
