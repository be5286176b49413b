"""Sessions end: here, everywhere, at the provider, and with whoever vouched for them."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from tenants.models import User
from tests.support.cast import PASSWORD, Cast, Member
from tests.support.doubles.openid import CLIENT_ID, OpenIdDouble
from tests.support.people import bind, newcomer, role_id
from tests.support.signing_in import Browser, configured, openid_provider, query_of

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def signed_in(cast: Cast, openid: OpenIdDouble) -> Browser:
    rules = {"defaultRoles": [{"role": "Viewer"}]}
    configured(cast, openid_provider(openid.url, rules=rules))
    browser = Browser()
    browser.sign_in(cast, openid, sid="session-1")
    return browser


def test_a_log_out_ends_the_session_and_knows_where_the_providers_ends(
    cast: Cast, openid: OpenIdDouble, signed_in: Browser
) -> None:
    stolen = Browser()
    for name, morsel in signed_in.client.cookies.items():
        stolen.client.cookies[name] = morsel.value

    answer = signed_in.client.post("/logout?provider=true")

    assert answer.json()["location"].startswith(f"{openid.url}/logout?")
    assert query_of(answer.json()["location"])["client_id"] == CLIENT_ID
    assert not signed_in.signed_in
    assert not stolen.signed_in


@pytest.mark.parametrize("how", ["deleted", "disabled"])
def test_sessions_end_with_the_provider(
    cast: Cast, openid: OpenIdDouble, signed_in: Browser, how: str
) -> None:
    path = f"{cast.api}/identity-providers/idp"
    body = openid_provider(openid.url, enabled=False)

    cast.alice.delete(path) if how == "deleted" else cast.alice.put(path, body)

    assert not signed_in.signed_in


def test_somebody_logs_out_everywhere(cast: Cast, openid: OpenIdDouble, signed_in: Browser) -> None:
    other = Browser()
    other.sign_in(cast, openid)
    made = other.post("/api/v1/me/api-tokens", {"name": "ci"}).json()
    token = Member(None, made["fullToken"])

    kept = signed_in.post("/api/v1/me/logout-everywhere")
    alive = token.get(f"{cast.api}/namespaces/search")
    again = Browser()
    again.sign_in(cast, openid)
    ended = again.post("/api/v1/me/logout-everywhere", {"tokens": True})

    assert (kept.status_code, alive.status_code, ended.status_code) == (204, 200, 204)
    assert not any(browser.signed_in for browser in (signed_in, other, again))
    assert token.get(f"{cast.api}/namespaces/search").status_code == 401


def test_a_person_with_a_password_logs_out_everywhere(cast: Cast) -> None:
    ada = newcomer(password=PASSWORD)
    browsers = [Browser(), Browser()]
    for browser in browsers:
        browser.client.post("/login", {"username": ada.email, "password": PASSWORD})
    assert all(browser.signed_in for browser in browsers)

    browsers[0].post("/api/v1/me/logout-everywhere")

    assert not any(browser.signed_in for browser in browsers)
    browsers[0].client.post("/login", {"username": ada.email, "password": PASSWORD})
    assert browsers[0].signed_in


def test_an_admin_of_a_tenant_ends_what_the_tenant_answers_for_and_no_more(
    cast: Cast, openid: OpenIdDouble, signed_in: Browser
) -> None:
    ada = newcomer(password=PASSWORD)
    bind(cast, ada.id, role_id(cast, "Viewer"), None)
    elsewhere = Browser()
    elsewhere.client.post("/login", {"username": ada.email, "password": PASSWORD})
    mine = signed_in.me().json()["id"]

    def end(person: str) -> Any:
        path = f"{cast.api}/tenant-access/{person}/logout-everywhere"
        return cast.alice.post(path, {"tokens": True})

    assert [end(mine).status_code, end(ada.id).status_code] == [204, 204]
    assert not signed_in.signed_in
    assert elsewhere.signed_in
    assert ada.member.get("/api/v1/me").status_code == 200
    assert cast.bob.post(f"{cast.api}/tenant-access/{mine}/logout-everywhere").status_code in {
        403,
        404,
    }
    assert end(str(cast.charlie.user.id)).status_code == 404  # type: ignore[union-attr]


def test_an_admin_of_the_instance_ends_all_of_a_persons_sessions(cast: Cast) -> None:
    ada, admin = newcomer(password=PASSWORD), newcomer(admin=True)
    browser = Browser()
    browser.client.post("/login", {"username": ada.email, "password": PASSWORD})

    path = f"/api/v1/users/{ada.id}/logout-everywhere"
    answer = admin.member.post(path, {"tokens": True})

    assert answer.status_code == 204
    assert not browser.signed_in
    assert ada.member.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("named", [{"sid": "session-1"}, {"sub": "subject-1"}])
def test_the_provider_ends_sessions_by_the_back_channel(
    cast: Cast, openid: OpenIdDouble, signed_in: Browser, named: dict[str, str]
) -> None:
    other = Browser()
    other.sign_in(cast, openid, sub="subject-2", sid="session-2", email="bob@example.org")

    answer = _told(cast, openid, **named)
    again = _told(cast, openid, **named, jti="another")

    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert again.status_code == 200
    assert not signed_in.signed_in
    assert other.signed_in


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"events": {}}, "token.event"),
        ({"nonce": "x"}, "token.nonce"),
        ({"jti": None}, "token.jti"),
        ({"sub": None}, "token.subject"),
        ({"aud": "another"}, "token.audience"),
        ({"iss": "https://evil.example"}, "token.issuer"),
        ({"exp": 1}, "token.expired"),
    ],
)
def test_a_log_out_token_that_is_not_believed_ends_nothing(
    cast: Cast, openid: OpenIdDouble, signed_in: Browser, wrong: dict[str, Any], code: str
) -> None:
    answer = _told(cast, openid, **{"sub": "subject-1", **wrong})

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert signed_in.signed_in


def test_a_log_out_token_counts_once(cast: Cast, openid: OpenIdDouble, signed_in: Browser) -> None:
    first = _told(cast, openid, sub="subject-1", jti="one")
    later = Browser()
    later.sign_in(cast, openid)
    second = _told(cast, openid, sub="subject-1", jti="one")

    assert (first.status_code, second.json()["code"]) == (200, "assertion.replayed")
    assert later.signed_in


def test_whoever_is_deactivated_is_out_within_five_seconds_with_their_tokens(
    cast: Cast, openid: OpenIdDouble, signed_in: Browser
) -> None:
    made = signed_in.post("/api/v1/me/api-tokens", {"name": "ci"}).json()
    token = Member(None, made["fullToken"])
    address = f"{cast.api}/namespaces/search"
    assert token.get(address).status_code == 200

    # Another process changes it: nothing here is told, only the cache's end tells.
    User.objects.filter(id=signed_in.me().json()["id"]).update(active=False)
    since = time.monotonic()
    while token.get(address).status_code == 200:
        assert time.monotonic() - since < 5
        threading.Event().wait(0.1)

    assert token.get(address).status_code == 401
    assert not signed_in.signed_in


def test_a_session_lasts_no_longer_than_the_tenant_says(cast: Cast, openid: OpenIdDouble) -> None:
    configured(cast, openid_provider(openid.url, rules={"sessionHours": 2}))
    browser = Browser()

    browser.sign_in(cast, openid)

    assert 7000 < browser.client.session.get_expiry_age() <= 7200


def test_a_password_in_the_same_browser_makes_a_session_without_a_border(
    cast: Cast, openid: OpenIdDouble, signed_in: Browser
) -> None:
    ada = newcomer(password=PASSWORD)

    signed_in.client.post("/login", {"username": ada.email, "password": PASSWORD})

    assert signed_in.me().json()["id"] == ada.id
    assert (
        signed_in.client.patch(
            "/api/v1/me",
            {"firstName": "Ada"},
            content_type="application/json",
            headers={"X-CSRFToken": signed_in.client.cookies["csrftoken"].value},
        ).json()["firstName"]
        == "Ada"
    )


def _told(cast: Cast, openid: OpenIdDouble, **claims: Any) -> Any:
    said = {**openid.says(), "events": {EVENT: {}}, "jti": f"{time.time_ns()}", **claims}
    if "sub" not in claims:
        del said["sub"]
    said = {name: value for name, value in said.items() if value is not None}
    token = openid.signed(said, header={"typ": "logout+jwt"})
    path = f"{cast.api}/sso/idp/backchannel-logout"
    return Browser().send_form(path, logout_token=token)
