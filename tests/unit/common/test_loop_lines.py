"""Lines of a large file, cut into pages: what is in them, and what is refused."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest

from downbeat.common.storage import FileStorage
from executions.runtime import loop_lines
from executions.runtime.loop_lines import LINES_PER_PAGE, MOST_LINES, TooMuch, cut, referred

WRITTEN = [f"line {number} {'ü' * (number % 7)}" for number in range(3 * LINES_PER_PAGE + 3)]


@pytest.fixture
def files(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path, uuid4())


def test_every_line_is_found_again_by_what_the_row_keeps(files: FileStorage) -> None:
    files.put("a/lines.txt", ("\n".join(WRITTEN) + "\n\n").encode())
    kept = cut(files, "a/lines.txt", "a/pages").reference()
    found = referred(files, kept)
    assert found is not None
    assert list(found) == WRITTEN
    assert found[-1] == WRITTEN[-1]
    assert found[1_998:2_001] == WRITTEN[1_998:2_001]
    assert kept["starts"] == [0, 1_000, 2_000, 3_000]
    with pytest.raises(IndexError):
        found[len(WRITTEN)]


def test_pages_of_long_lines_are_not_larger_than_a_few_of_them(files: FileStorage) -> None:
    lines = [letter * (3 << 20) for letter in "abcd"]
    files.put("a/lines.txt", "\n".join(lines).encode())
    found = cut(files, "a/lines.txt", "a/pages")
    assert found.starts == [0, 2]
    assert list(found) == lines


def test_a_file_without_lines_has_no_items_and_no_pages(files: FileStorage) -> None:
    files.put("a/lines.txt", b"\n\n\n")
    found = cut(files, "a/lines.txt", "a/pages")
    assert (len(found), found.are_there()) == (0, True)


def test_pages_that_are_gone_are_missed(files: FileStorage) -> None:
    files.put("a/lines.txt", b"one\ntwo")
    found = cut(files, "a/lines.txt", "a/pages")
    assert found.are_there()
    files.delete_prefix("a/pages")
    assert not found.are_there()


@pytest.mark.parametrize("stored", [None, ["a"], {"lines": 1}, {"secret": "x"}, "text", 3])
def test_what_is_no_reference_is_taken_as_it_is(files: FileStorage, stored: object) -> None:
    assert referred(files, stored) is None


def test_a_line_across_chunks_is_one_line_and_a_character_too() -> None:
    text = "ü" * ((1 << 20) + 1)
    assert list(loop_lines.lines_of(BytesIO(f"{text}\nb".encode()))) == [text, "b"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x" * (9 << 20), "longer than 8388608 bytes"),
        (b"1\n" * (MOST_LINES + 1), "more than 1000000 lines"),
    ],
)
def test_what_is_no_list_is_refused(files: FileStorage, content: bytes, said: str) -> None:
    files.put("a/lines.txt", content)
    with pytest.raises(TooMuch, match=said):
        cut(files, "a/lines.txt", "a/pages")
