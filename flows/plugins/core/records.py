"""Rows of files, read and written as streams: memory does not grow with the file."""

from __future__ import annotations

import codecs
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final, cast

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.json_text import read_json

CHUNK: Final = 1 << 20
LONGEST_ROW: Final = 64 * CHUNK
_PLAIN: Final = frozenset({"utf-8", "ascii"})


def rows(content: BinaryIO, separator: bytes) -> Iterator[bytes]:
    """Each row without its separator; an empty rest after the last separator is no row."""
    rest = b""
    while chunk := content.read(CHUNK):
        *whole, rest = (rest + chunk).split(separator)
        yield from whole
        _check_length(rest)
    if rest:
        yield rest


def rows_from_the_end(content: BinaryIO, separator: bytes) -> Iterator[bytes]:
    """Each row without its separator, the last one first."""
    place, rest, at_end = content.seek(0, os.SEEK_END), b"", True
    while place:
        step = min(CHUNK, place)
        place = content.seek(place - step)
        rest, *whole = (content.read(step) + rest).split(separator)
        _check_length(rest)
        for row in reversed(whole):
            if row or not at_end:
                yield row
            at_end = False
    if rest or not at_end:
        yield rest


def _check_length(row: bytes) -> None:
    if len(row) > LONGEST_ROW:
        raise TaskFailed(
            f"A row is longer than {LONGEST_ROW >> 20} MiB; is 'separator' the one of this file?"
        )


def records(content: BinaryIO) -> Iterator[tuple[int, bytes, Any]]:
    """The number, the text and the value of each record of a file with one JSON value per line."""
    for number, row in enumerate(rows(content, b"\n"), 1):
        if row.strip():
            yield number, row, _value(number, row)


def _value(number: int, row: bytes) -> Any:
    try:
        return read_json(row)
    except ValueError as error:
        raise TaskFailed(
            f"Line {number} is not a JSON value: {error}. Record files hold one JSON value per line"
        ) from None


def names_of(record: Any) -> Mapping[str, Any]:
    """What an expression sees of a record: its keys, or ``value`` for what is no map."""
    return record if isinstance(record, dict) else {"value": record}


def shown(row: bytes) -> str:
    """A row as an error message quotes it."""
    text = row.decode("utf-8", "replace").strip()
    return text if len(text) <= 200 else f"{text[:200]}…"


def separator_of(text: str) -> bytes:
    """A separator as bytes; an empty one separates nothing and is refused."""
    if not text:
        raise TaskFailed("The separator is empty")
    return text.encode()


def scratch(folder: Path) -> BinaryIO:
    """A file without a name, gone when it is closed."""
    return cast(BinaryIO, tempfile.TemporaryFile(dir=folder))


def is_plain(charset: str) -> bool:
    """Whether rows of this charset may be cut as bytes; an unknown charset is refused."""
    try:
        return codecs.lookup(charset).name in _PLAIN
    except LookupError:
        raise TaskFailed(f"'{charset}' is not the name of a charset") from None


def recoded(source: BinaryIO, charset: str, folder: Path) -> BinaryIO:
    """The same text as UTF-8, in a scratch file at its start."""
    into = scratch(folder)
    reader = codecs.getreader(charset)(source)
    try:
        while text := reader.read(CHUNK):
            into.write(text.encode())
    except UnicodeError as error:
        into.close()
        raise TaskFailed(f"The file is not in the charset '{charset}': {error}") from None
    into.seek(0)
    return into


def suffix_of(uri: str) -> str:
    """The extension of a file's name, with its dot; empty if it has none."""
    return PurePosixPath(uri.partition("?")[0]).suffix[:20]
