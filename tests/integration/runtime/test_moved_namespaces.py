"""A namespace goes on at its new place: flows, triggers, history, files and what was sealed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from downbeat.common.scope import tenant_scope
from downbeat.common.storage import storage_for
from executions.models import Output
from executions.runtime import sealing, upkeep
from tenants import facade as tenants
from tenants.models import FormerPath
from tests.integration.runtime.conftest import Processes, Runs
from tests.support.cast import Cast

MAKER = """id: maker
namespace: {namespace}   # where it lives
inputs:
  - {{id: word, type: SECRET, defaults: sesame}}
tasks:
  - id: script
    type: scripts.shell.Commands
    outputFiles: ["*.txt"]
    commands:
      - "echo {{{{ inputs.word }}}} > secret.txt"
      - "echo '::{{\\"metrics\\": [{{\\"name\\": \\"rows\\", \\"type\\": \\"counter\\", \\"value\\": 5}}]}}::'"
  - {{id: told, type: core.log.Log, message: made}}
  - {{id: said, type: core.debug.Return, format: "{{{{ inputs.word }}}}"}}
  - id: kept
    type: core.kv.Set
    key: last
    value: "{{{{ execution.id }}}}"
  - id: reads
    type: scripts.shell.Commands
    inputFiles:
      seen.txt: "{{{{ outputs.script.outputFiles['secret.txt'] }}}}"
    commands:
      - "test \\"$(cat seen.txt)\\" = '{{{{ outputs.said.value }}}}'"
      - "test '{{{{ secret('KEY') }}}}' = 'the value'"
"""
CALLED = """id: called
namespace: team.data
tasks:
  - {id: say, type: core.log.Log, message: "called by {{ trigger.id ?? 'hand' }}"}
triggers:
  - {id: hook, type: core.trigger.Webhook, key: sesamesesame}
  - {id: yearly, type: core.trigger.Schedule, cron: "0 0 1 1 *"}
  - id: heard
    type: core.trigger.Flow
    conditions:
      - {type: core.condition.ExecutionFlow, namespace: team.data, flowId: maker}
"""
OUTSIDE = """id: outside
namespace: company
tasks:
  - id: sub
    type: core.flow.Subflow
    flowId: maker
    namespace: team.data
