"""What is read out of Airbyte's answers, also when they are not as expected."""

from __future__ import annotations

from typing import Any

import pytest

from downbeat.sdk.errors import TaskFailed
from flows.plugins.airbyte.answers import (
    Moved,
    Stream,
    attempts_of,
    failure,
    log_lines,
    moved,
    phase_of,
    streams,
)
from flows.plugins.airbyte.connection import address

ODD: tuple[Any, ...] = (None, True, 3, "text", [], {}, [None], [{}], {"stats": []})
PLACES = ("attempts", "attempt", "totalStats", "streamStats", "failureSummary", "logs")


def whole() -> dict[str, Any]:
    """An answer with every part in its place."""
    stream = {"streamName": "a", "stats": {"recordsCommitted": 1}}
    parts = {
        "totalStats": {"recordsCommitted": 1},
        "streamStats": [stream],
        "failureSummary": {"failures": [{"externalMessage": "no"}]},
    }
    return {"attempts": [{"attempt": parts, "logs": {"logLines": ["a"], "events": [{}]}}]}


def with_odd(place: str, odd: Any) -> dict[str, Any]:
    """Such an answer with something unexpected in one place."""
    answer = whole()
    item = answer["attempts"][0]
    owner = answer if place == "attempts" else item if place in item else item["attempt"]
    owner[place] = odd
    return answer


def attempt(**facts: Any) -> dict[str, Any]:
    return {"attempt": facts}


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("pending", "running"),
        ("running", "running"),
        ("queued", "running"),
        ("incomplete", "running"),
        ("a word of next year", "running"),
        ("succeeded", "success"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
    ],
)
def test_a_status_says_whether_the_job_goes_on(status: str, phase: str) -> None:
    assert phase_of(status) == phase


def test_what_all_attempts_moved_is_added_up() -> None:
    stats = {"recordsCommitted": 2, "recordsEmitted": 5, "bytesEmitted": 10}
    answer = {
        "attempts": [
            attempt(totalStats={**stats, "stateMessagesEmitted": 1}),
            attempt(totalStats=stats),
            attempt(recordsSynced=7, bytesSynced=70),
        ]
    }

    assert moved(answer) == Moved(3, 2 + 2 + 7, 5 + 5 + 7, 10 + 10 + 70, 1)


def test_streams_are_named_once_with_their_sums() -> None:
    orders = {"streamName": "orders", "streamNamespace": "shop"}
    one = {**orders, "stats": {"recordsCommitted": 1, "bytesEmitted": 10}}
    answer = {"attempts": [attempt(streamStats=[one]), attempt(streamStats=[one, {"stats": {}}])]}

    assert streams(answer) == [Stream("orders", "shop", 2, 20)]


def test_a_failure_is_told_in_airbytes_words_and_says_whose_it_is() -> None:
    reason = {"failureOrigin": "source", "failureType": "config_error", "externalMessage": "no"}
    inner = {"failureOrigin": "destination", "internalMessage": "disk full"}
    answer = {
        "attempts": [attempt(), attempt(failureSummary={"failures": [reason, inner, reason]})]
    }

    assert failure(answer) == "source, config_error: no; destination: disk full"
    assert failure({}) == ""


def test_logs_are_read_in_both_shapes() -> None:
    events = {"events": [{"message": "read", "level": "info"}, {"message": "done"}, {}]}

    assert log_lines({"logs": {"logLines": ["a", "b"]}}) == ["a", "b"]
    assert log_lines({"logs": events}) == ["INFO read", "done"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("odd", ODD, ids=str)
def test_no_answer_brings_the_reading_down(place: str, odd: Any) -> None:
    answer = with_odd(place, odd)

    assert moved(answer).attempts == len(attempts_of(answer))
    assert isinstance(failure(answer), str)
    assert isinstance(streams(answer), list)
    for item in attempts_of(answer):
        assert isinstance(log_lines(item), list)


def test_an_address_is_taken_as_people_copy_it_and_never_shown_when_it_is_wrong() -> None:
    assert address(" http://h:8000/ ") == "http://h:8000"
    assert address("https://h/api/v1/", without="/api/v1") == "https://h"
    for wrong in ("h:8000", "ftp://h", "http://", "http://h:port", "http://[h", ""):
        with pytest.raises(TaskFailed, match="not an address") as told:
            address(wrong)
        assert not wrong or wrong not in str(told.value).replace("http://", "", 1)
