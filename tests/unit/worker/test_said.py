"""Report lines of scripts are read with care: they are untrusted text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from executions.worker.said import parse_report


def test_outputs_metrics_and_logs_are_read() -> None:
    said = parse_report(
        '::{"outputs": {"a": [1, null]}, "metrics": ['
        '{"name": "t", "type": "timer", "value": "PT1.5S"}, {"name": "c", "value": 2}],'
        ' "logs": [{"level": "warn", "message": "careful"}]}::'
    )

    assert said is not None
    assert said.outputs == {"a": [1, None]}
    assert [(m.name, m.kind, m.value) for m in said.metrics] == [
        ("t", "timer", 1.5),
        ("c", "counter", 2.0),
    ]
    assert said.logs == (("WARN", "careful"),)


def test_what_is_no_report_is_an_ordinary_line() -> None:
    for text in ("hello", "::{not json}::", "::[1]::", "x ::{}::", "::{}", "::" * 1000):
        assert parse_report(text) is None


def test_parts_of_the_wrong_shape_are_left_out() -> None:
    said = parse_report(
        '::{"outputs": 5, "metrics": [1, {"name": "x"}, {"name": "n", "value": "NaN"}]}::'
    )

    assert said is not None
    assert (said.outputs, said.metrics) == ({}, ())


@given(st.text())
def test_no_text_can_break_the_reader(text: str) -> None:
    parse_report(text)
    parse_report("::{" + text + "}::")


def test_deep_nesting_is_refused() -> None:
    assert parse_report("::" + '{"a":' * 100_000 + "1" + "}" * 100_000 + "::") is None