"""


@dataclass(frozen=True)
class Moves:
    """What the tests do with namespaces, as Alice."""

    cast: Cast

    def to(self, path: str, to: str, **more: Any) -> Any:
        return self.cast.alice.post(f"{self.cast.api}/namespaces/{path}/move", {"to": to, **more})

    def get(self, path: str, **query: Any) -> Any:
        return self.cast.alice.get(f"{self.cast.api}/{path}", **query)

    def start(self, namespace: str, flow: str) -> Any:
        return self.cast.alice.post(f"{self.cast.api}/executions/{namespace}/{flow}")

    def make(self, namespace: str) -> Any:
        return self.cast.alice.post(f"{self.cast.api}/namespaces", {"id": namespace})

    def file(self, id: str, uri: str) -> bytes:
        answer = self.get(f"executions/{id}/file?path={uri}")
        assert answer.status_code == 200, answer.content
        return b"".join(answer.streaming_content)

    def rows(self, statement: str, *facts: Any) -> list[tuple[Any, ...]]:
        with tenant_scope(self.cast.tenant.id), connection.cursor() as cursor:
            cursor.execute(statement, facts)
            return list(cursor.fetchall())


@pytest.fixture
def moves(cast: Cast) -> Moves:
    return Moves(cast)


def furnish(runs: Runs, namespace: str = "team.data") -> None:
    runs.deploy(MAKER.format(namespace=namespace))
    at = f"{runs.cast.api}/namespaces/{namespace}"
    runs.cast.alice.put(f"{at}/secrets", {"key": "KEY", "value": "the value"})
    Client().post(
        f"{at}/files?path=/a.txt",
        {"fileContent": SimpleUploadedFile("a.txt", b"a file")},
        headers={"Authorization": f"Bearer {runs.cast.alice.token}"},
    )


def run(runs: Runs, moves: Moves, namespace: str, flow: str) -> Any:
    answer = moves.start(namespace, flow)
    assert answer.status_code == 200, answer.content
    shown = runs.finished(answer.json()["id"])
    assert shown["state"]["current"] == "SUCCESS", (shown, runs.logs(shown["id"]))
    return shown


def file_of(moves: Moves, shown: Any) -> str:
    (of_script,) = [one for one in shown["taskRunList"] if one["taskId"] == "script"]
    left = moves.get(f"outputs/tasks/{shown['id']}/{of_script['id']}").json()
    found: str = left["outputFiles"]["secret.txt"]
    return found


def until(wanted: Callable[[], Any], seconds: float = 30.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := wanted()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def test_history_files_and_secrets_go_on_at_the_new_place(
    crew: Processes, runs: Runs, moves: Moves
) -> None:
    furnish(runs)
    old = run(runs, moves, "team.data", "maker")
    uri = file_of(moves, old)
    before = moves.file(old["id"], uri)

    answer = moves.to("team.data", "crew.numbers")

    assert answer.status_code == 200, answer.content
    assert answer.json()["moved"] == {
        "namespaces": 1, "flows": 1, "revisions": 1, "executions": 1, "triggers": 0,
    }  # fmt: skip
    assert runs.read(old["id"])["namespace"] == "crew.numbers"
    assert moves.file(old["id"], uri) == before == b"sesame\n"
    found = moves.get("executions/search?filters[namespace][EQUALS]=crew.numbers").json()
    assert [one["id"] for one in found["results"]] == [old["id"]]
    gone = moves.get("executions/search?filters[namespace][EQUALS]=team.data").json()
    assert gone["total"] == 0
    logs = moves.get("logs/search?filters[namespace][EQUALS]=crew.numbers").json()
    assert logs["total"] > 0
    metrics = moves.get(f"metrics/{old['id']}").json()["results"]
    assert "rows" in {one["name"] for one in metrics}
    assert moves.get("namespaces/crew.numbers/kv/last").json()["value"] == old["id"]
    new = run(runs, moves, "crew.numbers", "maker")
    assert file_of(moves, new).startswith("downbeat:///crew/numbers/maker/executions/")


@pytest.mark.parametrize("legacy", [False, True])
def test_an_old_execution_is_replayed_with_its_sealed_outputs_and_files(
    crew: Processes, runs: Runs, moves: Moves, legacy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(runs)
    old = run(runs, moves, "team.data", "maker")
    if legacy:  # as a version sealed that named namespaces by their paths
        monkeypatch.setattr(sealing, "_mark", lambda namespace: namespace)
        said = {"value": sealing.seal(runs.cast.tenant.id, "team.data", "sesame")}
        monkeypatch.undo()
        with tenant_scope(runs.cast.tenant.id):
            found = Output.objects.filter(execution_id=old["id"], task_id="said")
            assert found.update(value=said) == 1
    (reads,) = [one for one in old["taskRunList"] if one["taskId"] == "reads"]

    assert moves.to("team.data", "crew.numbers").status_code == 200
    whole = runs.cast.alice.post(f"{runs.cast.api}/executions/{old['id']}/actions/replay")
    part = runs.cast.alice.post(
        f"{runs.cast.api}/executions/{old['id']}/actions/replay?taskRunId={reads['id']}"
    )

    for answer in (whole, part):
        assert answer.status_code == 200, answer.content
        shown = runs.finished(answer.json()["id"])
        assert shown["state"]["current"] == "SUCCESS", runs.logs(shown["id"])
        assert shown["namespace"] == "crew.numbers"


def test_triggers_fire_at_the_new_place_and_webhooks_have_another_address(
    crew: Processes, runs: Runs, moves: Moves
) -> None:
    furnish(runs)
    runs.deploy(CALLED)
    hook = f"{runs.cast.api}/executions/webhook/{{}}/called/sesamesesame"

    answer = moves.to("team.data", "crew.numbers")

    assert answer.json()["webhooks"] == [
        {"namespace": "crew.numbers", "flowId": "called", "triggerId": "hook"}
    ]
    assert answer.json()["mentions"] == []
    assert Client().post(hook.format("team.data")).status_code == 404
    assert Client().post(hook.format("crew.numbers")).status_code == 200
    moves.rows("update trigger_state set next_at = now() where trigger_id = 'yearly' returning 1")
    run(runs, moves, "crew.numbers", "maker")

    def started_by() -> set[str]:
        found = moves.get("executions/search?filters[flowId][EQUALS]=called").json()["results"]
        return {one["trigger"]["id"] for one in found if one["namespace"] == "crew.numbers"}

    until(lambda: started_by() == {"hook", "yearly", "heard"})
    (source,) = moves.rows("select source from flow_revision where source like '%%id: called%%'")[0]
    assert source == CALLED.replace("team.data", "crew.numbers")


def test_sources_keep_their_comments_and_old_revisions_say_the_new_place(
    crew: Processes, runs: Runs, moves: Moves
) -> None:
    furnish(runs)
    first = run(runs, moves, "team.data", "maker")
    later = MAKER.format(namespace="'team.data'") + "description: again\n"
    assert (
        runs.cast.alice.put(
            f"{runs.cast.api}/flows/team.data/maker", later, type="application/x-yaml"
        ).status_code
        == 200
    )

    assert moves.to("team", "crew").status_code == 200

    shown = moves.get("flows/crew.data/maker/revisions").json()
    assert [one["revision"] for one in shown] == [1, 2]
    sources = [one["source"] for one in shown]
    assert sources[0] == MAKER.format(namespace="crew.data")
    assert sources[1] == later.replace("team.data", "crew.data")
    same = runs.cast.alice.put(
        f"{runs.cast.api}/flows/crew.data/maker", sources[1], type="application/x-yaml"
    )
    assert same.json()["revision"] == 2
    again = runs.cast.alice.post(f"{runs.cast.api}/executions/{first['id']}/actions/replay")
    shown = runs.finished(again.json()["id"])
    assert (shown["flowRevision"], shown["state"]["current"]) == (1, "SUCCESS")


def test_the_old_path_leads_nobody_else_to_what_was_there(
    crew: Processes, runs: Runs, moves: Moves
) -> None:
    furnish(runs)
    uri = file_of(moves, run(runs, moves, "team.data", "maker"))
    moves.to("team.data", "crew.numbers")

    made = moves.make("team.data")
    below = moves.make("team.data.inner")
    flow = runs.cast.alice.post(
        f"{runs.cast.api}/flows", MAKER.format(namespace="team.data"), type="application/x-yaml"
    )

    for answer in (made, below, flow):
        assert (answer.status_code, answer.json()["code"]) == (409, "namespace.path_reserved")
        assert "crew.numbers" in answer.json()["detail"]
    assert moves.start("team.data", "maker").status_code == 404
    assert moves.to("company.data", "team.data").json()["code"] == "namespace.path_reserved"
    # The namespace above the old path had a right to what was below it, and has none now.
    reader = f"""id: reader
