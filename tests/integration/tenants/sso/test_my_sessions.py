"""Sessions of mine: seen from each browser, ended one by one or all but this one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from executions.runtime import upkeep
from tenants.models import PortalSession
from tests.support.cast import PASSWORD, Cast
from tests.support.doubles.openid import OpenIdDouble
from tests.support.people import newcomer
from tests.support.signing_in import Browser, configured, openid_provider

SESSIONS = "/api/v1/me/sessions"


def at(email: str, agent: str = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0") -> Browser:
    """A browser in which somebody has signed in by password."""
    browser = Browser()
    browser.client.defaults["HTTP_USER_AGENT"] = agent
    body = {"username": email, "password": PASSWORD}
    answer = browser.client.post("/login", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return browser


def sessions(browser: Browser) -> list[dict[str, Any]]:
    answer = browser.client.get(SESSIONS)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def delete(browser: Browser, address: str) -> Any:
    browser.client.get("/ui/")
    token = browser.client.cookies[settings.CSRF_COOKIE_NAME].value
    return browser.client.delete(address, headers={"X-CSRFToken": token})


@pytest.fixture
def email(database: object) -> str:
    return newcomer(password=PASSWORD).email


def test_each_browser_sees_all_of_them_and_which_one_it_is(email: str) -> None:
    here, there = at(email), at(email, agent="curl/8")

    found = sessions(here)

    assert [one["current"] for one in found].count(True) == 1
    current = next(one for one in found if one["current"])
    assert ("Firefox" in current["userAgent"], current["address"]) == (True, "127.0.0.1")
    assert current["startedAt"] <= current["lastSeenAt"] < current["expiresAt"]
    assert {one["userAgent"] for one in sessions(there)} >= {"curl/8"}
    key = here.client.cookies[settings.SESSION_COOKIE_NAME].value
    assert key not in str(found)


def test_one_of_them_is_ended_and_the_others_go_on(email: str) -> None:
    here, there = at(email), at(email)
    other = next(one["id"] for one in sessions(here) if not one["current"])

    ended = delete(here, f"{SESSIONS}/{other}")

    assert ended.status_code == 204
    assert (here.signed_in, there.signed_in) == (True, False)
    assert len(sessions(here)) == 1
    assert delete(here, f"{SESSIONS}/{other}").status_code == 404


def test_all_others_are_ended_at_once(email: str) -> None:
    here, *others = (at(email) for _ in range(3))

    ended = delete(here, SESSIONS)

    assert ended.json() == {"ended": 2}
    assert (here.signed_in, [one.signed_in for one in others]) == (True, [False, False])


def test_nobody_sees_or_ends_the_sessions_of_others(email: str) -> None:
    mine, theirs = at(email), at(newcomer(password=PASSWORD).email)
    id = sessions(mine)[0]["id"]

    refused = delete(theirs, f"{SESSIONS}/{id}")

    assert refused.status_code == 404
    assert id not in {one["id"] for one in sessions(theirs)}
    assert mine.signed_in


def test_what_has_ended_everywhere_is_no_longer_listed(email: str) -> None:
    old = at(email)
    old.post("/api/v1/me/logout-everywhere")

    assert len(sessions(at(email))) == 1


def test_a_session_of_a_provider_knows_only_those_of_its_tenant(
    cast: Cast, openid: OpenIdDouble
) -> None:
    configured(cast, openid_provider(openid.url, rules={"defaultRoles": [{"role": "Viewer"}]}))
    browsers = [Browser(), Browser()]
    for number, browser in enumerate(browsers):
        browser.sign_in(cast, openid, sid=f"session-{number}")

    found = sessions(browsers[0])
    ended = delete(browsers[0], SESSIONS)

    assert {one["tenant"] for one in found} == {cast.tenant.slug}
    assert ended.json() == {"ended": 1}
    assert [one.signed_in for one in browsers] == [True, False]


def test_a_session_that_is_used_is_seen_but_not_written_at_each_request(email: str) -> None:
    here = at(email)
    with connection.cursor() as cursor:
        cursor.execute(
            "update tenants_portalsession set seen_at = now() - interval '2 days'"
            " where user_id = (select id from tenants_user where email = %s)",
            [email],
        )
    old = _seen(email)

    here.me()
    seen = _seen(email)
    here.me()

    assert seen > old
    assert _seen(email) == seen


def _seen(email: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(
            "select max(seen_at) from tenants_portalsession"
            " where user_id = (select id from tenants_user where email = %s)",
            [email],
        )
        return cursor.fetchone()[0]


def test_rows_of_sessions_that_are_over_are_deleted_and_others_stay(email: str) -> None:
    here, there = at(email), at(email)
    over, good = (one.client.cookies[settings.SESSION_COOKIE_NAME].value for one in (there, here))
    PortalSession.objects.filter(session_key=over).update(expire_date=Now() - timedelta(seconds=1))

    upkeep.run()

    assert list(
        PortalSession.objects.filter(session_key__in=[over, good]).values_list(
            "session_key", flat=True
        )
    ) == [good]
    assert here.signed_in
