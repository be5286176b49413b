"""The first steps of the official client: set-up, log-in, portal page, token."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest
from django.test import Client

FIRST = {
    "username": "root@root.com",
    "password": "Root!1234",
    "tenant": {"id": "main", "name": "Main"},
}
META = re.compile(r'<meta name="csrf-token" content="([^"]+)">')

pytestmark = pytest.mark.usefixtures("empty_instance")


def _set_up() -> None:
    assert Client().post("/api/v1/setup", FIRST, "application/json").status_code == HTTPStatus.OK


def _logged_in() -> Client:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(
        "/login", {"username": FIRST["username"], "password": FIRST["password"]}, "application/json"
    )
    assert answer.status_code == HTTPStatus.OK, answer.content
    return client


def test_an_instance_says_whether_it_is_set_up() -> None:
    before = Client().get("/api/v1/setup").json()
    _set_up()

    assert before["done"] is False
    assert Client().get("/api/v1/setup").json()["done"] is True


def test_a_second_set_up_is_refused_with_405() -> None:
    _set_up()

    answer = Client().post("/api/v1/setup", FIRST, "application/json")

    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert answer.json()["code"] == "setup.done"


def test_setting_up_from_afar_needs_the_token_that_the_server_printed() -> None:
    answer = Client(REMOTE_ADDR="10.0.0.7").post("/api/v1/setup", FIRST, "application/json")

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert answer.json()["code"] == "setup.token"


def test_the_official_clients_bootstrap_gets_a_token_that_works() -> None:
    _set_up()
    client = _logged_in()
    found = META.search(client.get("/ui/").content.decode())
    assert found

    answer = client.post(
        "/api/v1/me/api-tokens",
        {"name": "ci-token", "maxAge": "P1D"},
        "application/json",
        headers={"X-CSRF-TOKEN": found.group(1)},
    )

    assert answer.status_code == HTTPStatus.OK, answer.content
    token = answer.json()["fullToken"]
    me = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json()
    assert (me["instanceOwner"], me["superAdmin"]) == (True, False)
    assert [tenant["id"] for tenant in me["tenants"]] == ["main"]


def test_a_write_with_a_cookie_but_without_the_csrf_token_is_refused() -> None:
    _set_up()

    answer = _logged_in().post("/api/v1/me/api-tokens", {"name": "x"}, "application/json")

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert answer.json()["code"] == "csrf"


def test_the_address_and_the_password_of_the_client_are_a_log_in_too() -> None:
    _set_up()
    client = Client(headers={"Authorization": "Basic cm9vdEByb290LmNvbTpSb290ITEyMzQ="})

    assert client.get("/api/v1/me").json()["email"] == FIRST["username"]


def test_logging_out_ends_the_session() -> None:
    _set_up()
    client = _logged_in()
    assert client.get("/api/v1/me").status_code == HTTPStatus.OK

    client.post("/logout")

    assert client.get("/api/v1/me").status_code == HTTPStatus.UNAUTHORIZED


def test_a_log_in_from_a_page_of_another_site_is_refused() -> None:
    _set_up()
    login = {"username": FIRST["username"], "password": FIRST["password"]}

    answer = Client().post(
        "/login", login, "application/json", headers={"Origin": "https://evil.example"}
    )

    assert answer.status_code == HTTPStatus.FORBIDDEN


def test_a_wrong_password_is_refused_and_guessing_is_slowed() -> None:
    _set_up()
    login = {"username": FIRST["username"], "password": "wrong"}

    statuses = [
        Client(REMOTE_ADDR="127.9.9.9").post("/login", login, "application/json").status_code
        for _ in range(11)
    ]

    assert statuses[:10] == [HTTPStatus.UNAUTHORIZED] * 10
    assert statuses[10] == HTTPStatus.TOO_MANY_REQUESTS
