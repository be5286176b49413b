"""Dates of a cron expression: next, previous, and those that were missed.

Five fields (minute hour day month weekday), six with ``withSeconds`` (seconds first), or a
nickname such as ``@hourly``. Sunday is 0 or 7. Dates are computed on the wall clock of the time
zone, so "02:30 every day" stays 02:30; a time that a change of the clock skips is left out of
hourly patterns and moved for daily ones, as cron itself does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final, assert_never

from cronsim import CronSim, CronSimError

from downbeat.sdk.times import zone

NICKNAMES: Final[dict[str, str]] = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
MAX_MISSED: Final = 10_000
MAX_SKIPPED: Final = 5_000
"""Dates in a row that conditions may refuse before a schedule counts as never firing."""

Allowed = Callable[[datetime], bool]


class CronError(ValueError):
    """The cron expression cannot be read."""


class Recovery(StrEnum):
    """What happens with dates that passed while nobody watched."""

    ALL = "ALL"
    LAST = "LAST"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Cron:
    """A checked cron expression in a time zone."""

    fields: str
    timezone: str = "UTC"

    @classmethod
    def parse(cls, text: str, *, with_seconds: bool = False, timezone: str | None = None) -> Cron:
        """Reads an expression; ``CronError`` says what is wrong with it."""
        name = timezone or "UTC"
        fields = NICKNAMES.get(text.strip().lower(), " ".join(text.split()))
        expected = 6 if with_seconds else 5
        if text.strip().startswith("@"):
            if text.strip().lower() not in NICKNAMES:
                known = ", ".join(NICKNAMES)
                raise CronError(f"Unknown cron nickname '{text}'; known are {known}")
            fields = f"0 {fields}" if with_seconds else fields
        elif len(fields.split()) != expected:
            hint = "six are needed with" if with_seconds else "five are needed without"
            count = len(fields.split())
            raise CronError(
                f"Invalid cron expression '{text}': it has {count} fields, {hint} 'withSeconds'"
            )
        try:
            zone(name)
            CronSim(fields, datetime(2024, 1, 1, tzinfo=UTC))
        except CronSimError as error:
            raise CronError(f"Invalid cron expression '{text}': {error}") from None
        except ValueError as error:
            raise CronError(str(error)) from None
        return cls(fields, name)

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Dates strictly after a moment, in the time zone, soonest first."""
        return self._dates(moment, reverse=False)

    def before(self, moment: datetime) -> Iterator[datetime]:
        """Dates strictly before a moment, in the time zone, latest first."""
        return self._dates(moment, reverse=True)

    def _dates(self, moment: datetime, *, reverse: bool) -> Iterator[datetime]:
        local = moment.astimezone(zone(self.timezone))
        try:
            for found in CronSim(self.fields, local, reverse=reverse):
                if (found < moment) if reverse else (found > moment):
                    yield found
        except (StopIteration, OverflowError, ValueError):
            return


def next_after(cron: Cron, moment: datetime, *, allowed: Allowed | None = None) -> datetime | None:
    """The first date after a moment that conditions allow; none within the bound: ``None``."""
    return _first(cron.after(moment), allowed)


def previous_before(
    cron: Cron, moment: datetime, *, allowed: Allowed | None = None
) -> datetime | None:
    """The last date before a moment that conditions allow."""
    return _first(cron.before(moment), allowed)


def _first(dates: Iterator[datetime], allowed: Allowed | None) -> datetime | None:
    for date in islice(dates, 1 if allowed is None else MAX_SKIPPED):
        if allowed is None or allowed(date):
            return date
    return None


def missed(
    cron: Cron,
    *,
    since: datetime,
    now: datetime,
    recovery: Recovery,
    late_maximum: timedelta | None = None,
    allowed: Allowed | None = None,
) -> tuple[datetime, ...]:
    """Dates from ``since`` (inclusive) to now that are still to be run, oldest first.

    Dates later than ``late_maximum`` are dropped. At most ``MAX_MISSED`` are returned; the caller
    asks again from the last one.
    """
    earliest = since if late_maximum is None else max(since, now - late_maximum)
    match recovery:
        case Recovery.NONE:
            return ()
        case Recovery.LAST:
            last = previous_before(cron, now + timedelta(microseconds=1), allowed=allowed)
            return (last,) if last is not None and last >= earliest else ()
        case Recovery.ALL:
            return tuple(between(cron, start=earliest, end=now, allowed=allowed))
        case _:
            assert_never(recovery)


def between(
    cron: Cron,
    *,
    start: datetime,
    end: datetime,
    allowed: Allowed | None = None,
    limit: int = MAX_MISSED,
) -> Iterator[datetime]:
    """Dates from start to end, both inclusive, oldest first: what a backfill runs."""
    count = 0
    for date in cron.after(start - timedelta(microseconds=1)):
        if date > end or count >= limit:
            return
        if allowed is None or allowed(date):
            count += 1
            yield date


def every(cron: Cron, moment: datetime) -> timedelta:
    """The time between the two dates that follow a moment; a day if there are none."""
    found = list(islice(cron.after(moment), 2))
    return found[1] - found[0] if len(found) == 2 else timedelta(days=1)
