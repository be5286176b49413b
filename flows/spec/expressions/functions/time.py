"""Functions that ask for the time."""

from __future__ import annotations

from flows.spec.expressions.dates.moment import DateValue
from flows.spec.expressions.filters.dates import (
    EXISTING_FORMAT,
    FORMAT,
    LOCALE,
    TIME_ZONE,
    moment,
    printed,
    zone,
)
from flows.spec.expressions.frame import Frame
from flows.spec.expressions.library import Parameter, function_word
from flows.spec.expressions.values import Value


@function_word("now", FORMAT, TIME_ZONE, EXISTING_FORMAT, LOCALE)
def now(frame: Frame, format: Value, time_zone: Value, existing: Value, locale: Value) -> Value:
    """The current date, in a format if one is given."""
    current = DateValue(frame.services.now()).in_zone(zone(time_zone))
    if format is None:
        return current
    return printed(current, format, zone(time_zone), locale)


_DATE = Parameter("date", None)


def _at(frame: Frame, date: Value, time_zone: Value) -> DateValue:
    in_zone = zone(time_zone)
    if date is None:
        return DateValue(frame.services.now()).in_zone(in_zone)
    return moment(date, None, in_zone).in_zone(in_zone)


@function_word("dayOfWeek", _DATE, TIME_ZONE)
def day_of_week(frame: Frame, date: Value, time_zone: Value) -> Value:
    """The day of the week, `MONDAY` to `SUNDAY`."""
    names = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
    return names[_at(frame, date, time_zone).at.weekday()]


@function_word("dayOfMonth", _DATE, TIME_ZONE)
def day_of_month(frame: Frame, date: Value, time_zone: Value) -> Value:
    """The day of the month, from 1."""
    return _at(frame, date, time_zone).at.day


@function_word("monthOfYear", _DATE, TIME_ZONE)
def month_of_year(frame: Frame, date: Value, time_zone: Value) -> Value:
    """The month, from 1."""
    return _at(frame, date, time_zone).at.month


@function_word("hourOfDay", _DATE, TIME_ZONE)
def hour_of_day(frame: Frame, date: Value, time_zone: Value) -> Value:
    """The hour, from 0 to 23."""
    return _at(frame, date, time_zone).at.hour


@function_word("isWeekend", _DATE, TIME_ZONE)
def is_weekend(frame: Frame, date: Value, time_zone: Value) -> Value:
    """Whether it is Saturday or Sunday."""
    return _at(frame, date, time_zone).at.weekday() >= 5
