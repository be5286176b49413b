"""Tasks on the files of a namespace: put in, copy out, take away, forget old revisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Spec, Text
from downbeat.sdk.json_text import read_json
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.core.moments import Moment, wire

Conflict = Literal["OVERWRITE", "ERROR", "SKIP"]
_OF_THE_WORKER = frozenset({".tmp", ".fetched"})


def texts_of(written: str | Iterable[str] | None) -> list[str]:
    """A list, the list that a JSON text holds, or the only text."""
    if written is None:
        return []
    if not isinstance(written, str):
        return list(written)
    text = written.strip()
    if not text.startswith("["):
        return [text] if text else []
    try:
        return [str(item) for item in read_json(text)]
    except ValueError as error:
        raise TaskFailed(f"'{text[:100]}' is not a list: {error}") from None


def below(destination: str | None, path: str) -> str:
    """A path under a destination, as namespaces write it."""
    return f"/{(destination or '').strip('/')}/{path.lstrip('/')}".replace("//", "/")


class UploadFiles(RunnableTask):
    """Puts files into a namespace: all of them or, when one is refused, none.

    `files` are globs in the working directory (a WorkingDirectory's, or that of the task itself);
    `filesMap` gives names to files of internal storage.
    """

    type_name: ClassVar[str] = "core.namespace.UploadFiles"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "files": "The files that were stored, as path → address"
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Keep a download for other flows",
            """id: keep
namespace: company.team
tasks:
  - id: rates
    type: core.http.Download
    uri: https://example.com/rates.csv
  - id: share
    type: core.namespace.UploadFiles
    namespace: company.team
    destination: /rates/
    filesMap:
      today.csv: "{{ outputs.rates.uri }}"
""",
        ),
    )

    namespace: Dyn[Text | None] = None
    files: Dyn[Text | list[Text] | dict[str, Text] | None] = None
    files_map: Dyn[Text | dict[str, Text] | None] = None
    destination: Dyn[Text | None] = "/"
    conflict: Dyn[Conflict] = "OVERWRITE"

    def run(self, ctx: RunContext) -> Outputs:
        wanted = [
            {"path": below(self.destination, path), "uri": uri} for path, uri in self._found(ctx)
        ]
        if not wanted:
            raise TaskFailed(
                "There is nothing to upload: neither 'files' nor 'filesMap' name a file"
            )
        stored = ctx.request(
            "namespace.put",
            {"namespace": self.namespace, "files": wanted, "conflict": self.conflict},
        )
        ctx.metric("files.uploaded", len(stored))
        return {"files": stored}

    def _found(self, ctx: RunContext) -> Iterator[tuple[str, str]]:
        yield from _mapped(self.files_map).items()
        if isinstance(self.files, dict):
            yield from self.files.items()
            return
        for glob in texts_of(self.files):
            for name, path in _matching(ctx.working_dir, glob):
                yield name, ctx.save(path, name=f"uploaded/{name}")


def _mapped(written: str | Mapping[str, str] | None) -> Mapping[str, str]:
    if not isinstance(written, str):
        return written or {}
    try:
        found = read_json(written)
    except ValueError as error:
        raise TaskFailed(f"'filesMap' is not a JSON map: {error}") from None
    if not isinstance(found, dict):
        raise TaskFailed("'filesMap' is not a JSON map of names to addresses")
    return {str(name): str(uri) for name, uri in found.items()}


def _matching(folder: Path, glob: str) -> list[tuple[str, Path]]:
    """Files of a folder that a glob matches, by name; what a link points to outside is left alone."""
    pattern = "/" + glob.removeprefix("glob:").lstrip("/")
    root = folder.resolve()
    found = []
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if name.partition("/")[0] in _OF_THE_WORKER or not _matches(f"/{name}", pattern):
            continue
        if path.is_file() and path.resolve().is_relative_to(root):
            found.append((name, path))
    return sorted(found)


def _matches(path: str, pattern: str) -> bool:
    """As globs match among the files of a namespace: signs may stand for folders too."""
    return fnmatchcase(path, pattern) or fnmatchcase(path, pattern.replace("**/", ""))


class DownloadFiles(RunnableTask):
    """Copies files of a namespace into the execution's storage."""

    type_name: ClassVar[str] = "core.namespace.DownloadFiles"
    outputs_schema: ClassVar[Mapping[str, str]] = {"files": "The copies, as path → address"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "All queries of the namespace",
            """id: queries
namespace: company.team
tasks:
  - id: sql
    type: core.namespace.DownloadFiles
    namespace: company.team
    files:
      - "queries/**.sql"
""",
        ),
    )

    namespace: Dyn[Text]
    files: Dyn[Text | list[Text]]
    destination: Dyn[Text | None] = ""

    def run(self, ctx: RunContext) -> Outputs:
        found = ctx.request(
            "namespace.copy",
            {
                "namespace": self.namespace,
                "files": texts_of(self.files),
                "destination": self.destination,
            },
        )
        ctx.metric("files.downloaded", len(found))
        return {"files": found}


