"""Dates: reading, printing in patterns and named formats, zones, arithmetic."""

from __future__ import annotations

import pytest

from tests.unit.expressions.conftest import Refuse, Render


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('{{ "July 24, 2001" | date("yyyy-MM-dd", existingFormat="MMMM dd, yyyy") }}',
         "2001-07-24"),
        ('{{ "2013-09-08T17:19:12+02:00" | date(timeZone="Europe/Paris") }}',
         "2013-09-08T17:19:12.000000+02:00"),
        ('{{ "2013-09-08T17:19:12" | date(timeZone="Europe/Paris") }}',
         "2013-09-08T17:19:12.000000+02:00"),
        ('{{ "2013-09-08" | date(timeZone="Europe/Paris") }}',
         "2013-09-08T00:00:00.000000+02:00"),
        (("{{ 'Tue, 08 Feb 2022 19:38:26 GMT' | date(existingFormat='rfc_1123_date_time',"
         ' timeZone="Europe/Paris") }}'), "2022-02-08T20:38:26.000000+01:00"),
        ('{{ "2013-09-08T15:19:12Z" | date(format="iso_sec", timeZone="Europe/Paris") }}',
         "2013-09-08T17:19:12+02:00"),
        ('{{ "2013-09-08T17:19:12+02:00" | timestamp(timeZone="Europe/Paris") }}', "1378653552"),
        ("{{ (now() | timestamp) > (now() | dateAdd(-1, 'DAYS') | timestamp) }}", "true"),
        ('{{ now(format="iso_local_date") }}', "2024-03-09"),
        ("{{ now() }}", "2024-03-09T07:05:06.123456Z"),
        ("{{ now(timeZone='America/New_York') }}", "2024-03-09T02:05:06.123456-05:00"),
        ("{{ now('yyyy') ~ now(format='MM') }}", "202403"),
        ("{{ 1378653552 | date }}", "2013-09-08T15:19:12.000000Z"),
        ("{{ '2013-09-08T17:19:12.123456789Z' | timestampNano }}", "1378660752123456789"),
        ("{{ '2013-09-08T17:19:12.123456789Z' | timestampMicro }}", "1378660752123456"),
        ("{{ '2013-09-08T17:19:12.123456789Z' | timestampMilli }}", "1378660752123"),
        ("{{ '08/09/13 5:07 PM' | date('iso_sec', existingFormat='dd/MM/yy h:mm a') }}",
         "2013-09-08T17:07:00Z"),
        ("{{ '20130908' | date('yyyy-MM-dd', existingFormat='yyyyMMdd') }}", "2013-09-08"),
        ("{{ '2013-251' | date('yyyy-MM-dd', existingFormat='yyyy-DDD') }}", "2013-09-08"),
        (("{{ '2013-09-08 17:19 Europe/Paris' | date('iso_sec',"
         " existingFormat='yyyy-MM-dd HH:mm VV') }}"), "2013-09-08T15:19:00Z"),
    ],
)  # fmt: skip
def test_dates_are_read_and_printed(render: Render, source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyy-MM-dd HH:mm:ss.SSS", "2024-03-09 14:05:06.123"),
        ("yy M d H m s", "24 3 9 14 5 6"),
        ("EEE, d MMM yyyy", "Sat, 9 Mar 2024"),
        ("EEEE MMMM EEEEE MMMMM", "Saturday March S M"),
        ("h:mm a / hh / KK / kk", "2:05 PM / 02 / 02 / 14"),
        ("SSSSSS|n|A", "123456|123456789|50706123"),
        ("SSSSSSSSS", "123456789"),
        ("X XX XXX Z ZZZZ ZZZZZ", "+01 +0100 +01:00 +0100 GMT+01:00 +01:00"),
        ("x xxx O OOOO", "+01 +01:00 GMT+1 GMT+01:00"),
        ("VV z", "Europe/Paris CET"),
        ("D DDD w e Q QQQ q", "69 069 10 6 1 Q1 1"),
        ("YYYY-'W'ww-e", "2024-W10-6"),
        ("G yyyy W F", "AD 2024 1 2"),
        ("'it''s' ''yyyy'' 'o''clock'", "it's '2024' o'clock"),
        ("yyyy[-MM]", "2024-03"),
        ("iso", "2024-03-09T14:05:06.123456+01:00"),
        ("iso_sec", "2024-03-09T14:05:06+01:00"),
        ("sql", "2024-03-09 14:05:06.123456"),
        ("sql_seq", "2024-03-09 14:05:06"),
        ("iso_date", "2024-03-09+01:00"),
        ("iso_time", "14:05:06.123456789+01:00"),
        ("iso_local_time", "14:05:06.123456789"),
        ("iso_local_date_time", "2024-03-09T14:05:06.123456789"),
        ("iso_date_time", "2024-03-09T14:05:06.123456789+01:00[Europe/Paris]"),
        ("iso_offset_time", "14:05:06.123456789+01:00"),
        ("iso_instant", "2024-03-09T13:05:06.123456789Z"),
        ("iso_ordinal_date", "2024-069+01:00"),
        ("iso_week_date", "2024-W10-6+01:00"),
        ("rfc_1123_date_time", "Sat, 9 Mar 2024 14:05:06 +0100"),
        ("medium", "Mar 9, 2024, 2:05:06 PM"),
    ],
)
def test_patterns_print_as_on_the_jvm(render: Render, pattern: str, text: str) -> None:
    source = "{{ '2024-03-09T13:05:06.123456789Z' | date(p, timeZone='Europe/Paris') }}"

    assert render(source, p=pattern) == text


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (-1, "DAYS", "2024-03-30T01:30:00Z"),
        (1, "MONTHS", "2024-04-30T01:30:00Z"),
        (-1, "MONTHS", "2024-02-29T01:30:00Z"),
        (-1, "YEARS", "2023-03-31T01:30:00Z"),
        (90, "MINUTES", "2024-03-31T03:00:00Z"),
        (1, "WEEKS", "2024-04-07T01:30:00Z"),
        (2, "HALF_DAYS", "2024-04-01T01:30:00Z"),
        (1500, "millis", "2024-03-31T01:30:01Z"),
    ],
)
def test_dates_move_by_units(render: Render, amount: int, unit: str, text: str) -> None:
    source = "{{ '2024-03-31T01:30:00Z' | dateAdd(n, u, format='iso_sec') }}"

    assert render(source, n=amount, u=unit) == text


