"""Invitations: one link, once, for one address, with what the inviter holds on that day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from downbeat.common.models import uuid7
from downbeat.settings.mail import mail
from tests.support.cast import PASSWORD, Cast
from tests.support.doubles.mailbox import Mailbox, mailbox
from tests.support.people import Newcomer, bind, newcomer, role_id


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server that the instance is told of."""
    with mailbox() as found:
        told = mail(f"smtp://127.0.0.1:{found.port}?from=downbeat@example.com")
        monkeypatch.setattr(settings, "EMAIL_BACKEND", told.backend)
        monkeypatch.setattr(settings, "EMAIL_HOST", told.host)
        monkeypatch.setattr(settings, "EMAIL_PORT", told.port)
        monkeypatch.setattr(settings, "EMAIL_USE_TLS", told.starts_tls)
        monkeypatch.setattr(settings, "DEFAULT_FROM_EMAIL", told.sender)
        yield found


def _invite(cast: Cast, email: str, **facts: Any) -> Any:
    return cast.alice.post(f"{cast.api}/invitations", {"email": email, **facts})


def _viewer(cast: Cast) -> list[dict[str, Any]]:
    return [{"roleId": role_id(cast, "Viewer"), "namespaceId": "company.data"}]


def _address() -> str:
    return f"guest-{uuid7()}@example.com"


def _link(made: Any) -> dict[str, str]:
    return {"token": made["link"].partition("#")[2]}


def _open(path: str, body: dict[str, Any]) -> Any:
    client = Client(raise_request_exception=False)
    return client.post(f"/api/v1/invitation/{path}", body, "application/json")


def _sees(cast: Cast, who: Newcomer) -> bool:
    asked = who.member.get(f"{cast.api}/namespaces/company.data")
    return bool(asked.status_code == HTTPStatus.OK)


def test_somebody_new_joins_with_what_the_invitation_says(cast: Cast, post: Mailbox) -> None:
    email = _address()
    group = cast.alice.post(f"{cast.api}/groups", {"name": "analysts"}).json()["id"]
    answer = _invite(cast, email.upper(), groupIds=[group], bindings=_viewer(cast))
    made = answer.json()
    new = {**_link(made), "password": PASSWORD, "firstName": "Gus"}

    read = _open(f"read/{made['id']}", _link(made)).json()
    joined = _open(f"create/{made['id']}", new)
    again = _open(f"create/{made['id']}", new)
    client = Client()
    client.post("/login", {"username": email, "password": PASSWORD}, "application/json")

    assert (answer.status_code, made["mailSent"], made["status"]) == (201, True, "PENDING")
    message = re.sub(r"=\r?\n", "", post.messages[0])
    assert made["link"].partition("#")[2] in message
    assert read["tenant"]["name"] == "Acme"
    assert (read["email"], read["hasAccount"]) == (email, False)
    assert joined.status_code == HTTPStatus.OK
    assert again.status_code == HTTPStatus.NOT_FOUND
    assert client.get(f"{cast.api}/namespaces/company.data").status_code == HTTPStatus.OK
    assert client.get(f"{cast.api}/namespaces/company").status_code == HTTPStatus.NOT_FOUND
    members = cast.alice.get(f"{cast.api}/groups/{group}/members").json()["results"]
    assert [row["username"] for row in members] == [email]


def test_somebody_with_an_account_joins_with_it_and_nobody_elses(cast: Cast) -> None:
    dora, eve = newcomer(), newcomer()
    made = _invite(cast, dora.email, bindings=_viewer(cast)).json()
    path = f"/api/v1/invitation/accept/{made['id']}"

    listed = dora.member.get("/api/v1/me/invitations").json()
    stranger = eve.member.post(path, _link(made))
    as_new = _open(f"create/{made['id']}", {**_link(made), "password": PASSWORD})
    without = dora.member.post(path, {"token": "dwb_inv_nothing"})
    before = _sees(cast, dora)
    joined = dora.member.post(path, _link(made))

    assert [row["tenantId"] for row in listed] == [cast.tenant.slug]
    assert (stranger.status_code, stranger.json()["code"]) == (403, "invitation.other")
    assert (as_new.status_code, as_new.json()["code"]) == (409, "invitation.sign_in")
    assert (without.status_code, before, joined.status_code) == (404, False, 204)
    assert _sees(cast, dora)
    assert dora.member.get("/api/v1/me/invitations").json() == []
    shown = cast.alice.get(f"{cast.api}/invitations/{made['id']}").json()
    assert shown["status"] == "ACCEPTED"


