"""Dates that ISO 8601 allows and databases do not: offsets beyond 16 hours, years that UTC does not have."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.support.cast import Cast

FAR_OFFSET = "0321-09-10T07:50:17+17:09"
BEYOND = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
FIRST = "0001-01-01T00:00:00Z"


def test_a_far_offset_is_a_date_like_others(cast: Cast) -> None:
    body = {"message": "hello", "startDate": FAR_OFFSET}
    told = cast.alice.post(f"{cast.api}/banners", body)
    stop = {"name": "stop", "enabled": False, "startDate": FAR_OFFSET}
    stopped = cast.alice.post(f"{cast.api}/kill-switches", stop)
    found = cast.alice.get(f"{cast.api}/executions/search?{_since(FAR_OFFSET)}")

    assert told.status_code == 201, told.content
    assert told.json()["startDate"] == "0321-09-09T14:41:17.000000Z"
    assert stopped.status_code == 201, stopped.content
    assert found.status_code == 200, found.content
    cast.alice.delete(f"{cast.api}/kill-switches/{stopped.json()['id']}")


@pytest.mark.parametrize("date", BEYOND)
def test_a_date_that_utc_does_not_have_is_refused(cast: Cast, date: str) -> None:
    bodies = {
        "banners": {"message": "hello", "startDate": date},
        "kill-switches": {"name": "stop", "enabled": False, "startDate": date},
    }
    answers = [cast.alice.post(f"{cast.api}/{path}", body) for path, body in bodies.items()]
    answers.append(cast.alice.get(f"{cast.api}/executions/search?{_since(date)}"))
    asked = urlencode({"to": date})
    answers.append(cast.alice.get(f"{cast.api}/executions/statistics?{asked}"))

    assert {answer.status_code for answer in answers} == {422}, [one.content for one in answers]


def test_statistics_do_not_begin_before_the_first_day(cast: Cast) -> None:
    answer = cast.alice.get(f"{cast.api}/executions/statistics?{urlencode({'to': FIRST})}")

    assert answer.status_code == 422, answer.content


def _since(date: str) -> str:
    return urlencode({"filters[startDate][GREATER_THAN]": date})


def test_credentials_that_are_no_base64_are_refused(cast: Cast) -> None:
    answer = cast.anonymous.get("/api/v1/me", headers={"Authorization": "Basic \u00fc\u00fc"})

    assert answer.status_code == 401
