"""Namespaces move with all that hangs on them, within the rights of who moves them."""

from __future__ import annotations

import threading
from http import HTTPStatus
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from downbeat.common.scope import tenant_scope
from downbeat.common.storage import storage_for
from flows.models import KeyValue, NamespaceFile
from tenants.facade import resolve_secret
from tenants.models import AuditEntry, Namespace
from tenants.services import namespace_moves
from tests.support.cast import Cast
from tests.support.people import bind, newcomer, role_id


def _move(cast: Cast, path: str, to: str, by: Any = None) -> Any:
    return (by or cast.alice).post(f"{cast.api}/namespaces/{path}/move", {"to": to})


def _content(cast: Cast, at: str) -> bytes:
    return b"".join(cast.alice.get(at).streaming_content)


def _furnish(cast: Cast, path: str) -> None:
    at = f"{cast.api}/namespaces/{path}"
    warehouse = {
        "name": "one",
        "type": "test.system",
        "values": {"host": "warehouse", "apiToken": "hidden", "port": 5},
    }
    answers = [
        cast.alice.post(f"{cast.api}/namespaces", {"id": path, "description": "Numbers"}),
        cast.alice.put(f"{at}/secrets", {"key": "KEY", "value": "the value"}),
        cast.alice.post(f"{at}/credentials", warehouse),
        cast.alice.put(f"{at}/kv/answer", "42", type="text/plain"),
        Client().post(
            f"{at}/files?path=/scripts/a.py",
            {"fileContent": SimpleUploadedFile("a.py", b"print(1)")},
            headers={"Authorization": f"Bearer {cast.alice.token}"},
        ),
    ]
    assert [answer.content for answer in answers if answer.status_code >= 400] == []


def test_what_hangs_on_a_namespace_and_below_it_moves_with_it(cast: Cast) -> None:
    _furnish(cast, "team.numbers")
    _furnish(cast, "team.numbers.raw")
    who = newcomer()
    bind(cast, who.id, role_id(cast, "Viewer"), "team.numbers")

    answer = _move(cast, "team.numbers", "company.analytics.figures")

    assert answer.status_code == HTTPStatus.OK, answer.content
    assert answer.json()["id"] == "company.analytics.figures"
    for place in ("company.analytics.figures", "company.analytics.figures.raw"):
        at = f"{cast.api}/namespaces/{place}"
        assert cast.alice.get(at).json()["description"] == "Numbers"
        assert who.member.get(at).status_code == HTTPStatus.OK
        assert cast.alice.get(f"{at}/kv/answer").json()["value"] == 42
        assert _content(cast, f"{at}/files?path=/scripts/a.py") == b"print(1)"
        assert [row["name"] for row in cast.alice.get(f"{at}/credentials").json()["results"]] == [
            "one"
        ]
        with tenant_scope(cast.tenant.id):
            assert resolve_secret(place, "KEY") == "the value"
    for place in ("team.numbers", "team.numbers.raw"):
        assert cast.alice.get(f"{cast.api}/namespaces/{place}").status_code == 404
    assert cast.alice.get(f"{cast.api}/namespaces/team").status_code == HTTPStatus.OK


def test_files_lie_below_the_new_path_and_no_longer_below_the_old_one(cast: Cast) -> None:
    _furnish(cast, "team.numbers")

    _move(cast, "team.numbers", "team.figures")

    storage = storage_for(cast.tenant.id)
    with tenant_scope(cast.tenant.id):
        uris = [row.uri for row in NamespaceFile.objects.exclude(uri="")]
    assert [uri.startswith("downbeat:///team/figures/_files/") for uri in uris] == [True]
    assert [storage.exists(uri) for uri in uris] == [True]
    assert list(storage.list("team/numbers")) == []


def test_a_move_is_in_the_audit_trail(cast: Cast) -> None:
    _move(cast, "company.data", "company.figures")

    with tenant_scope(cast.tenant.id):
        entry = AuditEntry.objects.filter(action="namespace.moved").get()
    said = orjson.loads(entry.body)
    assert said["before"] == {"path": "company.data"}
    assert said["after"] == {"path": "company.figures"}


def test_who_was_allowed_in_stays_allowed_and_a_namespace_of_the_old_name_is_not(
    cast: Cast,
) -> None:
    cast.alice.post(f"{cast.api}/namespaces", {"id": "team"})
    allowed = {"allowedNamespaces": [{"namespace": "team"}]}
    cast.alice.put(f"{cast.api}/namespaces/company", allowed)

    _move(cast, "team", "crew")

    found = cast.alice.get(f"{cast.api}/namespaces/company").json()
    assert found["allowedNamespaces"] == [{"namespace": "crew"}]


