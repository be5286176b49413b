"""Named date formats (`iso`, `sql`, `rfc_1123_date_time` …) and the two doors: print and read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from flows.spec.expressions.dates.moment import DateValue, offset_text, zone_id
from flows.spec.expressions.dates.patterns import print_date
from flows.spec.expressions.dates.reading import read_date
from flows.spec.expressions.dates.words import ENGLISH, words_of
from flows.spec.expressions.errors import TypeMismatchError

DEFAULT_FORMAT = "iso"

# What a name stands for when a pattern says it all.
PATTERNS = {
    "iso": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "iso_milli": "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "iso_sec": "yyyy-MM-dd'T'HH:mm:ssXXX",
    "sql": "yyyy-MM-dd HH:mm:ss.SSSSSS",
    "sql_milli": "yyyy-MM-dd HH:mm:ss.SSS",
    "sql_seq": "yyyy-MM-dd HH:mm:ss",
    "basic_iso_date": "yyyyMMddXX",
    "iso_local_date": "yyyy-MM-dd",
    "iso_date": "yyyy-MM-ddXXX",
    "iso_ordinal_date": "yyyy-DDDXXX",
    "iso_week_date": "YYYY-'W'ww-eXXX",
    "full": "EEEE, MMMM d, yyyy 'at' h:mm:ss a z",
    "long": "MMMM d, yyyy 'at' h:mm:ss a z",
    "medium": "MMM d, yyyy, h:mm:ss a",
    "short": "M/d/yy, h:mm a",
}


def _clock(moment: DateValue) -> str:
    """Hours to seconds, and the fraction without its trailing zeros."""
    text = f"{moment.at:%H:%M:%S}"
    nanos = f"{moment.nano_of_second:09d}".rstrip("0")
    return f"{text}.{nanos}" if nanos else text


def _day(moment: DateValue) -> str:
    return print_date(moment, "yyyy-MM-dd", ENGLISH)


def _local(moment: DateValue) -> str:
    return f"{_day(moment)}T{_clock(moment)}"


def _zoned(moment: DateValue) -> str:
    region = f"[{zone_id(moment.at.tzinfo)}]" if isinstance(moment.at.tzinfo, ZoneInfo) else ""
    return f"{_local(moment)}{offset_text(moment.offset)}{region}"


def _instant(moment: DateValue) -> str:
    utc = moment.in_zone(dt.UTC)
    nanos = f"{utc.nano_of_second:09d}"
    while nanos.endswith("000"):
        nanos = nanos[:-3]
    return f"{_day(utc)}T{utc.at:%H:%M:%S}{'.' + nanos if nanos else ''}Z"


def _rfc(moment: DateValue) -> str:
    text = print_date(moment, "EEE, d MMM yyyy HH:mm:ss ", ENGLISH)
    return text + offset_text(moment.offset, colon="", zero="GMT")


COMPUTED: dict[str, Callable[[DateValue], str]] = {
    "iso_date_time": _zoned,
    "iso_zoned_date_time": _zoned,
    "iso_offset_date_time": lambda moment: f"{_local(moment)}{offset_text(moment.offset)}",
    "iso_local_date_time": _local,
    "iso_local_time": _clock,
    "iso_time": lambda moment: f"{_clock(moment)}{offset_text(moment.offset)}",
    "iso_offset_time": lambda moment: f"{_clock(moment)}{offset_text(moment.offset)}",
    "iso_instant": _instant,
    "rfc_1123_date_time": _rfc,
}


def show(moment: DateValue, name: str = DEFAULT_FORMAT, *, locale: str | None = None) -> str:
    """A date in a named format or a pattern, in the moment's own zone."""
    if name in COMPUTED:
        return COMPUTED[name](moment)
    return print_date(moment, PATTERNS.get(name, name), words_of(locale))


def read(text: str, name: str | None, *, zone: dt.tzinfo, locale: str | None = None) -> DateValue:
    """The date that a text spells, in ISO or in the named format or pattern."""
    if name == "rfc_1123_date_time":
        return _read_rfc(text)
    if name is None or name in COMPUTED:
        return DateValue.parse(text, zone)
    return read_date(text, PATTERNS.get(name, name), words_of(locale), zone)


def _read_rfc(text: str) -> DateValue:
    try:
        return DateValue(parsedate_to_datetime(text))
    except (ValueError, TypeError) as error:
        raise TypeMismatchError(f"`{text[:60]}` is not an RFC 1123 date") from error
