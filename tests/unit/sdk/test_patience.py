"""How long a server that cannot answer is asked again, and what is never asked twice."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from downbeat.sdk.patience import Patience, patiently, reading, retry_after, writing

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
QUICK = Patience(first=0.001, most=0.004, whole=5.0)


class Server:
    """Gives the outcomes that it was handed, one for each question."""

    def __init__(self, *outcomes: int | httpx.Response | Exception) -> None:
        self.outcomes = list(outcomes)
        self.asked = 0

    def __call__(self) -> httpx.Response:
        self.asked += 1
        match self.outcomes.pop(0):
            case Exception() as error:
                raise error
            case int() as status:
                return httpx.Response(status)
            case answer:
                return answer


@pytest.mark.parametrize("trouble", [408, 425, 429, 500, 502, 503, 504, httpx.ReadTimeout("late")])
def test_a_question_is_asked_again_after_trouble_that_passes(trouble: int | Exception) -> None:
    server = Server(trouble, trouble, 200)

    assert patiently(server, again=reading, patience=QUICK).status_code == 200
    assert server.asked == 3


@pytest.mark.parametrize("final", [200, 204, 400, 401, 403, 404, 409, 422, 501])
def test_any_other_answer_is_final(final: int) -> None:
    server = Server(final, 200)

    assert patiently(server, again=reading, patience=QUICK).status_code == final
    assert server.asked == 1


@pytest.mark.parametrize("status", [408, 425, 429])
def test_what_does_something_is_repeated_when_the_server_has_not_begun(status: int) -> None:
    server = Server(status, 200)

    assert patiently(server, again=writing, patience=QUICK).status_code == 200


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_what_does_something_is_not_repeated_when_it_may_have_been_done(status: int) -> None:
    server = Server(status, 200)

    assert patiently(server, again=writing, patience=QUICK).status_code == status
    assert server.asked == 1


def test_a_lost_answer_to_what_does_something_is_raised() -> None:
    server = Server(httpx.ReadError("gone"), 200)

    with pytest.raises(httpx.ReadError):
        patiently(server, again=writing, patience=QUICK)
    assert server.asked == 1


def test_when_patience_is_over_the_last_answer_counts() -> None:
    server = Server(*[503] * 1_000)

    found = patiently(server, again=reading, patience=Patience(0.01, 0.02, whole=0.1))

    assert found.status_code == 503
    assert 2 <= server.asked <= 11


def test_a_wait_that_is_longer_than_all_patience_is_not_begun() -> None:
    server = Server(httpx.Response(429, headers={"Retry-After": "3600"}), 200)

    assert patiently(server, again=reading, patience=QUICK).status_code == 429
    assert server.asked == 1


def test_the_server_says_how_long_to_wait_and_people_are_told() -> None:
    said: list[str] = []
    server = Server(httpx.Response(429, headers={"Retry-After": "0"}), 200)

    patiently(server, again=reading, patience=Patience(first=3600.0), say=said.append)

    assert said == ["Status 429; asking again in 0 s"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30.0),
        ("Sun, 22 Nov 2026 12:00:10 GMT", 10.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        (None, None),
        ("-5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds
