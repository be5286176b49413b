"""A namespace goes on at its new place: flows, triggers, history, files and what was sealed."""

from __future__ import annotations

import pytest
from django.test import Client

from downbeat.common.scope import tenant_scope
from executions.models import Output
from executions.runtime import sealing
from tests.integration.runtime.conftest import Processes, Runs
from tests.integration.runtime.moving_stage import MAKER, Moves, file_of, furnish, run, until
from tests.support.cast import Cast
from tests.support.people import bind, newcomer, role_id


@pytest.fixture
def moves(cast: Cast) -> Moves:
    return Moves(cast)


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


CACHED = """id: cached
namespace: team.data
tasks:
  - id: draw
    type: scripts.shell.Commands
    taskCache: {enabled: true}
    commands: ["echo '::{\\"outputs\\": {\\"drawn\\": \\"'$(date +%s%N)'\\"}}::'"]
  - {id: note, type: core.state.Set, name: seen, data: {by: "{{ execution.id }}"}}
"""


def test_kept_outputs_and_states_are_found_at_the_new_place(
    crew: Processes, runs: Runs, moves: Moves
) -> None:
    runs.deploy(CACHED)
    first = run(runs, moves, "team.data", "cached")
    moves.rows(  # what a namespace of the new name has left that was deleted
        "insert into task_cache (tenant_id, namespace, flow_id, task_id, digest, outputs,"
        " execution_id, made_at, expires_at) select tenant_id, 'crew', flow_id, task_id, digest,"
        " '{}', execution_id, now(), now() from task_cache returning 1"
    )

    assert moves.to("team.data", "crew").status_code == 200

    again = run(runs, moves, "crew", "cached")
    (drawn, _) = again["taskRunList"]
    assert [one.get("reason") for one in drawn["attempts"]] == ["cached"]
    assert any(first["id"] in message for message in runs.logs(again["id"]))
    places = moves.rows("select distinct namespace from task_cache")
    assert places == [("crew",)]
    assert moves.rows("select distinct namespace from key_value") == [("crew",)]


def test_quotas_above_the_new_place_hold_there_at_once(
    crew: Processes, runs: Runs, moves: Moves
) -> None:
    furnish(runs)
    run(runs, moves, "team.data", "maker")
    moves.make("small")
    quota = {"kind": "EXECUTIONS_PER_MINUTE", "limit": 0, "namespace": "small", "policy": "REFUSE"}
    made = runs.cast.alice.post(f"{runs.cast.api}/quotas", quota)
    assert made.status_code < 300, made.content

    assert moves.to("team.data", "small.data").status_code == 200

    answer = moves.start("small.data", "maker")
    assert answer.status_code == 429, answer.content


def test_who_may_not_take_flows_away_moves_none(crew: Processes, runs: Runs, moves: Moves) -> None:
    furnish(runs)
    allowed = ["namespace.view", "namespace.delete", "namespace.create", "flow.view"]
    who = newcomer()
    for more, needed in (([], "flow.delete"), (["flow.delete"], "flow.create")):
        name = f"Mover {needed}"
        role = {"name": name, "permissions": [*allowed, *more]}
        assert runs.cast.alice.post(f"{runs.cast.api}/roles", role).status_code < 300
        bind(runs.cast, who.id, role_id(runs.cast, name), "team")
        answer = who.member.post(f"{runs.cast.api}/namespaces/team.data/move", {"to": "team.other"})
        assert answer.status_code == 403, answer.content
        assert needed in answer.json()["detail"]
    assert moves.get("namespaces/team.data").status_code == 200