namespace: team
tasks:
  - {{id: read, type: core.log.Log, message: "{{{{ read('{uri}') }}}}"}}
"""
    runs.deploy(reader)
    shown = runs.finished(moves.start("team", "reader").json()["id"])
    assert shown["state"]["current"] == "FAILED"
    theirs = moves.get(f"executions/{shown['id']}/file?path={uri.replace('/executions/', '/x/')}")
    assert theirs.json()["code"] == "file.foreign"
    # And the one above the new place may read it, as it may whatever is below it.
    runs.deploy(reader.replace("namespace: team", "namespace: crew"))
    shown = runs.finished(moves.start("crew", "reader").json()["id"])
    assert shown["state"]["current"] == "SUCCESS", runs.logs(shown["id"])


def test_several_moves_in_a_row_and_back_again(crew: Processes, runs: Runs, moves: Moves) -> None:
    furnish(runs)
    places = ["team.data", "b", "crew.c", "team.data", "b"]
    known: list[tuple[str, str]] = []
    for here, there in pairwise(places):
        shown = run(runs, moves, here, "maker")
        known.append((shown["id"], file_of(moves, shown)))
        assert moves.to(here, there).status_code == 200

    for id, uri in known:
        assert moves.file(id, uri) == b"sesame\n"
        answer = runs.cast.alice.post(f"{runs.cast.api}/executions/{id}/actions/replay")
        assert runs.finished(answer.json()["id"])["state"]["current"] == "SUCCESS"
    assert moves.make("crew.c").status_code == 409
    assert moves.make("b").json()["code"] == "namespace.exists"


def test_the_move_of_a_parent_takes_one_that_moved_before_with_it(
    crew: Processes, runs: Runs, moves: Moves
) -> None:
    furnish(runs, "team.data.raw")
    shown = run(runs, moves, "team.data.raw", "maker")
    uri = file_of(moves, shown)

    for here, there in (
        ("team.data.raw", "team.pure"), ("team", "crew"), ("crew.pure", "pure"), ("crew", "team"),
    ):  # fmt: skip
        assert moves.to(here, there).status_code == 200, there

    assert runs.read(shown["id"])["namespace"] == "pure"
    assert moves.file(shown["id"], uri) == b"sesame\n"
    assert moves.make("team.data.raw").json()["code"] == "namespace.path_reserved"
    assert moves.make("team.data.other").status_code < 300


def test_the_old_path_is_free_once_nothing_bears_it(
    crew: Processes, runs: Runs, moves: Moves
) -> None:
    furnish(runs)
    shown = run(runs, moves, "team.data", "maker")
    moves.to("team.data", "crew.numbers")
    assert moves.make("team.data").status_code == 409
    again = runs.finished(
        runs.cast.alice.post(f"{runs.cast.api}/executions/{shown['id']}/actions/replay").json()[
            "id"
        ]
    )

    for id in (shown["id"], again["id"]):
        assert moves.make("team.data").status_code == 409
        assert runs.cast.alice.delete(f"{runs.cast.api}/executions/{id}").status_code < 300
    storage = storage_for(runs.cast.tenant.id)
    assert [one.path for one in storage.list("team/data")] == []
    upkeep.tenants.free_former_paths()

    with tenant_scope(runs.cast.tenant.id):
        assert not FormerPath.objects.filter(path="team.data").exists()
    assert moves.make("team.data").status_code < 300


def test_retention_removes_the_files_of_executions_from_before_the_move(
    crew: Processes, runs: Runs, moves: Moves
) -> None:
    furnish(runs)
    run(runs, moves, "team.data", "maker")
    moves.to("team.data", "crew.numbers")

    while upkeep.remove_executions(timedelta(days=-1)):
        pass

    storage = storage_for(runs.cast.tenant.id)
    assert [one.path for one in storage.list("team/data")] == []


def test_other_flows_that_name_the_old_path_are_told_before_and_after(
    crew: Processes, runs: Runs, moves: Moves
) -> None:
    furnish(runs)
    runs.deploy(OUTSIDE)
    told = [{"namespace": "company", "flowId": "outside", "line": 7, "column": 5,
             "text": "team.data"}]  # fmt: skip

    planned = moves.to("team", "crew", dryRun=True)

    assert planned.status_code == 200, planned.content
    assert planned.json()["mentions"] == told
    assert planned.json()["moved"]["flows"] == 1
    assert moves.get("namespaces/team.data").status_code == 200
    assert moves.to("team", "crew").json()["mentions"] == told


def test_nothing_moves_while_it_runs(crew: Processes, runs: Runs, moves: Moves) -> None:
    runs.deploy("id: waits\nnamespace: team.data\ntasks:\n  - {id: wait, type: core.flow.Pause}\n")
    id = moves.start("team.data", "waits").json()["id"]
    runs.until(id, lambda shown: shown["state"]["current"] == "PAUSED")

    for more in ({}, {"dryRun": True}):
        answer = moves.to("team", "crew", **more)
        assert (answer.status_code, answer.json()["code"]) == (409, "namespace.busy")
        assert "1 executions" in answer.json()["detail"]
    assert runs.read(id)["namespace"] == "team.data"
    runs.cast.alice.post(f"{runs.cast.api}/executions/{id}/actions/resume")
    runs.finished(id)
    assert moves.to("team", "crew").status_code == 200


def test_what_was_sealed_before_is_opened_by_its_namespace_and_no_other(
    cast: Cast, moves: Moves
) -> None:
    tenant = cast.tenant.id
    moves.make("team.data")
    new = sealing.seal(tenant, "team.data", "sesame")
    with tenant_scope(tenant):
        old = f"team.data/{tenants.encrypt('sesame', context=f'output/{tenant}/team.data')}"
    tokens = [str(sealing.token_of(new)), old]
    moves.to("team.data", "crew.numbers")
    with tenant_scope(tenant):
        FormerPath.objects.filter(path="team.data").update(
            namespace_id=tenants.namespace_id("crew.numbers")
        )

    def opened(own: str) -> list[str | None]:
        return [sealing.open_token(tenant, own, token) for token in tokens]

    assert opened("crew.numbers") == ["sesame", "sesame"]
    assert opened("crew.numbers.below") == ["sesame", "sesame"]
    assert opened("team") == [None, None]
    assert opened("team.data") == [None, None]
    with tenant_scope(tenant):  # as once nothing bears the path any more
        FormerPath.objects.all().delete()
    assert moves.make("team.data").status_code < 300
    assert opened("team.data")[0] is None
