"""When a failed task run is tried again: a policy, what happened so far and one drawn number.

``attempts`` counts tries that have ended, the first included. ``maxAttempts`` bounds them;
``maxDuration`` runs from the first try, and no try starts after it: nor one whose moment is the very
end, for tries begin a little after their moment, never before. Exponential: the first pause
is the interval, each next one is multiplied by the factor (2 unless written), up to the cap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from downbeat.sdk.retry import ConstantRetry, ExponentialRetry, RandomRetry, Retry

DEFAULT_FACTOR: Final = 2.0
SLACK: Final = 0.1
"""Part of the pause, and at most so many seconds, by which a try begins late."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again, not before a moment."""

    when: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The failure stands; ``reason`` says why there is no further try."""

    reason: str


def next_attempt(
    policy: Retry | None,
    *,
    attempts: int,
    first_started: datetime,
    now: datetime,
    draw: float = 0.5,
) -> RetryAt | GiveUp:
    """When the next try may start, if there is one; ``draw`` is a random number from 0 to 1."""
    if policy is None:
        return GiveUp("no retry is declared")
    if policy.max_attempts is not None and attempts >= policy.max_attempts:
        return GiveUp(f"{attempts} of {policy.max_attempts} attempts are used")
    wait = pause(policy, attempts=attempts, draw=draw)
    when = now + wait
    begins = when + min(wait * SLACK, timedelta(seconds=SLACK))
    if policy.max_duration is not None and begins > first_started + policy.max_duration:
        return GiveUp("the next attempt would start after 'maxDuration'")
    return RetryAt(when)


def pause(policy: Retry, *, attempts: int, draw: float) -> timedelta:
    """The pause before the next try."""
    match policy:
        case ConstantRetry():
            return policy.interval
        case ExponentialRetry():
            return _grown(policy, attempts)
        case RandomRetry():
            spread = policy.max_interval - policy.min_interval
            return policy.min_interval + spread * min(max(draw, 0.0), 1.0)
        case _:
            assert_never(policy)


def _grown(policy: ExponentialRetry, attempts: int) -> timedelta:
    factor = policy.delay_factor or DEFAULT_FACTOR
    cap = policy.max_interval.total_seconds()
    seconds = policy.interval.total_seconds()
    for _ in range(attempts - 1):
        seconds *= factor
        if seconds >= cap or seconds <= 0:
            break
    return timedelta(seconds=min(seconds, cap))
