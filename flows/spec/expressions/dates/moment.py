"""An instant with its zone and nanoseconds, and the ISO texts it is read from.

A date is one of the language's values: it prints as ISO text and compares as a point in time.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from flows.spec.expressions.errors import TypeMismatchError

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?"
    r"\s?(Z|z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?(?:\[([^\]]{1,64})\])?"
)
_OFFSET = re.compile(r"(?:GMT|UTC|UT)?([+-])(\d{1,2})(?::?(\d\d))?(?::?(\d\d))?")
_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_UTC_NAMES = frozenset({"Z", "z", "UTC", "GMT", "UT"})


@dataclass(frozen=True, slots=True)
class DateValue:
    """A point in time, with the zone it is shown in and the nanoseconds that datetime lacks."""

    at: dt.datetime
    extra_nanos: int = 0

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            object.__setattr__(self, "at", self.at.replace(tzinfo=dt.UTC))

    @classmethod
    def parse(cls, text: str, zone: dt.tzinfo = dt.UTC) -> Self:
        """Read an ISO date or date-time; one without an offset is meant in `zone`."""
        match = _ISO.fullmatch(text.strip())
        if match is None:
            raise TypeMismatchError(f"`{text[:60]}` is not an ISO date; name its format")
        year, month, day, hour, minute, second, fraction, offset, region = match.groups()
        if region or offset:
            zone = zone_of(region or offset)
        nanos = int((fraction or "0").ljust(9, "0"))
        try:
            at = dt.datetime(
                int(year), int(month), int(day), int(hour or 0), int(minute or 0),
                int(second or 0), nanos // 1000, tzinfo=zone,
            )  # fmt: skip
        except ValueError as error:
            raise TypeMismatchError(f"`{text[:60]}` is not a date: {error}") from error
        return cls(at, nanos % 1000)

    @classmethod
    def of_epoch(cls, seconds: float, zone: dt.tzinfo = dt.UTC) -> Self:
        """The instant so many seconds after 1970."""
        try:
            return cls(dt.datetime.fromtimestamp(seconds, tz=zone))
        except (ValueError, OverflowError, OSError) as error:
            raise TypeMismatchError(f"{seconds} seconds since 1970 is not a date") from error

    def in_zone(self, zone: dt.tzinfo) -> DateValue:
        """The same instant, shown in another zone."""
        try:
            return DateValue(self.at.astimezone(zone), self.extra_nanos)
        except OverflowError as error:
            raise TypeMismatchError("The date is out of range in that zone") from error

    @property
    def nano_of_second(self) -> int:
        return self.at.microsecond * 1000 + self.extra_nanos

    @property
    def offset(self) -> dt.timedelta:
        """Distance from UTC at that moment."""
        return self.at.utcoffset() or dt.timedelta(0)

    def epoch_seconds(self) -> int:
        return (self.at - _EPOCH) // dt.timedelta(seconds=1)

    def order(self) -> tuple[int, int]:
        """What instants are compared by."""
        return self.epoch_seconds(), self.nano_of_second

    def iso(self) -> str:
        """The default text: microseconds and offset, Z for UTC."""
        day = f"{self.at.year:04d}-{self.at.month:02d}-{self.at.day:02d}"
        return f"{day}T{self.at:%H:%M:%S}.{self.at.microsecond:06d}{offset_text(self.offset)}"


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def offset_text(offset: dt.timedelta, *, colon: str = ":", zero: str = "Z") -> str:
    """An offset as +HH:MM."""
    seconds = int(offset.total_seconds())
    if seconds == 0:
        return zero
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    return f"{sign}{seconds // 3600:02d}{colon}{seconds // 60 % 60:02d}"


def zone_of(name: str) -> dt.tzinfo:
    """The time zone of a name (`Europe/Paris`), of `UTC`, or of an offset (`+02:00`)."""
    if name in _UTC_NAMES:
        return dt.UTC
    match = _OFFSET.fullmatch(name)
    if match:
        sign, hours, minutes, seconds = match.groups()
        offset = dt.timedelta(
            hours=int(hours), minutes=int(minutes or 0), seconds=int(seconds or 0)
        )
        if offset <= dt.timedelta(hours=18):
            return dt.timezone(-offset if sign == "-" else offset)
    # The name becomes a file name of the zone database: nothing but zone names may reach it.
    elif _ZONE_NAME.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            pass
    raise TypeMismatchError(
        f"`{name[:60]}` is not a time zone; use a name like Europe/Paris or +02:00"
    )


def zone_id(zone: dt.tzinfo | None) -> str:
    """The name of a zone as flows write it."""
    if isinstance(zone, ZoneInfo):
        return zone.key
    return offset_text(zone.utcoffset(None) or dt.timedelta(0)) if zone else "Z"
