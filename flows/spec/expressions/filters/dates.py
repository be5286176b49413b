"""Filters over dates: print, move, count seconds."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable

from flows.spec.expressions import arguments as take
from flows.spec.expressions.dates.formats import DEFAULT_FORMAT, read, show
from flows.spec.expressions.dates.moment import DateValue, zone_of
from flows.spec.expressions.errors import TypeMismatchError
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.library import Parameter, filter_word
from flows.spec.expressions.values import Value, instant

FORMAT = Parameter("format", None)
TIME_ZONE = Parameter("timeZone", None)
EXISTING_FORMAT = Parameter("existingFormat", None)
LOCALE = Parameter("locale", None)
_READING = (EXISTING_FORMAT, TIME_ZONE)


def zone(value: Value) -> dt.tzinfo:
    """The zone an argument names; UTC without one."""
    return dt.UTC if value is None else zone_of(take.text(value, "timeZone"))


def moment(value: Value, existing_format: Value, in_zone: dt.tzinfo) -> DateValue:
    """The date that a value is, spells, or counts in seconds since 1970."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return DateValue.of_epoch(value, in_zone)
    if not isinstance(value, str):
        return instant(value)
    return read(value, take.optional_text(existing_format, "existingFormat"), zone=in_zone)


def printed(value: DateValue, format: Value, in_zone: dt.tzinfo, locale: Value) -> str:
    """A date as the arguments `format`, `timeZone` and `locale` ask for."""
    name = take.optional_text(format, "format") or DEFAULT_FORMAT
    return show(value.in_zone(in_zone), name, locale=take.optional_text(locale, "locale"))


@filter_word("date", FORMAT, TIME_ZONE, EXISTING_FORMAT, LOCALE)
def date(
    frame: Frame, value: Value, format: Value, time_zone: Value, existing: Value, locale: Value
) -> Value:
    """The date in a pattern such as `yyyy-MM-dd` or a named format such as `iso_sec`."""
    in_zone = zone(time_zone)
    return printed(moment(value, existing, in_zone), format, in_zone, locale)


def _months(amount: int) -> Callable[[dt.datetime], dt.datetime]:
    def moved(at: dt.datetime) -> dt.datetime:
        year, month = divmod(at.year * 12 + at.month - 1 + amount, 12)
        if not dt.MINYEAR <= year <= dt.MAXYEAR:
            raise TypeMismatchError("The date is out of range")
        last = calendar.monthrange(year, month + 1)[1]
        return at.replace(year=year, month=month + 1, day=min(at.day, last))

    return moved


# Units that follow the clock on the wall, by the months or days they are.
_MONTHS = {"MONTHS": 1, "YEARS": 12, "DECADES": 120, "CENTURIES": 1200, "MILLENNIA": 12000}
_DAYS = {"DAYS": 1, "WEEKS": 7}
# Units that are a length of time, in nanoseconds.
_NANOS = {
    "NANOS": 1, "MICROS": 10**3, "MILLIS": 10**6, "SECONDS": 10**9, "MINUTES": 60 * 10**9,
    "HOURS": 3600 * 10**9, "HALF_DAYS": 12 * 3600 * 10**9,
}  # fmt: skip


def shifted(value: DateValue, amount: int, unit: str) -> DateValue:
    """The date so many units later, or earlier for a negative amount."""
    try:
        if unit in _MONTHS:
            return DateValue(_months(amount * _MONTHS[unit])(value.at), value.extra_nanos)
        if unit in _DAYS:
            return DateValue(value.at + dt.timedelta(days=amount * _DAYS[unit]), value.extra_nanos)
        if unit in _NANOS:
            micros, nanos = divmod(value.extra_nanos + amount * _NANOS[unit], 1000)
            utc = value.at.astimezone(dt.UTC) + dt.timedelta(microseconds=micros)
            return DateValue(utc.astimezone(value.at.tzinfo), nanos)
    except OverflowError as error:
        raise TypeMismatchError("The date is out of range") from error
    known = ", ".join((*_NANOS, *_DAYS, *_MONTHS))
    raise TypeMismatchError(f"`{unit[:30]}` is not a unit of time; units are {known}")


@filter_word(
    "dateAdd", Parameter("amount"), Parameter("unit"), FORMAT, TIME_ZONE, EXISTING_FORMAT, LOCALE
)
def date_add(
    frame: Frame, value: Value, amount: Value, unit: Value, format: Value, time_zone: Value,
    existing: Value, locale: Value,
) -> Value:  # fmt: skip
    """The date so many units later: `dateAdd(-1, 'DAYS')`."""
    in_zone = zone(time_zone)
    units = take.text(unit, "unit").upper()
    moved = shifted(moment(value, existing, in_zone), take.whole(amount, "amount"), units)
    if format is None:
        return moved.in_zone(in_zone)
    return printed(moved, format, in_zone, locale)


@filter_word("timestamp", *_READING)
def timestamp(frame: Frame, value: Value, existing: Value, time_zone: Value) -> Value:
    """The seconds since 1970."""
    return moment(value, existing, zone(time_zone)).epoch_seconds()


def _fine(value: Value, existing: Value, time_zone: Value, per_second: int) -> int:
    found = moment(value, existing, zone(time_zone))
    return (found.epoch_seconds() * 10**9 + found.nano_of_second) // (10**9 // per_second)


@filter_word("timestampMilli", *_READING)
def timestamp_milli(frame: Frame, value: Value, existing: Value, time_zone: Value) -> Value:
    """The milliseconds since 1970."""
    return _fine(value, existing, time_zone, 10**3)


@filter_word("timestampMicro", *_READING)
def timestamp_micro(frame: Frame, value: Value, existing: Value, time_zone: Value) -> Value:
    """The microseconds since 1970."""
    return _fine(value, existing, time_zone, 10**6)


@filter_word("timestampNano", *_READING)
def timestamp_nano(frame: Frame, value: Value, existing: Value, time_zone: Value) -> Value:
    """The nanoseconds since 1970."""
    return _fine(value, existing, time_zone, 10**9)
