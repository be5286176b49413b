"""Worker groups: whose they are, who may change them, and what runs where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from downbeat.common.models import uuid7
from executions.models import WorkerGroup
from executions.runtime import queues, sweep
from executions.runtime.identity import Rhythm
from executions.selectors import waiting
from tests.integration.engine.stage import Stage
from tests.integration.remote.conftest import group_of
from tests.support.cast import Cast, Member
from tests.support.people import newcomer

POLL = "triggers:\n  - {id: poll, type: core.http.Trigger, uri: 'http://127.0.0.1:9/'}\n"
TASK = "  - {id: work, type: scripts.shell.Script, script: 'true'}\n"


@pytest.fixture(scope="module")
def admin(database: object) -> Member:
    """An admin of the instance."""
    return newcomer(admin=True).member


@pytest.fixture(autouse=True)
def fresh() -> None:
    """What another test has made is known at once."""
    queues.forget()
    waiting.forget()


def queue_of(stage: Stage, id: UUID) -> str:
    ((found,),) = stage.rows("select worker_group from attempt where execution_id = %s", id)
    return str(found)


def placed(stage: Stage, namespace: str, more: str = "") -> str:
    id = f"placed-{uuid7().hex[-8:]}"
    stage.deploy(f"id: {id}\nnamespace: {namespace}\n{more}tasks:\n{TASK}")
    started = stage.start(id, namespace)
    stage.settle()
    return queue_of(stage, started)


def stage_of(cast: Cast) -> Stage:
    return Stage(tenant_id=cast.tenant.id, actor=cast.alice.actor)


def test_a_token_is_shown_once_and_stored_as_a_digest(cast: Cast) -> None:
    group = group_of(cast, cast.alice, cast.api)

    shown = cast.alice.get(f"{cast.api}/worker-groups/{group.id}")

    assert group.token.startswith("dwb_wkr_")
    assert group.token[:20] in shown.content.decode()
    assert group.token not in shown.content.decode()
    with connections["system"].cursor() as cursor:
        cursor.execute("select t::text from worker_token t")
        assert group.token[20:50] not in str(cursor.fetchall())


def test_a_group_is_named_once_and_decently(cast: Cast) -> None:
    path = f"{cast.api}/worker-groups"
    made = cast.alice.post(path, {"key": "gpu"})

    again = cast.alice.post(path, {"key": "gpu"})
    odd = [cast.alice.post(path, {"key": key}) for key in ("", "a/b", "-x", "x" * 64, "ü")]

    assert (made.status_code, made.json()["queue"]) == (200, f"{cast.tenant.slug}/gpu")
    assert (again.status_code, again.json()["code"]) == (409, "worker_group.exists")
    assert {(one.status_code, one.json()["code"]) for one in odd} == {(422, "worker_group.key")}


def test_a_viewer_sees_groups_without_tokens_and_strangers_see_none(cast: Cast) -> None:
    group = group_of(cast, cast.alice, cast.api)

    seen = cast.bob.get(f"{cast.api}/worker-groups/{group.id}")
    theirs = cast.charlie.get(f"{cast.other_api}/worker-groups")
    guessed = cast.charlie.get(f"{cast.other_api}/worker-groups/{group.id}")

    assert seen.json()["tokens"] == []
    assert group.key not in theirs.content.decode()
    assert (guessed.status_code, guessed.json()["code"]) == (404, "worker_group.not_found")


@pytest.mark.parametrize("verb", ["put", "delete"])
def test_a_tenant_changes_no_group_of_the_instance(cast: Cast, admin: Member, verb: str) -> None:
    key = f"shared-{uuid7().hex[-8:]}"
    made = admin.post("/api/v1/instance/worker-groups", {"key": key}).json()
    path = f"{cast.api}/worker-groups/{made['id']}"

    refused = getattr(cast.alice, verb)(path, {"description": "mine"})
    token = cast.alice.post(f"{path}/tokens", {"name": "mine"})

    assert (refused.status_code, token.status_code) == (404, 404)
    assert cast.alice.get(path).json()["scope"] == "INSTANCE"


def test_the_default_group_stays(admin: Member) -> None:
    answer = admin.delete("/api/v1/instance/worker-groups/default")

    assert (answer.status_code, answer.json()["code"]) == (400, "worker_group.default")


def test_a_group_with_living_workers_goes_only_by_force(cast: Cast) -> None:
    group = group_of(cast, cast.alice, cast.api)
    worker_of(f"{cast.tenant.slug}/{group.key}")
    path = f"{cast.api}/worker-groups/{group.id}"

    kept, gone = cast.alice.delete(path), cast.alice.delete(f"{path}?force=true")

    assert (kept.status_code, kept.json()["code"]) == (409, "worker_group.served")
    assert gone.status_code == 204


def test_work_runs_in_the_group_of_the_nearest_namespace(cast: Cast) -> None:
    stage, slug = stage_of(cast), cast.tenant.slug
    upper, lower = (group_of(cast, cast.alice, cast.api) for _ in range(2))
    placed(stage, "company.near.deep")
    for group, namespace in ((upper, "company"), (lower, "company.near")):
        path = f"{cast.api}/worker-groups/{group.key}/subscriptions"
        assert cast.alice.post(path, {"namespace": namespace}).status_code == 200
    clear_caches()

    assert placed(stage, "company.near.deep") == f"{slug}/{lower.key}"
    assert placed(stage, "company.far") == f"{slug}/{upper.key}"
    assert placed(stage, "elsewhere") == "default"


def test_a_namespace_that_leaves_a_group_follows_its_ancestors_again(cast: Cast) -> None:
    group = group_of(cast, cast.alice, cast.api)
    path = f"{cast.api}/worker-groups/{group.id}/subscriptions"
    cast.alice.post(path, {"namespace": "company.data"})

    left = cast.alice.delete(f"{path}/company.data")

    assert left.status_code == 204
    shown = cast.alice.get(f"{cast.api}/namespaces/company.data").json()
    assert shown.get("workerGroup") is None


@pytest.mark.parametrize("named", ["own", "theirs", "spelled"])
def test_no_tenant_reaches_the_workers_of_another(cast: Cast, named: str) -> None:
    """A key means the tenant's own group, then the instance's, and never another tenant's."""
    theirs = group_of(cast, cast.charlie, cast.other_api, key="gpu")
    mine = group_of(cast, cast.alice, cast.api, key="gpu" if named == "own" else "other")
    key = "gpu" if named != "spelled" else f"{cast.other.slug}/gpu"

    found = placed(stage_of(cast), "company.data", f"workerGroup: {{key: {key}}}\n")

    assert found != f"{cast.other.slug}/{theirs.key}"
    if named == "own":
        assert found == f"{cast.tenant.slug}/{mine.key}"


