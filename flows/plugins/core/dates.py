"""Conditions on dates: days, weeks, times of day, holidays."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time
from functools import lru_cache
from importlib import import_module
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from downbeat.sdk.fields import Text, has_expression
from downbeat.sdk.times import ClockTime, parse_instant, parse_time
from downbeat.sdk.trigger import Condition, ConditionFacts
from flows.plugins.core.conditions import OLD, OLDER
from flows.plugins.core.showing import Examples, on_schedule

DayName = Literal["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_OCCURRENCES = {"FIRST": 1, "SECOND": 2, "THIRD": 3, "FOURTH": 4}
DateText = Annotated[Text, Field(description="A date, by default that of the trigger")]


class OnDate(Condition):
    """A condition on a date; without ``date``, on the date of the trigger."""

    date: DateText | None = None

    @property
    def on_dates(self) -> bool:
        return True

    def moment(self, facts: ConditionFacts) -> datetime | None:
        """The date that is judged, in the zone it was given in."""
        if self.date is None:
            return facts.date
        return _moment(facts.render(self.date) if has_expression(self.date) else self.date)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parse_instant(text)


class DateTimeBetween(OnDate):
    """The date is after one moment and before another."""

    type_name: ClassVar[str] = "core.condition.DateTimeBetween"
    examples: ClassVar[Examples] = on_schedule(
        "Within a year",
        'type: core.condition.DateTimeBetween\nafter: "2026-01-01T00:00:00Z"\nbefore: "2027-01-01T00:00:00Z"',
    )
    aliases: ClassVar[tuple[str, ...]] = (
        OLD + "DateTimeBetweenCondition",
        OLDER + "DateTimeBetweenCondition",
    )

    after: Text | None = None
    before: Text | None = None

    @model_validator(mode="after")
    def _bounded(self) -> DateTimeBetween:
        if self.after is None and self.before is None:
            raise PydanticCustomError("condition.unbounded", "'after' or 'before' is needed")
        return self

    def holds(self, facts: ConditionFacts) -> bool:
        moment = self.moment(facts)
        if moment is None:
            return False
        after = None if self.after is None else _moment(facts.render(self.after))
        before = None if self.before is None else _moment(facts.render(self.before))
        return (after is None or moment > after) and (before is None or moment < before)


class TimeBetween(OnDate):
    """The time of day is after one time and before another."""

    type_name: ClassVar[str] = "core.condition.TimeBetween"
    examples: ClassVar[Examples] = on_schedule(
        "In office hours",
        'type: core.condition.TimeBetween\nafter: "08:00:00Z"\nbefore: "18:00:00Z"',
    )
    aliases: ClassVar[tuple[str, ...]] = (
        OLD + "TimeBetweenCondition",
        OLDER + "TimeBetweenCondition",
    )

    after: ClockTime | Text | None = None
    before: ClockTime | Text | None = None

    def holds(self, facts: ConditionFacts) -> bool:
        moment = self.moment(facts)
        if moment is None:
            return False
        found = moment.time().replace(tzinfo=None)
        after, before = _time(self.after), _time(self.before)
        return (after is None or found > after) and (before is None or found < before)


def _time(value: time | str | None) -> time | None:
    if not isinstance(value, str):
        return value
    try:
        return parse_time(value[:8])
    except ValueError:
        return None


class DayWeek(OnDate):
    """The date is a given day of the week."""

    type_name: ClassVar[str] = "core.condition.DayWeek"
    examples: ClassVar[Examples] = on_schedule(
        "On Mondays", "type: core.condition.DayWeek\ndayOfWeek: MONDAY"
    )
    aliases: ClassVar[tuple[str, ...]] = (OLD + "DayWeekCondition", OLDER + "DayWeekCondition")

    day_of_week: DayName

    def holds(self, facts: ConditionFacts) -> bool:
        moment = self.moment(facts)
        return moment is not None and _DAYS[moment.weekday()] == self.day_of_week


class DayWeekInMonth(OnDate):
    """The date is the n-th of a given day of the week in its month."""

    type_name: ClassVar[str] = "core.condition.DayWeekInMonth"
    examples: ClassVar[Examples] = on_schedule(
        "On the first Monday of a month",
        "type: core.condition.DayWeekInMonth\ndayOfWeek: MONDAY\ndayInMonth: FIRST",
    )
    aliases: ClassVar[tuple[str, ...]] = (
        OLD + "DayWeekInMonthCondition",
        OLDER + "DayWeekInMonthCondition",
    )

    day_of_week: DayName
    day_in_month: Literal["FIRST", "SECOND", "THIRD", "FOURTH", "LAST"]

    def holds(self, facts: ConditionFacts) -> bool:
        moment = self.moment(facts)
        if moment is None or _DAYS[moment.weekday()] != self.day_of_week:
            return False
        if self.day_in_month == "LAST":
            return moment.day + 7 > monthrange(moment.year, moment.month)[1]
        return (moment.day - 1) // 7 + 1 == _OCCURRENCES[self.day_in_month]


class Weekend(OnDate):
    """The date is a Saturday or a Sunday."""

    type_name: ClassVar[str] = "core.condition.Weekend"
    examples: ClassVar[Examples] = on_schedule("At weekends", "type: core.condition.Weekend")
    aliases: ClassVar[tuple[str, ...]] = (OLD + "WeekendCondition", OLDER + "WeekendCondition")

    def holds(self, facts: ConditionFacts) -> bool:
        moment = self.moment(facts)
        return moment is not None and moment.weekday() >= 5


@lru_cache(maxsize=64)
def _holidays(country: str, sub_division: str | None, year: int) -> frozenset[date]:
    """Raises ``NotImplementedError`` for places that the library does not know."""
    found = import_module("holidays").country_holidays(country, subdiv=sub_division, years=year)
    return frozenset(found)


class PublicHoliday(OnDate):
    """The date is a public holiday of a country, or of one of its parts.

    Countries and parts are named by ISO 3166 codes. Holidays are those that the package
    ``holidays`` knows.
    """

    type_name: ClassVar[str] = "core.condition.PublicHoliday"
    examples: ClassVar[Examples] = on_schedule(
        "On public holidays of France", "type: core.condition.PublicHoliday\ncountry: FR"
    )
    aliases: ClassVar[tuple[str, ...]] = (
        OLD + "PublicHolidayCondition",
        OLDER + "PublicHolidayCondition",
    )

    country: Annotated[str, Field(min_length=2, max_length=3)] | None = None
    sub_division: str | None = None

    @property
    def _place(self) -> tuple[str, str | None]:
        return (self.country or "US").upper(), self.sub_division

    @model_validator(mode="after")
    def _is_known(self) -> PublicHoliday:
        try:
            _holidays(*self._place, 2026)
        except NotImplementedError as problem:
            raise PydanticCustomError(
                "place_unknown",
                "{problem}: `country` takes an ISO 3166-1 code such as FR, `subDivision` the part "
                "of an ISO 3166-2 code behind the hyphen",
                {"problem": str(problem)},
            ) from None
        return self

    def holds(self, facts: ConditionFacts) -> bool:
        moment = self.moment(facts)
        return moment is not None and moment.date() in _holidays(*self._place, moment.year)


PLUGINS: tuple[type, ...] = (
    DateTimeBetween,
    TimeBetween,
    DayWeek,
    DayWeekInMonth,
    Weekend,
    PublicHoliday,
)