def test_nobody_invites_with_what_they_do_not_hold(cast: Cast) -> None:
    clerk = newcomer()
    made = {"name": "clerk", "permissions": ["user.view", "user.edit", "binding.edit"]}
    bind(cast, clerk.id, cast.alice.post(f"{cast.api}/roles", made).json()["id"], None)
    admin = [{"roleId": role_id(cast, "Admin")}]

    refused = clerk.member.post(f"{cast.api}/invitations", {"email": _address(), "bindings": admin})
    bob = cast.bob.post(f"{cast.api}/invitations", {"email": _address()})

    assert (refused.status_code, refused.json()["code"]) == (403, "denied.grant")
    assert bob.status_code == HTTPStatus.NOT_FOUND


def test_an_invitation_gives_no_more_than_its_inviter_still_holds(cast: Cast) -> None:
    chief = newcomer()
    binding = bind(cast, chief.id, role_id(cast, "Admin"), None).json()["id"]
    dora = newcomer()
    body = {"email": dora.email, "bindings": _viewer(cast)}
    made = chief.member.post(f"{cast.api}/invitations", body).json()
    cast.alice.delete(f"{cast.api}/bindings/{binding}")

    answer = dora.member.post(f"/api/v1/invitation/accept/{made['id']}", _link(made))

    assert (answer.status_code, answer.json()["code"]) == (409, "invitation.stale")
    assert not _sees(cast, dora)
    shown = cast.alice.get(f"{cast.api}/invitations/{made['id']}").json()
    assert shown["status"] == "PENDING"


def test_a_link_is_void_once_another_was_sent_or_the_invitation_was_revoked(cast: Cast) -> None:
    dora = newcomer()
    made = _invite(cast, dora.email).json()
    twice = _invite(cast, dora.email)
    path = f"{cast.api}/invitations/{made['id']}"
    second = cast.alice.post(f"{path}/resend").json()

    old = _open(f"read/{made['id']}", _link(made)).status_code
    new = _open(f"read/{made['id']}", _link(second)).status_code
    revoked = cast.alice.delete(path).status_code
    gone = _open(f"read/{made['id']}", _link(second)).status_code

    assert (twice.status_code, twice.json()["code"]) == (409, "invitation.exists")
    assert [old, new, revoked, gone] == [404, 200, 204, 404]
    assert cast.alice.delete(path).status_code == HTTPStatus.NOT_FOUND


def test_a_link_is_void_when_its_time_is_over(cast: Cast) -> None:
    dora = newcomer()
    made = _invite(cast, dora.email, maxAge="PT1S").json()
    with connection.cursor() as cursor:
        cursor.execute("select pg_sleep(1.1)")

    late = dora.member.post(f"/api/v1/invitation/accept/{made['id']}", _link(made))
    expired = cast.alice.get(f"{cast.api}/invitations/search?status=EXPIRED").json()["results"]
    again = _invite(cast, dora.email)

    assert late.status_code == HTTPStatus.NOT_FOUND
    assert [row["id"] for row in expired] == [made["id"]]
    assert again.status_code == HTTPStatus.CREATED


def test_a_weak_password_makes_no_account_and_leaves_the_link_as_it_was(cast: Cast) -> None:
    email = _address()
    made = _invite(cast, email).json()

    weak = _open(f"create/{made['id']}", {**_link(made), "password": "short"})
    good = _open(f"create/{made['id']}", {**_link(made), "password": PASSWORD})

    assert (weak.status_code, weak.json()["code"]) == (422, "password.weak")
    assert good.status_code == HTTPStatus.OK


def test_without_a_mail_server_the_link_is_shown_to_the_inviter(cast: Cast) -> None:
    made = _invite(cast, _address()).json()
    listed = cast.alice.get(f"{cast.api}/invitations/search").content.decode()

    assert made["mailSent"] is False
    assert made["link"].startswith("http")
    assert made["link"].partition("#")[2] not in listed


def test_a_mail_that_is_refused_does_not_undo_the_invitation(cast: Cast, post: Mailbox) -> None:
    post.refuses = True

    answer = _invite(cast, _address())

    assert (answer.status_code, answer.json()["mailSent"]) == (201, False)


def test_links_are_not_kept(cast: Cast) -> None:
    made = _invite(cast, _address()).json()
    token = made["link"].partition("#")[2]

    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.tenant', %s, false)", [str(cast.tenant.id)])
        cursor.execute("select row_to_json(i)::text from tenants_invitation i")
        rows = str(cursor.fetchall())
        cursor.execute("select set_config('app.tenant', '', false)")
    trail = cast.alice.get(f"{cast.api}/auditlogs/search?size=50").content.decode()

    assert made["id"] in rows
    assert token[20:40] not in rows
    assert token not in trail


@pytest.mark.parametrize("email", ["", "no address", "a@b", "x" * 300 + "@example.com"])
def test_what_is_no_address_is_not_invited(module_cast: Cast, email: str) -> None:
    assert _invite(module_cast, email).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_somebody_inside_is_not_invited(cast: Cast) -> None:
    assert cast.bob.user

    answer = _invite(cast, cast.bob.user.email or "")

    assert (answer.status_code, answer.json()["code"]) == (409, "access.exists")
