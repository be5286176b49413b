"""The first rows of a Parquet file, read in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copyfileobj
from typing import Any, BinaryIO, Final

import orjson

from downbeat.common.errors import Invalid

READER: Final = Path(__file__).with_name("parquet_rows.py")
SECONDS: Final = 20
LARGEST: Final = 64 << 20


class NoPreview(Invalid):
    """This file cannot be shown here: {reason}. Download it instead."""

    code = "file.no_preview"


def first_rows(content: BinaryIO, size: int, rows: int) -> tuple[list[dict[str, Any]], bool]:
    """At most so many rows, and whether there are more. Costs a copy of the file and 0.3 s.

    Raises NoPreview for files over 64 MB and for those that cannot be read.
    """
    if size > LARGEST:
        raise NoPreview(reason="it has more than 64 MB")
    with tempfile.NamedTemporaryFile(suffix=".parquet") as copy:
        copyfileobj(content, copy)
        copy.flush()
        answer = _read(copy.name, rows)
    return answer["rows"], answer["more"]


def _read(path: str, rows: int) -> dict[str, Any]:
    command = [sys.executable, "-I", str(READER), path, str(rows)]
    try:
        # The path is that of our own copy.
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, check=True, timeout=SECONDS, env={}, cwd="/"
        )
        answer: dict[str, Any] = orjson.loads(done.stdout)
    except (subprocess.SubprocessError, orjson.JSONDecodeError):
        raise NoPreview(reason="it is not a Parquet file that can be read") from None
    return answer
