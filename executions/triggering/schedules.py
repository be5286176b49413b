"""What a schedule does next: which date fires, and when to look again. Decides; writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from downbeat.sdk.times import zone
from downbeat.sdk.trigger import Trigger
from flows.plugins.core.triggers import Schedule, ScheduleOnDates
from flows.spec.schedule import MAX_SKIPPED, Cron, Recovery, previous_before

Allowed = Callable[[datetime], bool]
ON_TIME: Final = timedelta(seconds=10)
"""A date is missed, not merely late, when nobody looked for so long."""


@dataclass(frozen=True, slots=True)
class Due:
    """The date to fire now (None: none of those that passed), and the next to wait for."""

    fire: datetime | None
    next_at: datetime | None


def first_date(trigger: Trigger, now: datetime) -> datetime | None:
    """The first date of a schedule that begins to be watched now."""
    return _next(trigger, now)


def due(
    trigger: Trigger, since: datetime, now: datetime, allowed: Allowed, on_dates: Allowed
) -> Due:
    """What follows from ``since``, the date that was waited for, having passed.

    ``allowed`` judges every condition of the date that is due, ``on_dates`` only those that judge
    a date: the dates that they refuse are skipped without waiting for them.
    """
    late_maximum = getattr(trigger, "late_maximum_delay", None)
    recovery = Recovery(getattr(trigger, "recover_missed_schedules", None) or Recovery.ALL)
    date: datetime | None = since
    match recovery:
        case Recovery.NONE if now - since > ON_TIME:
            return Due(None, _following(trigger, now, on_dates))
        case Recovery.LAST:
            date = _last(trigger, since, now, on_dates)
        case Recovery.ALL | Recovery.NONE:
            pass
    if date is not None and late_maximum is not None and now - date > late_maximum:
        oldest = max(date, now - late_maximum)
        return Due(None, _following(trigger, oldest, on_dates))
    if date is None or not allowed(date):
        return Due(None, _following(trigger, date or now, on_dates))
    return Due(date, _following(trigger, date, on_dates))


def _following(trigger: Trigger, after: datetime, on_dates: Allowed) -> datetime | None:
    """The next date that the conditions on dates allow, or the last that was looked at."""
    date = None
    for _, date in zip(range(MAX_SKIPPED), _dates_after(trigger, after), strict=False):
        if on_dates(date):
            return date
    return date


def backfill_next(trigger: Trigger, after: datetime, end: datetime) -> datetime | None:
    """The next date of a backfill, up to and including its end."""
    date = _next(trigger, after)
    return date if date is not None and date <= end else None


def variables(trigger: Trigger, date: datetime, allowed: Allowed) -> dict[str, Any]:
    """The trigger's variables: the date, the next and the previous, in its time zone."""
    found = {"date": shown(trigger, date)}
    following = _first(_dates_after(trigger, date), allowed)
    former = _previous(trigger, date, allowed)
    if following is not None:
        found["next"] = shown(trigger, following)
    if former is not None:
        found["previous"] = shown(trigger, former)
    return found


def shown(trigger: Trigger, date: datetime) -> str:
    """A date as expressions see it."""
    local = date.astimezone(zone(getattr(trigger, "timezone", None) or "UTC"))
    return local.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_date(trigger: Trigger, date: datetime) -> datetime:
    """A date in the schedule's time zone, as conditions judge it."""
    return date.astimezone(zone(getattr(trigger, "timezone", None) or "UTC"))


def _cron(trigger: Schedule) -> Cron:
    return Cron.parse(trigger.cron, with_seconds=trigger.with_seconds, timezone=trigger.timezone)


def _next(trigger: Trigger, after: datetime) -> datetime | None:
    return next(_dates_after(trigger, after), None)


def _dates_after(trigger: Trigger, after: datetime) -> Iterator[datetime]:
    if isinstance(trigger, Schedule):
        yield from _cron(trigger).after(after)
    else:
        yield from (date for date in _listed(trigger) if date > after)


def _first(dates: Iterator[datetime], allowed: Allowed) -> datetime | None:
    for _, date in zip(range(MAX_SKIPPED), dates, strict=False):
        if allowed(date):
            return date
    return None


def _previous(trigger: Trigger, before: datetime, allowed: Allowed) -> datetime | None:
    if isinstance(trigger, Schedule):
        return previous_before(_cron(trigger), before, allowed=allowed)
    former = [date for date in _listed(trigger) if date < before and allowed(date)]
    return former[-1] if former else None


def _last(trigger: Trigger, since: datetime, now: datetime, on_dates: Allowed) -> datetime | None:
    """The latest date that has passed and is allowed; None if all were refused."""
    if isinstance(trigger, Schedule):
        moment = now + timedelta(microseconds=1)
        found = previous_before(_cron(trigger), moment, allowed=on_dates)
        return found if found is not None and found >= since else None
    passed = [date for date in _listed(trigger) if since <= date <= now and on_dates(date)]
    return passed[-1] if passed else None


def _listed(trigger: Trigger) -> list[datetime]:
    return sorted(cast(ScheduleOnDates, trigger).dates)


def backfill_start(trigger: Trigger, start: datetime, end: datetime) -> datetime | None:
    """The first date of a backfill; its start is inside it."""
    return backfill_next(trigger, start - timedelta(microseconds=1), end)


def dates_between(trigger: Trigger, start: datetime, end: datetime) -> Iterator[datetime]:
    """The dates of a schedule from a moment to another, both inside; its conditions not asked."""
    for date in _dates_after(trigger, start - timedelta(microseconds=1)):
        if date > end:
            return
        yield date