def test_days_follow_the_clock_on_the_wall_and_hours_the_clock_of_the_world(render: Render) -> None:
    source = "{{ '2024-03-30T12:00:00' | dateAdd(n, u, 'iso_sec', timeZone='Europe/Paris') }}"

    assert render(source, n=1, u="DAYS") == "2024-03-31T12:00:00+02:00"
    assert render(source, n=24, u="HOURS") == "2024-03-31T13:00:00+02:00"


def test_months_and_days_are_named_in_the_language_asked_for(render: Render) -> None:
    source = "{{ '2024-03-09' | date('EEEE d MMMM', locale=l) }}"

    assert render(source, l="fr_FR") == "samedi 9 mars"
    assert render(source, l="de") == "Samstag 9 März"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ 'yesterday' | date }}", "not an ISO date"),
        ("{{ '2024-02-30' | date }}", "not a date"),
        ("{{ '2024-01-01' | date('yyyy b') }}", "letter `b`"),
        ("{{ '2024-01-01' | date(\"'open\") }}", "never closes"),
        ("{{ '2024-01-01' | date(timeZone='../../etc/passwd') }}", "not a time zone"),
        ("{{ '2024-01-01' | date(timeZone='Europe') }}", "not a time zone"),
        ("{{ '2024-01-01' | date(timeZone='+99:00') }}", "not a time zone"),
        ("{{ '2024-01-01' | dateAdd(1, 'FORTNIGHTS') }}", "not a unit of time"),
        ("{{ '2024-01-01' | dateAdd(999999999999, 'YEARS') }}", "out of range"),
        ("{{ '2024-01-01' | dateAdd(999999999999999999, 'SECONDS') }}", "out of range"),
        ("{{ '9999-12-31T23:00:00Z' | date(timeZone='+02:00') }}", "out of range"),
        ("{{ 99999999999999 | date }}", "is not a date"),
        ("{{ [1] | date }}", "a list is not a date"),
        ("{{ '2024' | date(existingFormat='MM') }}", "not a date written as `MM`"),
        ("{{ '03' | date(existingFormat='MM') }}", "has no year"),
        ("{{ '2024-01-01' | date('EEE', locale='xx') }}", "do not speak `xx`"),
    ],
)
def test_what_is_no_date_is_refused(refusal: Refuse, source: str, message: str) -> None:
    error = refusal(source)

    assert message in str(error)
    assert error.code == "expression.type"
