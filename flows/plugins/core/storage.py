"""Tasks on files of internal storage: join, cut, turn round, measure, write, delete."""

from __future__ import annotations

import codecs
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, BinaryIO, ClassVar

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.json_text import read_json
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.core import splitting
from flows.plugins.core.records import (
    CHUNK,
    is_plain,
    recoded,
    rows,
    rows_from_the_end,
    scratch,
    separator_of,
    suffix_of,
)

Positive = Annotated[int, Field(ge=1)]
_EXTENSION = re.compile(r"\.?[\w.-]{0,40}")


def named(stem: str, extension: str) -> str:
    """The name of a stored file; an extension may be written with its dot or without."""
    if not _EXTENSION.fullmatch(extension) or ".." in extension:
        raise TaskFailed(f"'{extension}' is not an extension such as .txt")
    dot = "" if extension.startswith(".") or not extension else "."
    return f"{stem}{dot}{extension}"


def uris_of(written: str | Iterable[str]) -> list[str]:
    """The addresses of a list, of the JSON text of one, or the only one."""
    if not isinstance(written, str):
        return list(written)
    text = written.strip()
    if not text.startswith("["):
        return [text] if text else []
    try:
        return [str(item) for item in read_json(text)]
    except ValueError as error:
        raise TaskFailed(f"'files' is not a list of addresses: {error}") from None


class Concat(RunnableTask):
    """Joins files of internal storage into one, in the order given.

    With `separator`, that text is written after each file.
    """

    type_name: ClassVar[str] = "core.storage.Concat"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.storages.Concat",)
    outputs_schema: ClassVar[Mapping[str, str]] = {"uri": "The joined file"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Join two downloads",
            """id: join
namespace: company.team
tasks:
  - id: january
    type: core.http.Download
    uri: https://example.com/january.csv
  - id: february
    type: core.http.Download
    uri: https://example.com/february.csv
  - id: both
    type: core.storage.Concat
    files:
      - "{{ outputs.january.uri }}"
      - "{{ outputs.february.uri }}"
    extension: .csv
""",
        ),
    )

    files: Dyn[Text | list[Text]]
    separator: Dyn[Text | None] = None
    extension: Dyn[Text] = ".tmp"

    def run(self, ctx: RunContext) -> Outputs:
        name = named("concat", self.extension)
        with closing(scratch(ctx.working_dir)) as whole:
            for uri in uris_of(self.files):
                path = ctx.fetch(uri)
                with path.open("rb") as content:
                    shutil.copyfileobj(content, whole, CHUNK)
                path.unlink()
                whole.write((self.separator or "").encode())
            whole.seek(0)
            return {"uri": ctx.save(whole, name=name)}


class Split(RunnableTask):
    """Cuts a file into several, between rows.

    By `regexPattern` (rows go together whose first group, or else whose match, is the same; rows
    without a match are left out), by `bytes` (a part is at most that large, but for a single
    longer row), into a number of `partitions` (rows are dealt out in turn), or by `rows`: the
    first of these that is given decides. Each row keeps its separator.
    """

    type_name: ClassVar[str] = "core.storage.Split"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.storages.Split",)
    outputs_schema: ClassVar[Mapping[str, str]] = {"uris": "The parts, in order"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Parts of a thousand rows",
            """id: cut
namespace: company.team
inputs:
  - id: orders
    type: FILE
tasks:
  - id: parts
    type: core.storage.Split
    from: "{{ inputs.orders }}"
    rows: 1000
""",
        ),
    )

    from_: Dyn[Text] = Field(alias="from")
    at_bytes: Dyn[Text | None] = Field(default=None, alias="bytes")
    partitions: Dyn[int | None] = None
    rows: Dyn[Positive | None] = None
    regex_pattern: Dyn[Text | None] = None
    separator: Dyn[Text] = "\n"

    def run(self, ctx: RunContext) -> Outputs:
        separator = separator_of(self.separator)
        folder = Path(tempfile.mkdtemp(dir=ctx.working_dir, prefix="parts-"))
        with ctx.fetch(self.from_).open("rb") as content:
            whole = (row + separator for row in rows(content, separator))
            count = self._cut(whole, folder)
        return {"uris": [self._saved(ctx, folder, number) for number in range(count)]}

    def _cut(self, whole: Iterable[bytes], folder: Path) -> int:
        if self.regex_pattern is not None:
            return splitting.grouped(whole, folder, self.regex_pattern)
        if self.at_bytes is not None:
            most = splitting.size_of(self.at_bytes)
            return splitting.into_files(whole, folder, lambda _, size: size > most)
        if self.partitions is not None:
            return splitting.dealt_out(whole, folder, self.partitions)
        if self.rows is not None:
            per_part = self.rows
            return splitting.into_files(whole, folder, lambda count, _: count > per_part)
        raise TaskFailed("Split needs one of 'regexPattern', 'bytes', 'partitions' and 'rows'")

    def _saved(self, ctx: RunContext, folder: Path, number: int) -> str:
        path = folder / str(number)
        uri = ctx.save(path, name=f"part-{number + 1:05}{suffix_of(self.from_)}")
        path.unlink()
        return uri


