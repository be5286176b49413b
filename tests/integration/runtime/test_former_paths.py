"""The old path of a namespace that has moved stays its own, as long as anything bears it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection

from downbeat.common import clock
from downbeat.common.scope import tenant_scope
from downbeat.common.storage import storage_for
from downbeat.sdk.sealed import token_of
from executions.runtime import sealing, upkeep
from executions.runtime.file_reach import FileClosed, readable_address
from tenants import facade as tenants
from tenants.models import FormerPath, Namespace
from tests.integration.runtime.conftest import Processes, Runs
from tests.integration.runtime.moving_stage import MAKER, Moves, file_of, furnish, run
from tests.support.cast import Cast


@pytest.fixture
def moves(cast: Cast) -> Moves:
    return Moves(cast)


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
    tenants.free_former_paths()

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


def test_what_was_sealed_before_is_opened_by_its_namespace_and_no_other(
    cast: Cast, moves: Moves
) -> None:
    tenant = cast.tenant.id
    moves.make("team.data")
    new = sealing.seal(tenant, "team.data", "sesame")
    with tenant_scope(tenant):
        old = f"team.data/{tenants.encrypt('sesame', context=f'output/{tenant}/team.data')}"
    tokens = [str(token_of(new)), old]
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


def test_what_a_deleted_namespace_left_at_its_old_path_falls_to_nobody(
    crew: Processes, runs: Runs, moves: Moves
) -> None:
    furnish(runs)
    shown = run(runs, moves, "team.data", "maker")
    uri = file_of(moves, shown)
    moves.to("team.data", "crew.numbers")
    api = runs.cast.api
    assert runs.cast.alice.delete(f"{api}/flows/crew.numbers/maker").status_code < 300
    assert runs.cast.alice.delete(f"{api}/namespaces/crew.numbers").status_code < 300

    answer = moves.make("team.data")

    assert (answer.status_code, answer.json()["code"]) == (409, "namespace.path_reserved")
    with tenant_scope(runs.cast.tenant.id):
        assert tenants.current_path("team.data") not in {"team.data", "crew.numbers"}
        for own in ("team", "crew", "crew.numbers"):
            with pytest.raises(FileClosed):
                readable_address(runs.cast.tenant.id, own, None, uri)


def test_former_paths_of_other_tenants_are_neither_seen_nor_in_the_way(
    cast: Cast, moves: Moves
) -> None:
    moves.make("team.data")
    storage_for(cast.tenant.id).put("team/data/left", b"something")
    moves.to("team.data", "crew.numbers")

    theirs = f"/api/v1/{cast.other.slug}"
    answer = cast.charlie.post(f"{theirs}/namespaces", {"id": "team.data"})

    assert answer.status_code < 300, answer.content
    with tenant_scope(cast.other.id):
        assert not FormerPath.objects.exists()
        assert tenants.current_path("team.data") == "team.data"
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from tenants_formerpath")
            assert cursor.fetchone() == (0,)
            cursor.execute("update tenants_formerpath set path = 'mine'")
            assert cursor.rowcount == 0
    assert moves.make("team.data").json()["code"] == "namespace.path_reserved"


def test_a_row_of_one_tenant_cannot_name_a_namespace_of_another(cast: Cast, moves: Moves) -> None:
    with tenant_scope(cast.other.id):
        theirs = Namespace.objects.exclude(path="").first()
        if theirs is None:
            theirs = Namespace.objects.create(path="x", ancestors=["", "x"])

    with pytest.raises(IntegrityError), tenant_scope(cast.tenant.id):
        FormerPath.objects.create(path="a", namespace_id=theirs.id, moved_at=clock.now())


def test_old_addresses_of_namespace_files_lead_to_where_they_are_now(
    cast: Cast, moves: Moves
) -> None:
    moves.make("team.data")
    old = "downbeat:///team/data/_files/a.txt.v1-0123456789ab"
    storage_for(cast.tenant.id).put("team/data/flow/executions/left", b"something")
    moves.to("team.data", "crew.numbers")

    with tenant_scope(cast.tenant.id):
        found = readable_address(cast.tenant.id, "crew.numbers", None, old)

    assert found == "downbeat:///crew/numbers/_files/a.txt.v1-0123456789ab"


THIEF = """id: thief
namespace: elsewhere
tasks:
  - id: copy
    type: core.namespace.UploadFiles
    filesMap: {{taken.txt: "{uri}"}}
"""


def test_no_file_of_another_namespace_is_copied_into_its_own_by_a_task(
    crew: Processes, runs: Runs, moves: Moves
) -> None:
    furnish(runs)
    uri = file_of(moves, run(runs, moves, "team.data", "maker"))
    for here, there in (("team.data", "crew.numbers"), ("crew.numbers", "elsewhere.data")):
        runs.deploy(THIEF.format(uri=uri).replace("thief", f"thief_{here.replace('.', '_')}"))
        shown = runs.finished(
            moves.start("elsewhere", f"thief_{here.replace('.', '_')}").json()["id"]
        )
        assert shown["state"]["current"] == "FAILED"
        assert any("may not read" in message for message in runs.logs(shown["id"]))
        assert moves.to(here, there).status_code == 200

    runs.deploy(THIEF.format(uri=uri))
    shown = runs.finished(moves.start("elsewhere", "thief").json()["id"])
    assert shown["state"]["current"] == "SUCCESS", runs.logs(shown["id"])