class DeleteFiles(RunnableTask):
    """Takes files of a namespace away; their old revisions stay until they are purged."""

    type_name: ClassVar[str] = "core.namespace.DeleteFiles"
    outputs_schema: ClassVar[Mapping[str, str]] = {"files": "The paths that are gone"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Clear a folder",
            """id: clear
namespace: company.team
tasks:
  - id: old
    type: core.namespace.DeleteFiles
    namespace: company.team
    files:
      - "rates/**"
""",
        ),
    )

    namespace: Dyn[Text]
    files: Dyn[Text | list[Text]]
    delete_parent_folder: Dyn[bool] = False

    def run(self, ctx: RunContext) -> Outputs:
        gone = ctx.request(
            "namespace.delete",
            {
                "namespace": self.namespace,
                "files": texts_of(self.files),
                "empty_folders": self.delete_parent_folder,
            },
        )
        ctx.metric("files.deleted", len(gone))
        return {"files": gone}


class RevisionRule(Spec):
    """Which revisions go: those before a date, all but the newest ones, or those that are both."""

    type: Literal["version"] = "version"
    before: Dyn[Moment | None] = None
    keep_amount: Dyn[Annotated[int, Field(ge=0)] | None] = None


class PurgeFiles(RunnableTask):
    """Removes revisions of namespace files that readers do not see any more.

    Of the namespaces that are named, or match a pattern, and those below them; without either, of
    all that the flow's namespace may change.
    """

    type_name: ClassVar[str] = "core.namespace.PurgeFiles"
    outputs_schema: ClassVar[Mapping[str, str]] = {"size": "How many revisions are gone"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Keep the three newest revisions",
            """id: tidy
namespace: company.team
tasks:
  - id: old
    type: core.namespace.PurgeFiles
    filePattern: "*.sql"
    behavior:
      type: version
      keepAmount: 3
""",
        ),
    )

    namespaces: Dyn[list[Text] | None] = None
    namespace_pattern: Dyn[Text | None] = None
    include_child_namespaces: Dyn[bool] = True
    file_pattern: Dyn[Text | None] = None
    behavior: RevisionRule = Field(default_factory=lambda: RevisionRule(keep_amount=1))

    def run(self, ctx: RunContext) -> Outputs:
        rule = self.behavior
        size: int = ctx.request(
            "namespace.purge",
            {
                "namespaces": self.namespaces,
                "namespace_pattern": self.namespace_pattern,
                "below": self.include_child_namespaces,
                "files": [self.file_pattern] if self.file_pattern else [],
                "keep": rule.keep_amount,
                "before": wire(rule.before),
            },
        )
        ctx.metric("revisions.purged", size)
        return {"size": size}


PLUGINS: tuple[type, ...] = (UploadFiles, DownloadFiles, DeleteFiles, PurgeFiles)
