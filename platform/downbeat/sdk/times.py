"""Dates, times and time zones as a source writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)"
)
_TIME: Final = re.compile(r"\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


def parse_instant(text: str) -> datetime:
    """The moment that an ISO-8601 text with an offset names, in UTC; ``ValueError`` if none."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"'{text[:60]}' is not an instant such as 2024-01-31T12:00:00Z")
    cut = re.sub(r"([.,]\d{6})\d+", r"\1", text)
    try:
        return datetime.fromisoformat(cut.replace(",", ".").upper()).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"'{text[:60]}' is not between the years 1 and 9999 of UTC") from None


def parse_date(text: str) -> date:
    """The day that an ISO-8601 text names; ``ValueError`` if none."""
    if not _DATE.fullmatch(text):
        raise ValueError(f"'{text[:60]}' is not a date such as 2024-01-31")
    return date.fromisoformat(text)


def parse_time(text: str) -> time:
    """The time of day that an ISO-8601 text names; ``ValueError`` if none."""
    if not _TIME.fullmatch(text):
        raise ValueError(f"'{text[:60]}' is not a time such as 18:27:49")
    return time.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))


def format_instant(moment: datetime) -> str:
    """The text of a moment, in UTC, with a fraction only where there is one."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    whole, fraction = text.split(".")
    if fraction == "000000":
        return f"{whole}Z"
    return f"{whole}.{fraction[:3] if fraction.endswith('000') else fraction}Z"


def zone(name: str) -> ZoneInfo:
    """The time zone of a name; ``ValueError`` if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{name[:60]}' is not a time zone such as Europe/Paris") from None


def _read(kind: str, parse: Any, python: type) -> BeforeValidator:
    def read(value: Any) -> Any:
        if isinstance(value, python):
            return value
        try:
            if not isinstance(value, str):
                raise ValueError(f"must be a {kind} as text")
            return parse(value)
        except (ValueError, OverflowError) as error:
            raise PydanticCustomError(kind, "{reason}", {"reason": str(error)}) from None

    return BeforeValidator(read)


def _zone_name(name: str) -> str:
    try:
        zone(name)
    except ValueError as error:
        raise PydanticCustomError("timezone", "{reason}", {"reason": str(error)}) from None
    return name


Instant = Annotated[
    datetime,
    _read("instant", parse_instant, datetime),
    PlainSerializer(format_instant, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Day = Annotated[
    date,
    _read("date", parse_date, date),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date"}),
]
ClockTime = Annotated[
    time,
    _read("time", parse_time, time),
    PlainSerializer(time.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _TIME.pattern}),
]
TimeZone = Annotated[str, AfterValidator(_zone_name)]
