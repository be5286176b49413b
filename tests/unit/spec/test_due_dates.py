"""What a schedule does when a date has passed: which date fires, and what it waits for next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from downbeat.sdk.trigger import Trigger
from executions.triggering import schedules
from executions.triggering.schedules import Due
from flows.spec.parse import parse_flow
from flows.spec.registry import Registry


def trigger(registry: Registry, properties: str) -> Trigger:
    source = (
        "id: f\nnamespace: company.team\ntasks: [{id: a, type: core.debug.Return}]\n"
        f"triggers: [{{id: t, {properties}}}]"
    )
    outcome = parse_flow(source, registry)
    assert outcome.flow is not None, outcome.errors
    found: Trigger = outcome.flow.triggers[0]
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def always(_date: datetime) -> bool:
    return True


def due(found: Trigger, since: str, now: str, **judges: Any) -> Due:
    allowed = judges.get("allowed", always)
    return schedules.due(found, at(since), at(now), allowed, judges.get("on_dates", allowed))


HOURLY = "type: core.trigger.Schedule, cron: '0 * * * *'"
DATES = (
    "type: core.trigger.ScheduleOnDates, dates: ['2024-05-01T00:00:00Z',"
    " '2024-05-03T12:00:00+02:00', '2024-05-09T00:00:00Z']"
)

CASES = [
    (HOURLY, "2024-05-01T08:00", "2024-05-01T08:00", "2024-05-01T08:00", "2024-05-01T09:00"),
    (HOURLY, "2024-05-01T05:00", "2024-05-01T08:10", "2024-05-01T05:00", "2024-05-01T06:00"),
    (
        f"{HOURLY}, recoverMissedSchedules: LAST",
        "2024-05-01T05:00", "2024-05-01T08:10", "2024-05-01T08:00", "2024-05-01T09:00",
    ),
    (
        f"{HOURLY}, recoverMissedSchedules: NONE",
        "2024-05-01T05:00", "2024-05-01T08:10", None, "2024-05-01T09:00",
    ),
    (
        f"{HOURLY}, recoverMissedSchedules: NONE",
        "2024-05-01T08:00", "2024-05-01T08:00:02", "2024-05-01T08:00", "2024-05-01T09:00",
    ),
    (
        f"{HOURLY}, lateMaximumDelay: PT90M",
        "2024-05-01T05:00", "2024-05-01T08:10", None, "2024-05-01T07:00",
    ),
    (
        f"{HOURLY}, lateMaximumDelay: PT90M",
        "2024-05-01T07:00", "2024-05-01T08:10", "2024-05-01T07:00", "2024-05-01T08:00",
    ),
    ("type: core.trigger.Schedule, cron: '*/20 * * * * *', withSeconds: true",
     "2024-05-01T08:00:20", "2024-05-01T08:00:20", "2024-05-01T08:00:20", "2024-05-01T08:00:40"),
    ("type: core.trigger.Schedule, cron: '@daily', timezone: America/New_York",
     "2024-05-01T04:00", "2024-05-01T04:00", "2024-05-01T04:00", "2024-05-02T04:00"),
    (DATES, "2024-05-01T00:00", "2024-05-04T00:00", "2024-05-01T00:00", "2024-05-03T10:00"),
    (
        f"{DATES}, recoverMissedSchedules: LAST",
        "2024-05-01T00:00", "2024-05-04T00:00", "2024-05-03T10:00", "2024-05-09T00:00",
    ),
    (
        f"{DATES}, recoverMissedSchedules: NONE",
        "2024-05-01T00:00", "2024-05-04T00:00", None, "2024-05-09T00:00",
    ),
    (DATES, "2024-05-09T00:00", "2024-05-09T00:00", "2024-05-09T00:00", None),
]  # fmt: skip


@pytest.mark.parametrize(("properties", "since", "now", "fire", "following"), CASES)
def test_due(
    registry: Registry,
    properties: str,
    since: str,
    now: str,
    fire: str | None,
    following: str | None,
) -> None:
    found = due(trigger(registry, properties), since, now)

    assert found.fire == (None if fire is None else at(fire))
    assert found.next_at == (None if following is None else at(following))


def test_a_clock_that_is_put_forward_moves_the_date_of_that_day(registry: Registry) -> None:
    nightly = trigger(
        registry, "type: core.trigger.Schedule, cron: '30 2 * * *', timezone: Europe/Paris"
    )

    found = [
        due(nightly, f"2024-03-{day}T01:30", f"2024-03-{day}T01:30").next_at for day in (29, 30)
    ]

    assert found[0] == at("2024-03-30T01:30")
    assert found[1] is not None
    assert found[1].astimezone(UTC).date() == at("2024-03-31T00:00").date()


def test_a_clock_that_is_put_back_fires_once(registry: Registry) -> None:
    nightly = trigger(
        registry, "type: core.trigger.Schedule, cron: '30 2 * * *', timezone: Europe/Paris"
    )

    first = due(nightly, "2024-10-26T00:30", "2024-10-26T00:30").next_at
    assert first is not None
    second = schedules.due(nightly, first, first, always, always).next_at

    assert second is not None
    assert second.astimezone(UTC).date() == at("2024-10-28T00:00").date()


def test_dates_that_conditions_on_dates_refuse_are_not_waited_for(registry: Registry) -> None:
    def noon(date: datetime) -> bool:
        return date.hour == 12

    found = due(trigger(registry, HOURLY), "2024-05-01T12:00", "2024-05-01T12:00", allowed=noon)

    assert found == Due(at("2024-05-01T12:00"), at("2024-05-02T12:00"))


def test_a_condition_that_never_holds_looks_again_far_ahead(registry: Registry) -> None:
    found = due(
        trigger(registry, HOURLY),
        "2024-05-01T12:00",
        "2024-05-01T12:00",
        allowed=lambda _: False,
    )

    assert found.fire is None
    assert found.next_at is not None
    assert found.next_at - at("2024-05-01T12:00") > timedelta(days=200)


def test_other_conditions_are_asked_when_the_date_has_come(registry: Registry) -> None:
    found = due(
        trigger(registry, HOURLY),
        "2024-05-01T12:00",
        "2024-05-01T12:00",
        allowed=lambda _: False,
        on_dates=always,
    )

    assert found == Due(None, at("2024-05-01T13:00"))
