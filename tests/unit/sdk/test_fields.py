"""Durations, dates, labels and truth as a source writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downbeat.sdk.fields import format_duration, has_expression, parse_duration, truth
from downbeat.sdk.labels import Label, as_map, parse_labels
from downbeat.sdk.times import format_instant, parse_date, parse_instant, parse_time, zone


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT5M6S", 306),
        ("pt0.25s", 0.25),
        ("P1D", 86_400),
        ("P1DT2H", 93_600),
        ("-PT1S", -1),
        ("PT-1S", -1),
        ("PT0S", 0),
        ("PT0.123456789S", 0.123457),
    ],
)
def test_iso_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "5s", "P1M", "P1W", "1D", "P99999999999D", "PTxS", "9" * 9_999]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@given(st.timedeltas(timedelta(days=-9_999), timedelta(days=9_999)))
def test_a_duration_survives_its_own_text(length: timedelta) -> None:
    assert parse_duration(format_duration(length)) == length


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_survives_its_own_text(moment: datetime) -> None:
    assert parse_instant(format_instant(moment)) == moment


@pytest.mark.parametrize(
    "text", ["2024-01-01", "2024-01-01T00:00:00", "now", "2024-13-01T00:00:00Z"]
)
def test_an_instant_needs_an_offset(text: str) -> None:
    with pytest.raises(ValueError, match=r"instant|month"):
        parse_instant(text)


def test_dates_and_times_are_read_strictly() -> None:
    assert parse_date("2024-02-29").day == 29
    assert parse_time("18:27:49.5").microsecond == 500_000
    for bad in ("20240229", "2024-W01-1", "2023-02-29"):
        with pytest.raises(ValueError, match=r"date|day"):
            parse_date(bad)
    with pytest.raises(ValueError, match="time"):
        parse_time("6pm")


@pytest.mark.parametrize("name", ["Asia/Delhi", "../../etc/passwd", "", "/etc/localtime", "a\x00b"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        zone(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", False),
        ("0", False),
        ("-0", False),
        ("false", False),
        (" false ", False),
        (None, False),
        (0, False),
        (0.0, False),
        (False, False),
        ("False", True),
        ("no", True),
        ("0.0", True),
        (1, True),
        ([], True),
        ({}, True),
    ],
)
def test_truth_is_that_of_the_language(value: object, expected: bool) -> None:
    assert truth(value) is expected


def test_expressions_are_found_inside_lists_and_maps() -> None:
    assert has_expression({"a": ["x", {"b": "{{ y }}"}]})
    assert has_expression({"{{ k }}": 1})
    assert not has_expression({"a": ["{x}", 1, None]})


def test_labels_are_a_map_or_a_list() -> None:
    expected = (Label("a", "1"), Label("b", "true"))

    assert parse_labels({"a": 1, "b": True}) == expected
    assert parse_labels([{"key": "a", "value": 1}, {"key": "b", "value": True}]) == expected
    assert parse_labels(None) == ()
    assert as_map([Label("a", "1"), Label("a", "2")]) == {"a": "1"}


@pytest.mark.parametrize(
    "labels", [{"a": None}, {"a": ""}, {"": "x"}, [{"key": "a"}], ["a"], "a: b", 7, {"a": []}]
)
def test_labels_without_key_or_value_are_refused(labels: object) -> None:
    with pytest.raises(ValueError, match="label"):
        parse_labels(labels)
