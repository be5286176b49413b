"""When the next try starts, and when there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from downbeat.sdk.retry import Retry
from flows.spec.retry import GiveUp, RetryAt, next_attempt

START = datetime(2024, 1, 1, tzinfo=UTC)
ADAPTER: TypeAdapter[Any] = TypeAdapter(Retry)


def after(policy: dict[str, Any], attempts: int, **options: Any) -> float | str:
    now: datetime = options.pop("now", START)
    found = next_attempt(
        ADAPTER.validate_python(policy), attempts=attempts, first_started=START, now=now, **options
    )
    match found:
        case RetryAt(when):
            return (when - now).total_seconds()
        case GiveUp(reason):
            return reason


def test_a_constant_pause_is_always_the_same() -> None:
    policy = {"type": "constant", "interval": "PT5S"}

    assert [after(policy, n) for n in (1, 2, 10)] == [5, 5, 5]


def test_exponential_pauses_double_from_the_interval_up_to_the_cap() -> None:
    policy = {"type": "exponential", "interval": "PT1S", "maxInterval": "PT10S"}

    assert [after(policy, n) for n in (1, 2, 3, 4, 5, 500)] == [1, 2, 4, 8, 10, 10]
    assert after({**policy, "delayFactor": 3}, 3) == 9


def test_a_random_pause_lies_where_the_draw_says() -> None:
    policy = {"type": "random", "minInterval": "PT2S", "maxInterval": "PT6S"}

    assert [after(policy, 1, draw=draw) for draw in (0.0, 0.5, 1.0)] == [2, 4, 6]


def test_attempts_are_counted_with_the_first() -> None:
    policy = {"type": "constant", "interval": "PT1S", "maxAttempt": 3}

    assert after(policy, 2) == 1
    assert after(policy, 3) == "3 of 3 attempts are used"


def test_no_try_starts_after_the_longest_duration() -> None:
    policy = {"type": "constant", "interval": "PT5S", "maxDuration": "PT10S"}

    assert after(policy, 1, now=START + timedelta(seconds=4.8)) == 5
    at_the_very_end = after(policy, 1, now=START + timedelta(seconds=5))
    assert at_the_very_end == "the next attempt would start after 'maxDuration'"
    assert "maxDuration" in str(after(policy, 1, now=START + timedelta(seconds=6)))


def test_without_a_policy_a_failure_stands() -> None:
    assert isinstance(next_attempt(None, attempts=1, first_started=START, now=START), GiveUp)


@pytest.mark.parametrize(
    "policy",
    [
        {"type": "exponential", "interval": "PT3S", "maxInterval": "PT2S"},
        {"type": "random", "minInterval": "PT3S", "maxInterval": "PT2S"},
        {"type": "constant", "interval": "PT10S", "maxDuration": "PT5S"},
        {"type": "constant", "interval": "PT1S", "maxAttempts": 0},
        {"type": "other", "interval": "PT1S"},
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(policy: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(policy)
