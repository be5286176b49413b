"""Output becomes lines, in bounded memory, however it is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from executions.worker.lines import LineCutter


def cut(
    chunks: list[bytes], *, longest: int = 10, longest_report: int = 30
) -> list[tuple[bytes, int]]:
    cutter = LineCutter(longest=longest, longest_report=longest_report)
    found = [line for chunk in chunks for line in cutter.feed(chunk)]
    return [(line.content, line.cut) for line in [*found, *cutter.rest()]]


def test_lines_are_what_stands_between_ends() -> None:
    assert cut([b"a\nb", b"b\n", b"\n", b"end"]) == [(b"a", 0), (b"bb", 0), (b"", 0), (b"end", 0)]


def test_a_long_line_is_cut_and_says_how_much_was_lost() -> None:
    assert cut([b"x" * 25 + b"\nnext\n"]) == [(b"x" * 10, 15), (b"next", 0)]
    assert cut([b"x" * 8, b"x" * 8, b"x\n"]) == [(b"x" * 10, 7)]


def test_a_report_line_may_be_longer() -> None:
    assert cut([b"::{" + b"y" * 20 + b"\n"]) == [(b"::{" + b"y" * 20, 0)]
    assert cut([b"::", b"{", b"y" * 40, b"\n"]) == [(b"::{" + b"y" * 27, 13)]


@given(st.lists(st.binary(max_size=20), max_size=12))
def test_the_way_it_is_cut_into_chunks_changes_nothing(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)

    assert cut(chunks) == cut([whole])


@given(st.lists(st.binary(max_size=30), max_size=12))
def test_every_byte_is_in_a_line_or_counted(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)

    found = cut(chunks)

    assert sum(len(line) + lost for line, lost in found) == len(whole) - whole.count(b"\n")
    assert all(len(line) <= 30 for line, _ in found)


def test_skipped_chunks_complete_the_open_line_and_leave_the_next_one_open() -> None:
    cutter = LineCutter(longest=10, longest_report=30)

    first = list(cutter.feed(b"a\nb"))
    skipped = cutter.skip(b"b\nc\nd")
    last = list(cutter.feed(b"d\n"))

    assert [line.content for line in first] == [b"a"]
    assert skipped == 2
    assert [line.content for line in last] == [b"dd"]
