"""The steps on a worker of a loop over items: how a file is cut, how outputs are joined."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from downbeat.sdk.errors import TaskFailed
from flows.plugins.core import splitting
from flows.plugins.core.batches import MergeOutputs, SplitItems, gathered, internal_address
from tests.support.run_context import MemoryContext, made

ROWS = [b"a1\n", b"b1\n", b"a2\n", b"none\n", b"b2\n"]


def contents(paths: Any) -> list[bytes]:
    """The content of each batch, read before the next one is asked for."""
    return [path.read_bytes() for path in paths]


def grouped(pattern: str, folder: Path) -> list[bytes]:
    count = splitting.grouped(iter(ROWS), folder, pattern)
    return contents(folder / str(number) for number in range(count))


def test_rows_are_gathered_by_number_in_order(tmp_path: Path) -> None:
    found = contents(gathered(iter(ROWS), tmp_path, rows=2))

    assert found == [b"a1\nb1\n", b"a2\nnone\n", b"b2\n"]


def test_rows_are_gathered_by_size_and_a_longer_one_is_alone(tmp_path: Path) -> None:
    found = contents(gathered(iter([b"aa", b"bb", b"too long", b"c"]), tmp_path, bytes=4))

    assert found == [b"aabb", b"too long", b"c"]


def test_a_file_without_rows_has_no_batch(tmp_path: Path) -> None:
    assert contents(gathered(iter([]), tmp_path, rows=1)) == []


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("^([ab])", [b"a1\na2\n", b"b1\nb2\n"]), ("[12]", [b"a1\nb1\n", b"a2\nb2\n"])],
    ids=["group", "match"],
)
def test_rows_go_together_by_what_a_pattern_finds_and_others_are_left_out(
    tmp_path: Path, pattern: str, found: list[bytes]
) -> None:
    assert grouped(pattern, tmp_path) == found


def test_rows_by_pattern_do_not_pile_up_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "_BUFFERED", 4)

    assert grouped("^([ab])", tmp_path) == [b"a1\na2\n", b"b1\nb2\n"]


@pytest.mark.parametrize("pattern", ["(", "[a-"])
def test_a_pattern_that_is_none_is_refused(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(TaskFailed, match="regular expression"):
        grouped(pattern, tmp_path)


@pytest.mark.parametrize(
    ("items", "address"),
    [
        ("downbeat:///a/b.csv", "downbeat:///a/b.csv"),
        ("kestra:///a/b.csv", "kestra:///a/b.csv"),
        ("folder/b.csv", "folder/b.csv"),
        ("nsfile:///folder/b.csv", "folder/b.csv"),
    ],
)
def test_internal_files_and_namespace_files_may_be_cut(items: str, address: str) -> None:
    assert internal_address(items) == address


@pytest.mark.parametrize("items", ["https://example.org/a", "file:///etc/passwd", "s3://b/k", ""])
def test_no_other_file_may_be_cut(items: str) -> None:
    with pytest.raises(TaskFailed, match="internal storage"):
        internal_address(items)


def test_each_batch_is_a_numbered_file_with_the_ending_of_the_whole(tmp_path: Path) -> None:
    ctx = MemoryContext(tmp_path, {"downbeat:///in/rows.csv": b"".join(ROWS)})

    found = made(SplitItems, items="downbeat:///in/rows.csv", batch={"rows": 2}).run(ctx)

    assert found is not None
    assert found["numberOfBatches"] == 3
    base, suffix = found["batchesBaseUri"], found["batchesSuffix"]
    uris = [f"{base}{number}{suffix}" for number in (1, 2, 3)]
    assert suffix == ".csv"
    assert [ctx.files[uri] for uri in uris] == [b"a1\nb1\n", b"a2\nnone\n", b"b2\n"]
    assert ctx.files[found["splits"]].decode().split() == uris


def test_a_batch_of_no_rows_is_refused(tmp_path: Path) -> None:
    ctx = MemoryContext(tmp_path, {"downbeat:///in/rows.csv": b"a\n"})

    with pytest.raises(TaskFailed, match="at least one row"):
        made(SplitItems, items="downbeat:///in/rows.csv", batch={"rows": 0}).run(ctx)


def test_outputs_are_joined_in_the_order_of_batches_and_a_later_line_replaces(
    tmp_path: Path,
) -> None:
    def lines(*records: tuple[int, Any]) -> bytes:
        packed = [json.dumps({"iteration": n, "outputs": value}) for n, value in records]
        return "".join(f"{line}\n" for line in packed).encode()

    parts = {
        "downbeat:///parts/1.jsonl": lines((3, {"x": "c"}), (1, {"x": "old"})),
        "downbeat:///parts/2.jsonl": lines((2, {"x": "é"}), (1, {"x": "a"})),
    }
    ctx = MemoryContext(tmp_path, parts)

    found = made(MergeOutputs, base="downbeat:///parts", parts=2).run(ctx)

    assert found is not None
    assert ctx.files[found["subflowOutputs"]].decode() == '{"x": "a"}\n{"x": "é"}\n{"x": "c"}\n'


def test_without_outputs_nothing_is_joined(tmp_path: Path) -> None:
    assert made(MergeOutputs, base="", parts=0).run(MemoryContext(tmp_path)) == {}
