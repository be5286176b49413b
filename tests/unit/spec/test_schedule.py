"""Dates of cron expressions: next, previous, missed, and on the days when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.spec.schedule import (
    Cron,
    CronError,
    Recovery,
    between,
    every,
    missed,
    next_after,
    previous_before,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("cron", "seconds", "zone", "moment", "expected"),
    [
        ("* * * * *", False, None, "2024-01-01T00:00:30Z", "2024-01-01T00:01:00+00:00"),
        ("@hourly", False, None, "2024-01-01T00:00:00Z", "2024-01-01T01:00:00+00:00"),
        ("0 0 * * 7", False, "UTC", "2024-01-01T00:00:00Z", "2024-01-07T00:00:00+00:00"),
        ("0 0 * * SUN", False, "UTC", "2024-01-01T00:00:00Z", "2024-01-07T00:00:00+00:00"),
        ("*/2 * * * * *", True, None, "2024-01-01T00:00:00.5Z", "2024-01-01T00:00:02+00:00"),
        ("@daily", True, "UTC", "2024-01-01T00:00:00Z", "2024-01-02T00:00:00+00:00"),
        ("0 2 * * *", False, "Europe/Paris", "2024-07-01T12:00:00Z", "2024-07-02T02:00:00+02:00"),
        ("0 9 29 2 *", False, "UTC", "2024-03-01T00:00:00Z", "2028-02-29T09:00:00+00:00"),
    ],
)
def test_the_next_date_is_on_the_wall_clock_of_the_zone(
    cron: str, seconds: bool, zone: str | None, moment: str, expected: str
) -> None:
    found = next_after(Cron.parse(cron, with_seconds=seconds, timezone=zone), at(moment))

    assert found is not None
    assert found.isoformat() == expected


def test_the_previous_date_is_strictly_before() -> None:
    cron = Cron.parse("0 * * * *")

    assert previous_before(cron, at("2024-01-01T05:00:00Z")) == at("2024-01-01T04:00:00Z")


def test_a_daily_time_that_the_clock_skips_still_has_its_day() -> None:
    cron = Cron.parse("30 2 * * *", timezone="Europe/Paris")

    days = [date.date().isoformat() for date in islice(cron.after(at("2024-03-29T12:00:00Z")), 3)]

    assert days == ["2024-03-30", "2024-03-31", "2024-04-01"]


def test_an_hourly_schedule_runs_each_real_hour_when_the_clock_goes_back() -> None:
    cron = Cron.parse("0 * * * *", timezone="Europe/Paris")

    dates = [date.astimezone(UTC) for date in islice(cron.after(at("2024-10-26T22:30:00Z")), 4)]

    assert dates == [at("2024-10-26T23:00:00Z") + timedelta(hours=n) for n in range(4)]


@pytest.mark.parametrize(
    "text",
    [
        "$ome Inv@lid Cr0n",
        "61 * * * *",
        "* * * *",
        "* * * * * *",
        "@often",
        "",
        "0 0 30 2 *",
        "x" * 5_000,
    ],
)
def test_what_is_no_cron_expression_is_refused(text: str) -> None:
    with pytest.raises(CronError, match=r"(?i)cron"):
        Cron.parse(text)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(CronError, match="Asia/Delhi"):
        Cron.parse("* * * * *", timezone="Asia/Delhi")


def test_conditions_skip_dates() -> None:
    cron = Cron.parse("0 0 * * *")

    def mondays(date: datetime) -> bool:
        return date.weekday() == 0

    def never(date: datetime) -> bool:
        return False

    assert next_after(cron, at("2024-01-02T00:00:00Z"), allowed=mondays) == at(
        "2024-01-08T00:00:00Z"
    )
    assert next_after(cron, at("2024-01-02T00:00:00Z"), allowed=never) is None


def test_missed_dates_are_recovered_as_told() -> None:
    cron = Cron.parse("0 * * * *")
    since, now = at("2024-01-01T01:00:00Z"), at("2024-01-01T04:30:00Z")
    hours = [at(f"2024-01-01T0{hour}:00:00Z") for hour in (1, 2, 3, 4)]

    def found(recovery: Recovery, **options: timedelta) -> list[datetime]:
        return list(missed(cron, since=since, now=now, recovery=recovery, **options))  # type: ignore[arg-type]

    assert found(Recovery.ALL) == hours
    assert found(Recovery.LAST) == hours[-1:]
    assert found(Recovery.NONE) == []
    assert found(Recovery.ALL, late_maximum=timedelta(hours=2)) == hours[2:]
    assert found(Recovery.LAST, late_maximum=timedelta(minutes=10)) == []


def test_a_backfill_covers_both_ends() -> None:
    cron = Cron.parse("0 * * * *")
    dates = list(between(cron, start=at("2024-01-01T01:00:00Z"), end=at("2024-01-01T03:00:00Z")))

    assert [date.hour for date in dates] == [1, 2, 3]
    assert every(cron, dates[0]) == timedelta(hours=1)


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    moment=st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata"]),
)
@settings(max_examples=60, deadline=None)
def test_next_and_previous_enclose_the_moment(
    minute: int, hour: int, moment: datetime, zone: str
) -> None:
    cron = Cron.parse(f"{minute} {hour} * * *", timezone=zone)

    after, before = next_after(cron, moment), previous_before(cron, moment)

    assert after is not None
    assert before is not None
    assert before < moment < after
    assert after - before <= timedelta(hours=50)