def test_every_change_is_in_the_audit_trail(cast: Cast) -> None:
    group = group_of(cast, cast.alice, cast.api)
    path = f"{cast.api}/worker-groups/{group.id}"
    cast.alice.put(path, {"description": "new words"})
    cast.alice.post(f"{path}/tokens/{group.token_id}/revoke")
    cast.alice.delete(path)

    found = cast.alice.get(f"{cast.api}/auditlogs/search?size=100")

    text = found.content.decode()
    for event in ("created", "updated", "key_created", "key_revoked", "deleted"):
        assert f"workergroup.{event}" in text, event
    assert group.token not in text


def test_capacity_counts_what_is_alive(cast: Cast) -> None:
    group = group_of(cast, cast.alice, cast.api)
    queue = f"{cast.tenant.slug}/{group.key}"
    worker_of(queue)
    worker_of(queue, seen="1 hour")
    worker_of(queue, state="DRAINING")

    found = cast.alice.get(f"{cast.api}/worker-groups/{group.id}/capacity").json()
    states = cast.alice.get(f"{cast.api}/worker-groups/{group.id}/workers").json()["workers"]

    assert (found["workers"], found["totalAllocated"], found["totalUsed"]) == (2, 3, 2)
    assert sorted(one["state"] for one in states) == ["DRAINING", "LOST", "READY"]


def test_capacity_says_what_waits_for_a_group_and_since_when(cast: Cast, admin: Member) -> None:
    stage, key = stage_of(cast), f"slow-{uuid7().hex[-8:]}"
    group = group_of(cast, cast.alice, cast.api, key)
    empty = cast.alice.get(f"{cast.api}/worker-groups/{group.id}/capacity").json()
    placed(stage, "company.slow", f"workerGroup: {{key: {key}}}\n")
    placed(stage, "company.slow", f"workerGroup: {{key: {key}}}\n")

    found = cast.alice.get(f"{cast.api}/worker-groups/{group.id}/capacity").json()
    listed = cast.alice.get(f"{cast.api}/worker-groups").json()["workerGroups"]
    everywhere = admin.get(f"/api/v1/instance/worker-groups/{group.id}/capacity").json()

    assert (empty["waiting"], empty["oldestWaitingSince"]) == (0, None)
    assert (found["waiting"], found["waitingExact"]) == (2, True)
    assert found["oldestWaitingSince"] <= found["snapshotAt"]
    own = next(one for one in listed if one["id"] == group.id)
    assert (own["capacity"]["waiting"], own["capacity"]["slots"]) == (2, 0)
    assert everywhere["waiting"] == 2


