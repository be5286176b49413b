"""The three steps of a loop over the items of a file: cut them, run a flow for each, join the ends.

The loop's own type puts them together; nobody writes them into a flow. Cutting and joining are
tasks of a worker, so a large file never holds up an execution, and neither step keeps more of it
in memory than a row (cutting) or the places of the rows (joining).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Spec, Text
from downbeat.sdk.shapes import ChildExecutions, Shape
from downbeat.sdk.task import LeafFlowable, Outputs, RunnableTask
from flows.plugins.core import splitting
from flows.plugins.core.child_call import ChildCall
from flows.plugins.core.records import rows, scratch, separator_of, suffix_of

NAMESPACE_FILE: Final = "nsfile:///"
_INTERNAL: Final = ("downbeat://", "kestra://")


class Batch(Spec):
    """How the items of a file are cut into batches.

    By `regexPattern` (rows go together whose first group, or else whose match, is the same; rows
    without a match are left out), by `bytes` (a batch is at most that large, but for a single
    longer row), into a number of `partitions` (rows are dealt out in turn), or by `rows`: the
    first of these that is given decides.
    """

    rows: Dyn[int | None] = 1
    bytes: Dyn[Text | None] = None
    partitions: Dyn[int | None] = None
    separator: Dyn[Text] = "\n"
    regex_pattern: Dyn[Text | None] = None


class SplitItems(RunnableTask):
    """Cuts a file into batches, each a file of the execution."""

    type_name: ClassVar[str] = "core.flow.ForEachItemSplit"
    internal: ClassVar[bool] = True

    items: Dyn[Text]
    batch: Batch = Field(default_factory=Batch)

    def run(self, ctx: RunContext) -> Outputs:
        suffix = suffix_of(self.items)
        folder = Path(tempfile.mkdtemp(dir=ctx.working_dir, prefix="batches-"))
        fetched = ctx.fetch(internal_address(self.items))
        count, uri = 0, ""
        with scratch(ctx.working_dir) as listed:
            for count, path in enumerate(_cut(fetched, self.batch, folder), 1):
                uri = ctx.save(path, name=f"batches/{count}{suffix}")
                path.unlink()
                listed.write(f"{uri}\n".encode())
            listed.seek(0)
            found: dict[str, Any] = {"splits": ctx.save(listed, name="splits.txt")}
        found["numberOfBatches"] = count
        if count:
            base = uri.removesuffix(f"{count}{suffix}")
            found |= {"batchesBaseUri": base, "batchesSuffix": suffix}
        return found


def internal_address(items: str) -> str:
    """The address of a file of internal storage, or the path of a namespace file."""
    if items.startswith(_INTERNAL):
        return items
    path = items.removeprefix(NAMESPACE_FILE)
    if not path or "://" in path:
        raise TaskFailed(
            f"'items' has to be the URI of a file in internal storage (downbeat:///…) or the path "
            f"of a namespace file, not '{items}'"
        )
    return path


def _cut(path: Path, batch: Batch, folder: Path) -> Iterator[Path]:
    """The batches as files, one after the other; each is the reader's to remove."""
    separator = separator_of(batch.separator)
    with path.open("rb") as content:
        whole = (row + separator for row in rows(content, separator))
        if batch.regex_pattern is not None:
            yield from _files(folder, splitting.grouped(whole, folder, batch.regex_pattern))
        elif batch.bytes is not None:
            yield from gathered(whole, folder, bytes=splitting.size_of(batch.bytes))
        elif batch.partitions is not None:
            yield from _files(folder, splitting.dealt_out(whole, folder, batch.partitions))
        else:
            yield from gathered(whole, folder, rows=_positive(batch.rows))


def _files(folder: Path, count: int) -> Iterator[Path]:
    return (folder / str(number) for number in range(count))


def _positive(rows: int | None) -> int:
    if rows is None or rows < 1:
        raise TaskFailed(f"A batch needs at least one row: 'batch.rows' is {rows}")
    return rows


def gathered(
    whole: Iterable[bytes], folder: Path, *, rows: int | None = None, bytes: int | None = None
) -> Iterator[Path]:
    """Rows in order, so many or so many bytes in a file; a file is there until the next is asked."""
    path, into = folder / "batch", None
    count = size = 0
    try:
        for row in whole:
            full = (rows is not None and count >= rows) or (
                bytes is not None and size + len(row) > bytes
            )
            if into is not None and full:
                into.close()
                into = None
                yield path
            if into is None:
                into, count, size = path.open("wb"), 0, 0
            into.write(row)
            count, size = count + 1, size + len(row)
        if into is not None:
            into.close()
            yield path
    finally:
        if into is not None:
            into.close()


class BatchExecutions(ChildCall, LeafFlowable):
    """Starts an execution of a flow for each batch, and waits for all of them."""

    type_name: ClassVar[str] = "core.flow.ForEachItemExecutable"
    internal: ClassVar[bool] = True

    source: str
    concurrency_limit: int = 0

    def shape(self) -> Shape:
        return ChildExecutions(self.source, self.concurrency_limit, resumes=self.resumes)


class MergeOutputs(RunnableTask):
    """Joins the flow outputs of the child executions into one file, in the order of the batches."""

    type_name: ClassVar[str] = "core.flow.ForEachItemMergeOutputs"
    internal: ClassVar[bool] = True

    base: Dyn[Text]
    parts: Dyn[int] = 0

    def run(self, ctx: RunContext) -> Outputs:
        if not self.parts:
            return {}
        with scratch(ctx.working_dir) as whole, scratch(ctx.working_dir) as merged:
            places = self._gather(ctx, whole)
            for iteration in sorted(places):
                start, length = places[iteration]
                whole.seek(start)
                merged.write(whole.read(length))
            merged.seek(0)
            return {"subflowOutputs": ctx.save(merged, name="subflow-outputs.jsonl")}

    def _gather(self, ctx: RunContext, whole: BinaryIO) -> dict[int, tuple[int, int]]:
        """All lines in one file; of a batch that was run again the later line counts."""
        places: dict[int, tuple[int, int]] = {}
        for part in range(1, self.parts + 1):
            path = ctx.fetch(f"{self.base}/{part}.jsonl")
            with path.open("rb") as content:
                for line in content:
                    record = json.loads(line)
                    packed = json.dumps(record["outputs"], ensure_ascii=False).encode() + b"\n"
                    places[int(record["iteration"])] = (whole.tell(), len(packed))
                    whole.write(packed)
            path.unlink()
        return places


PLUGINS: tuple[type, ...] = (SplitItems, BatchExecutions, MergeOutputs)