class Reverse(RunnableTask):
    """Turns a file round: its last row becomes the first."""

    type_name: ClassVar[str] = "core.storage.Reverse"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.storages.Reverse",)
    outputs_schema: ClassVar[Mapping[str, str]] = {"uri": "The file turned round"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "The newest lines first",
            """id: newest_first
namespace: company.team
inputs:
  - id: log
    type: FILE
tasks:
  - id: turned
    type: core.storage.Reverse
    from: "{{ inputs.log }}"
""",
        ),
    )

    from_: Dyn[Text] = Field(alias="from")
    separator: Dyn[Text] = "\n"
    charset: Dyn[Text] = "UTF-8"

    def run(self, ctx: RunContext) -> Outputs:
        separator = separator_of(self.separator)
        with (
            ctx.fetch(self.from_).open("rb") as source,
            closing(self._readable(ctx, source)) as content,
            closing(scratch(ctx.working_dir)) as turned,
        ):
            self._turn(rows_from_the_end(content, separator), separator, turned)
            turned.seek(0)
            return {"uri": ctx.save(turned, name=named("reversed", suffix_of(self.from_)))}

    def _readable(self, ctx: RunContext, source: BinaryIO) -> BinaryIO:
        return source if is_plain(self.charset) else recoded(source, self.charset, ctx.working_dir)

    def _turn(self, found: Iterable[bytes], separator: bytes, into: BinaryIO) -> None:
        if is_plain(self.charset):
            into.writelines(row + separator for row in found)
            return
        writer = codecs.getwriter(self.charset)(into)
        for row in found:
            writer.write((row + separator).decode())


class Size(RunnableTask):
    """Says how many bytes a file of internal storage has."""

    type_name: ClassVar[str] = "core.storage.Size"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.storages.Size",)
    outputs_schema: ClassVar[Mapping[str, str]] = {"size": "Bytes"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "How large is it?",
            """id: how_large
namespace: company.team
inputs:
  - id: orders
    type: FILE
tasks:
  - id: size
    type: core.storage.Size
    uri: "{{ inputs.orders }}"
""",
        ),
    )

    uri: Dyn[Text]

    def run(self, ctx: RunContext) -> Outputs:
        return {"size": ctx.request("file.size", {"uri": self.uri})}


class Delete(RunnableTask):
    """Deletes a file of internal storage that an execution of this namespace left."""

    type_name: ClassVar[str] = "core.storage.Delete"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.storages.Delete",)
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "uri": "The file that was to go",
        "deleted": "Whether it was there",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Leave nothing behind",
            """id: leave_nothing
namespace: company.team
tasks:
  - id: orders
    type: core.http.Download
    uri: https://example.com/orders.csv
  - id: gone
    type: core.storage.Delete
    uri: "{{ outputs.orders.uri }}"
""",
        ),
    )

    uri: Dyn[Text]
    error_on_missing: Dyn[bool] = False

    def run(self, ctx: RunContext) -> Outputs:
        deleted = bool(ctx.request("file.delete", {"uri": self.uri}))
        if self.error_on_missing and not deleted:
            raise TaskFailed(f"There is no file '{self.uri}' in internal storage")
        return {"uri": self.uri, "deleted": deleted}


class Write(RunnableTask):
    """Writes a text into a file of internal storage."""

    type_name: ClassVar[str] = "core.storage.Write"
    outputs_schema: ClassVar[Mapping[str, str]] = {"uri": "The file"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "A file from a text",
            """id: write
namespace: company.team
tasks:
  - id: note
    type: core.storage.Write
    content: |
      Execution {{ execution.id }}
    extension: .txt
""",
        ),
    )

    content: Dyn[Text | dict[str, Any] | list[Any]]
    extension: Dyn[Text] = ".tmp"

    def run(self, ctx: RunContext) -> Outputs:
        text = self.content
        whole = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
        return {"uri": ctx.save(whole.encode(), name=named("content", self.extension))}


PLUGINS: tuple[type, ...] = (Concat, Split, Reverse, Size, Delete, Write)