def test_of_a_shared_group_a_tenant_sees_only_its_own_queue(cast: Cast, admin: Member) -> None:
    key = f"shared-{uuid7().hex[-8:]}"
    made = admin.post("/api/v1/instance/worker-groups", {"key": key}).json()
    placed(stage_of(cast), "company.shared", f"workerGroup: {{key: {key}}}\n")

    mine = cast.alice.get(f"{cast.api}/worker-groups/{made['id']}/capacity").json()
    theirs = cast.charlie.get(f"{cast.other_api}/worker-groups/{made['id']}/capacity").json()

    assert (mine["waiting"], theirs["waiting"]) == (1, 0)


def worker_of(queue: str, *, seen: str = "0 s", state: str = "RUNNING") -> Any:
    with connections["system"].cursor() as cursor:
        cursor.execute(
            "insert into worker (id, worker_group, host, pid, version, slots, busy, state,"
            " started_at, heartbeat_at)"
            " values (%s, %s, 'h', 1, '', 3, 1, %s, now(), now() - %s::interval)",
            [uuid7(), queue, state, seen],
        )


def clear_caches() -> None:
    """What the turn knows of namespaces may be two seconds old; here it is not."""
    from executions.runtime import plans

    plans._namespaces.entries.clear()
    queues.forget()


def test_a_group_that_was_just_made_is_found_where_it_was_not_known(cast: Cast) -> None:
    stage, key = stage_of(cast), f"new-{uuid7().hex[-8:]}"
    queues.queue_for(cast.tenant.id, key)
    row_of(cast, key)

    assert placed(stage, "company.data", f"workerGroup: {{key: {key}}}\n") == (
        f"{cast.tenant.slug}/{key}"
    )


def test_what_waits_under_a_key_goes_to_the_group_that_is_made_for_it(cast: Cast) -> None:
    stage, key = stage_of(cast), f"late-{uuid7().hex[-8:]}"
    stage.deploy(
        f"id: late\nnamespace: company.data\nworkerGroup: {{key: {key}}}\ntasks:\n{TASK}{POLL}"
    )
    started = stage.start("late")
    stage.settle()
    assert (queue_of(stage, started), poll_of(stage, "late")) == (key, key)

    group_of(cast, cast.alice, cast.api, key=key)

    queue = f"{cast.tenant.slug}/{key}"
    assert (queue_of(stage, started), poll_of(stage, "late")) == (queue, queue)


def test_what_went_astray_beside_a_new_group_is_found_by_the_sweep(cast: Cast) -> None:
    stage, key = stage_of(cast), f"astray-{uuid7().hex[-8:]}"
    stage.deploy(
        f"id: astray\nnamespace: company.data\nworkerGroup: {{key: {key}}}\ntasks:\n{TASK}{POLL}"
    )
    started = stage.start("astray")
    stage.settle()
    row_of(cast, key)

    sweep.sweep(Rhythm(*(timedelta(seconds=20),) * 4))

    queue = f"{cast.tenant.slug}/{key}"
    assert (queue_of(stage, started), poll_of(stage, "astray")) == (queue, queue)


def test_a_tenant_s_own_default_group_gets_its_polls_too(cast: Cast) -> None:
    stage = stage_of(cast)
    stage.deploy(f"id: usual\nnamespace: company.data\ntasks:\n{TASK}{POLL}")
    assert poll_of(stage, "usual") is None

    group_of(cast, cast.alice, cast.api, key="default")

    assert poll_of(stage, "usual") == f"{cast.tenant.slug}/default"


def test_polls_follow_their_namespace_into_another_group(cast: Cast) -> None:
    stage, group = stage_of(cast), group_of(cast, cast.alice, cast.api)
    stage.deploy(f"id: below\nnamespace: company.data.deep\ntasks:\n{TASK}{POLL}")
    stage.deploy(f"id: beside\nnamespace: company.database\ntasks:\n{TASK}{POLL}")
    path = f"{cast.api}/worker-groups/{group.key}/subscriptions"

    cast.alice.post(path, {"namespace": "company.data"})
    moved = (poll_of(stage, "below"), poll_of(stage, "beside"))
    cast.alice.delete(f"{path}/company.data")
    back = poll_of(stage, "below")
    cast.alice.put(
        f"{cast.api}/namespaces/company.data", {"id": "company.data", "workerGroup": group.key}
    )

    queue = f"{cast.tenant.slug}/{group.key}"
    assert (moved, back, poll_of(stage, "below")) == ((queue, None), None, queue)


def row_of(cast: Cast, key: str) -> None:
    """A group that another process has made."""
    WorkerGroup.objects.create(tenant_id=cast.tenant.id, key=key, queue=f"{cast.tenant.slug}/{key}")


def poll_of(stage: Stage, flow_id: str) -> str | None:
    ((found,),) = stage.rows("select worker_group from trigger_state where flow_id = %s", flow_id)
    return found if found is None else str(found)
