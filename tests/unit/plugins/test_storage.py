"""Tasks on files: what they leave is right at every border, and their failures say where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from downbeat.sdk.errors import TaskFailed
from flows.plugins.core import items, records, splitting, storage
from tests.support.run_context import MemoryContext, made

SOURCE = "downbeat:///in/rows.csv"


@pytest.fixture
def ctx(tmp_path: Path) -> MemoryContext:
    return MemoryContext(tmp_path)


def parts_of(ctx: MemoryContext, content: bytes, **how: Any) -> list[bytes]:
    ctx.files[SOURCE] = content
    found = made(storage.Split, **{"from": SOURCE}, **how).run(ctx)
    assert found is not None
    return [ctx.files[uri] for uri in found["uris"]]


@pytest.mark.parametrize(
    ("content", "rows", "expected"),
    [
        (b"a\nb\nc\n", 2, [b"a\nb\n", b"c\n"]),
        (b"a\nb", 1, [b"a\n", b"b\n"]),
        (b"a\nb\n", 2, [b"a\nb\n"]),
        (b"", 3, []),
        (b"\n\n", 1, [b"\n", b"\n"]),
    ],
)
def test_a_file_is_cut_by_rows(
    ctx: MemoryContext, content: bytes, rows: int, expected: list[bytes]
) -> None:
    assert parts_of(ctx, content, rows=rows) == expected


def test_a_file_is_cut_by_bytes_but_never_inside_a_row(ctx: MemoryContext) -> None:
    assert parts_of(ctx, b"aaa\nb\nc\nlonger than that\nd\n", bytes="4B") == [
        b"aaa\n",
        b"b\nc\n",
        b"longer than that\n",
        b"d\n",
    ]


def test_rows_are_dealt_out_to_partitions_and_none_is_empty(ctx: MemoryContext) -> None:
    assert parts_of(ctx, b"1\n2\n3\n4\n5\n", partitions=2) == [b"1\n3\n5\n", b"2\n4\n"]
    assert parts_of(ctx, b"1\n2\n", partitions=5) == [b"1\n", b"2\n"]


def test_partitions_larger_than_their_buffers_keep_their_order(
    ctx: MemoryContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "_BUFFERED", 8)

    parts = parts_of(ctx, b"".join(b"%d\n" % n for n in range(100)), partitions=2)

    assert parts[0].split() == [b"%d" % n for n in range(0, 100, 2)]


def test_a_file_is_cut_by_what_a_pattern_finds(ctx: MemoryContext) -> None:
    content = b"oslo,1\nlima,2\n,3\noslo,4\n"

    assert parts_of(ctx, content, regexPattern="^([a-z]+),") == [b"oslo,1\noslo,4\n", b"lima,2\n"]
    assert parts_of(ctx, content, regexPattern="[0-9]{2}", rows=1) == []


def test_another_separator_cuts_and_stays(ctx: MemoryContext) -> None:
    assert parts_of(ctx, b"a||b||c", rows=2, separator="||") == [b"a||b||", b"c||"]


def test_parts_keep_the_extension_of_their_file(ctx: MemoryContext) -> None:
    ctx.files[SOURCE] = b"a\nb\n"
    found = made(storage.Split, **{"from": SOURCE}, rows=1).run(ctx)
    assert found is not None
    assert all(uri.endswith(".csv") for uri in found["uris"])


@pytest.mark.parametrize(("text", "size"), [("10", 10), ("2KB", 2048), ("1 mb", 1 << 20)])
def test_sizes_have_units(text: str, size: int) -> None:
    assert splitting.size_of(text) == size


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({}, "'bytes', 'partitions' and 'rows'"),
        ({"regexPattern": "("}, "'regexPattern' is not a regular expression"),
        ({"bytes": "ten"}, "'ten' is not a size"),
        ({"partitions": 0}, "'partitions' must be between"),
        ({"rows": 1, "separator": ""}, "separator is empty"),
    ],
)
def test_a_split_that_cannot_be_says_why(
    ctx: MemoryContext, how: dict[str, Any], words: str
) -> None:
    with pytest.raises(TaskFailed, match=words):
        parts_of(ctx, b"a\n", **how)


def test_too_many_parts_are_refused(ctx: MemoryContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "MOST_PARTS", 2)

    with pytest.raises(TaskFailed, match="more than 2 parts"):
        parts_of(ctx, b"a\nb\nc\n", rows=1)


def test_rows_are_found_across_the_borders_of_chunks(
    ctx: MemoryContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CHUNK", 3)

    assert parts_of(ctx, b"ab\r\ncd\r\nefghij\r\nk", rows=1, separator="\r\n") == [
        b"ab\r\n",
        b"cd\r\n",
        b"efghij\r\n",
        b"k\r\n",
    ]


def test_a_row_without_an_end_is_refused_before_it_fills_the_memory(
    ctx: MemoryContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "LONGEST_ROW", 10)

    with pytest.raises(TaskFailed, match="longer than"):
        parts_of(ctx, b"x" * 11, rows=1)


def turned(ctx: MemoryContext, content: bytes, **how: Any) -> bytes:
    ctx.files[SOURCE] = content
    found = made(storage.Reverse, **{"from": SOURCE}, **how).run(ctx)
    assert found is not None
    return ctx.files[found["uri"]]


@pytest.mark.parametrize("chunk", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\nb\nc\n", b"c\nb\na\n"),
        (b"a\nbb", b"bb\na\n"),
        (b"\na\n", b"a\n\n"),
        (b"", b""),
        (b"one", b"one\n"),
    ],
)
def test_a_file_is_turned_round(
    ctx: MemoryContext,
    monkeypatch: pytest.MonkeyPatch,
    chunk: int,
    content: bytes,
    expected: bytes,
) -> None:
    monkeypatch.setattr(records, "CHUNK", chunk)

    assert turned(ctx, content) == expected


def test_a_file_in_another_charset_is_turned_round_in_that_charset(ctx: MemoryContext) -> None:
    content = "Ѐ\nЊ\n".encode("utf-16-le")  # letters whose bytes hold that of a line's end

    assert turned(ctx, content, charset="UTF-16LE") == "Њ\nЀ\n".encode("utf-16-le")
    with pytest.raises(TaskFailed, match="not the name of a charset"):
        turned(ctx, content, charset="klingon")
    with pytest.raises(TaskFailed, match="not in the charset"):
        turned(ctx, b"\xff\xfe\xff", charset="shift_jis")


@pytest.mark.parametrize("written", [["a", "b"], '["a", "b"]'])
def test_files_are_joined_with_a_separator_after_each(ctx: MemoryContext, written: Any) -> None:
    ctx.files |= {"a": b"1", "b": b"2"}
    found = made(storage.Concat, files=written, separator="\n", extension="csv").run(ctx)
    assert found is not None
    assert ctx.files[found["uri"]] == b"1\n2\n"
    assert found["uri"].endswith("concat.csv")


def test_an_extension_cannot_lead_to_another_folder(ctx: MemoryContext) -> None:
    with pytest.raises(TaskFailed, match="is not an extension"):
        made(storage.Write, content="x", extension="/../../x").run(ctx)


def lines(*values: Any) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def filtered(ctx: MemoryContext, content: bytes, condition: str, **how: Any) -> list[Any]:
    ctx.files[SOURCE] = content
    task = made(items.FilterItems, **{"from": SOURCE}, filterCondition=condition, **how)
    found = task.run(ctx)
    assert found is not None
    left = ctx.files[found["uri"]].splitlines()
    total = content.count(b"\n")
    assert (found["processedItemsTotal"], found["droppedItemsTotal"]) == (total, total - len(left))
    return [json.loads(row) for row in left]


def test_a_condition_sees_the_record_over_the_names_of_the_flow(ctx: MemoryContext) -> None:
    ctx.seen = {"inputs": {"least": 2}, "value": "of the flow"}
    content = lines({"value": 1}, {"value": 2}, {"value": 3})

    assert filtered(ctx, content, "{{ value >= inputs.least }}") == [{"value": 2}, {"value": 3}]
    kept = filtered(ctx, content, " {{ value >= inputs.least }} ", filterType="EXCLUDE")
    assert kept == [{"value": 1}]


def test_records_that_are_no_maps_are_called_value(ctx: MemoryContext) -> None:
    assert filtered(ctx, lines(1, 2, 3), "{{ value % 2 == 1 }}") == [1, 3]


@pytest.mark.parametrize(
    ("behaviour", "kept"), [("INCLUDE", [{"b": 1}, {"a": None}]), ("EXCLUDE", [])]
)
@pytest.mark.parametrize("kind", ["INCLUDE", "EXCLUDE"])
def test_what_cannot_be_judged_goes_as_it_is_told(
    ctx: MemoryContext, kind: str, behaviour: str, kept: list[Any]
) -> None:
    content = lines({"b": 1}, {"a": None})

    how = {"filterType": kind, "errorOrNullBehavior": behaviour}
    assert filtered(ctx, content, "{{ a }}", **how) == kept


def test_a_condition_that_fails_names_the_line(ctx: MemoryContext) -> None:
    with pytest.raises(TaskFailed, match=r"`a`.*line 2: {\"b\": 1}"):
        filtered(ctx, lines({"a": True}, {"b": 1}), "{{ a }}")
    with pytest.raises(TaskFailed, match="null for line 1"):
        filtered(ctx, lines({"a": None}), "{{ a }}")
    with pytest.raises(TaskFailed, match="Line 2 is not a JSON value"):
        filtered(ctx, b'{"a": 1}\n{"a": \n', "{{ a }}")


def test_a_condition_has_a_budget_and_no_secrets(ctx: MemoryContext) -> None:
    endless = (
        "{% for a in range(1, 100000) %}{% for b in range(1, 100000) %}x{% endfor %}{% endfor %}"
    )
    with pytest.raises(TaskFailed, match=r"steps|longer"):
        filtered(ctx, lines({"a": 1}), endless)
    with pytest.raises(TaskFailed, match="cannot ask for the secret"):
        filtered(ctx, lines({"a": 1}), "{{ secret('TOKEN') }}")


def test_the_last_record_of_each_key_stays_in_its_place(ctx: MemoryContext) -> None:
    ctx.files[SOURCE] = lines(
        {"k": 1, "n": 1}, {"k": "2", "n": 2}, {"k": "1", "n": 3}, {"k": True, "n": 4}
    )

    found = made(items.DeduplicateItems, **{"from": SOURCE}, expr="{{ k }}").run(ctx)

    assert found is not None
    kept = [json.loads(row)["n"] for row in ctx.files[found["uri"]].splitlines()]
    assert kept == [2, 3, 4]
    assert (found["numKeys"], found["processedItemsTotal"], found["droppedItemsTotal"]) == (3, 4, 1)


def test_keys_beyond_one_batch_are_remembered(
    ctx: MemoryContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items, "_BATCH", 3)
    ctx.files[SOURCE] = lines(*({"k": n % 10, "n": n} for n in range(50)))

    found = made(items.DeduplicateItems, **{"from": SOURCE}, expr="{{ k }}").run(ctx)

    assert found is not None
    kept = [json.loads(row)["n"] for row in ctx.files[found["uri"]].splitlines()]
    assert kept == list(range(40, 50))


def test_a_null_key_fails_and_names_the_line(ctx: MemoryContext) -> None:
    ctx.files[SOURCE] = lines({"k": None})
    with pytest.raises(TaskFailed, match="null for line 1"):
        made(items.DeduplicateItems, **{"from": SOURCE}, expr="{{ k }}").run(ctx)


def test_a_missing_file_is_an_error_only_when_asked(ctx: MemoryContext) -> None:
    ctx.answers = {"file.delete": False}

    found = made(storage.Delete, uri="downbeat:///x").run(ctx)
    assert found == {"uri": "downbeat:///x", "deleted": False}
    with pytest.raises(TaskFailed, match="There is no file"):
        made(storage.Delete, uri="downbeat:///x", errorOnMissing=True).run(ctx)