def test_an_invitation_that_waits_names_the_new_place(cast: Cast) -> None:
    role = role_id(cast, "Viewer")
    wish = {
        "email": "dora@example.com",
        "bindings": [{"roleId": str(role), "namespaceId": "company.data"}],
    }
    made = cast.alice.post(f"{cast.api}/invitations", wish)
    assert made.status_code < 300, made.content

    _move(cast, "company.data", "company.figures")

    found = cast.alice.get(f"{cast.api}/invitations/{made.json()['id']}").content.decode()
    assert "company.figures" in found
    assert "company.data" not in found


@pytest.mark.parametrize(
    ("to", "status", "code"),
    [
        ("company", 409, "namespace.exists"),
        ("company.data.inner", 422, "namespace.into_itself"),
        ("company.data", 422, "namespace.into_itself"),
        ("a..b", 422, "namespace.invalid"),
        ("search", 422, "namespace.invalid"),
        ("x" * 146, 422, "namespace.invalid"),
        ("", 422, None),
        (7, 422, None),
    ],
)
def test_a_place_that_cannot_be_is_refused(cast: Cast, to: Any, status: int, code: str) -> None:
    cast.alice.post(f"{cast.api}/namespaces", {"id": "company.data.child"})

    answer = _move(cast, "company.data", to)

    assert answer.status_code == status, answer.content
    assert code in {None, answer.json()["code"]}
    assert cast.alice.get(f"{cast.api}/namespaces/company.data.child").status_code == 200


def test_nobody_moves_what_they_may_not_delete_or_to_where_they_may_not_make(cast: Cast) -> None:
    cast.alice.post(f"{cast.api}/namespaces", {"id": "team"})
    editor, owner = newcomer(), newcomer()
    bind(cast, editor.id, role_id(cast, "Editor"), "company")
    bind(cast, owner.id, role_id(cast, "Admin"), "company")

    assert _move(cast, "company.data", "company.x", by=cast.bob).status_code == 403
    assert _move(cast, "company.data", "company.x", by=editor.member).status_code == 403
    assert _move(cast, "company.data", "team.x", by=owner.member).status_code == 404
    assert _move(cast, "company.data", "data", by=owner.member).status_code in {403, 404}
    assert _move(cast, "company.data", "company.x", by=cast.charlie).status_code == 404
    assert _move(cast, "company.data", "company.x", by=owner.member).status_code == 200


def test_moving_into_a_tree_gives_nothing_that_one_does_not_hold(cast: Cast) -> None:
    """Otherwise whoever may rearrange a namespace reads its secrets by moving it to their own."""
    cast.alice.post(f"{cast.api}/namespaces", {"id": "mine"})
    cast.alice.post(f"{cast.api}/namespaces", {"id": "theirs.vault"})
    role = cast.alice.post(
        f"{cast.api}/roles",
        {"name": "Mover", "permissions": ["namespace.view", "namespace.delete"]},
    )
    assert role.status_code < 300, role.content
    who = newcomer()
    bind(cast, who.id, role_id(cast, "Admin"), "mine")
    bind(cast, who.id, role_id(cast, "Mover"), "theirs")

    answer = _move(cast, "theirs.vault", "mine.vault", by=who.member)

    assert answer.status_code == 403, answer.content
    assert "secret.view" in answer.json()["detail"]
    assert cast.alice.get(f"{cast.api}/namespaces/theirs.vault").status_code == 200


def test_a_pair_that_is_written_while_its_namespace_moves_is_not_left_behind(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer has looked the namespace up; then it moves; then the pair is written."""
    found, moved = threading.Event(), threading.Event()
    real = namespace_moves.hold_namespace

    def late(place: Any) -> None:
        if threading.current_thread() is not threading.main_thread():
            found.set()
            assert moved.wait(20)
        real(place)

    monkeypatch.setattr("tenants.facade.hold_namespace", late)
    answers: list[Any] = []
    at = f"{cast.api}/namespaces/company.data/kv/late"
    writer = threading.Thread(
        target=lambda: answers.append(cast.alice.put(at, "1", type="text/plain"))
    )
    writer.start()
    assert found.wait(20)
    _move(cast, "company.data", "company.figures")
    moved.set()
    writer.join(20)

    assert answers[0].status_code == HTTPStatus.NOT_FOUND, answers[0].content
    with tenant_scope(cast.tenant.id):
        assert not KeyValue.objects.filter(key="late").exists()
        assert not Namespace.objects.filter(path="company.data").exists()
