"""Finds and describes files of the host, and moves or deletes them after they were taken."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed


class Action(StrEnum):
    """What happens to a file once it was taken."""

    NONE = "NONE"
    MOVE = "MOVE"
    DELETE = "DELETE"


class Sort(StrEnum):
    """The order of a listing."""

    NONE = "NONE"
    ASC = "ASC"
    DESC = "DESC"
    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    MODIFIED_ASC = "MODIFIED_ASC"
    MODIFIED_DESC = "MODIFIED_DESC"


@dataclass(frozen=True, slots=True)
class HostFile:
    """A file or folder of the host."""

    path: Path
    facts: os.stat_result

    @property
    def mark(self) -> tuple[int, int]:
        """What changes when the content does."""
        return self.facts.st_mtime_ns, self.facts.st_size

    @property
    def is_folder(self) -> bool:
        return self.path.is_dir()

    def describe(self, *, uri: str | None = None) -> dict[str, Any]:
        """The file as outputs show it."""
        return {
            "uri": uri or self.path.as_uri(),
            "localPath": str(self.path),
            "name": self.path.name,
            "parent": str(self.path.parent),
            "size": self.facts.st_size,
            "createdDate": _instant(self.facts.st_ctime),
            "modifiedDate": _instant(self.facts.st_mtime),
            "accessedDate": _instant(self.facts.st_atime),
            "isDirectory": self.is_folder,
        }


def find(
    ctx: RunContext,
    folder: str,
    *,
    pattern: str | None,
    recursive: bool,
    folders_too: bool = False,
) -> list[HostFile]:
    """Files of a folder (or the one file itself) whose path or name the pattern matches, by name.

    Links are followed only as far as the operator's folders reach.
    """
    root = ctx.local_path(folder)
    if not root.exists():
        raise TaskFailed(f"The folder '{folder}' does not exist")
    test = _compiled(pattern)
    found = []
    for path in _paths(root, recursive=recursive):
        if test and not (test.fullmatch(str(path)) or test.fullmatch(path.name)):
            continue
        file = _allowed(ctx, path)
        if file is not None and (folders_too or not file.is_folder):
            found.append(file)
    return sorted(found, key=lambda file: str(file.path))


def ordered(files: list[HostFile], by: Sort) -> list[HostFile]:
    """The files in the order that a listing asks for."""
    match by:
        case Sort.NONE | Sort.ASC | Sort.NAME_ASC:
            return files
        case Sort.DESC | Sort.NAME_DESC:
            return files[::-1]
        case Sort.MODIFIED_ASC:
            return sorted(files, key=lambda file: file.mark)
        case Sort.MODIFIED_DESC:
            return sorted(files, key=lambda file: file.mark, reverse=True)


def saved(ctx: RunContext, files: Sequence[HostFile]) -> Iterator[tuple[HostFile, str]]:
    """Each file with its address in internal storage; namesakes of other folders stay apart."""
    taken: Counter[str] = Counter()
    for file in files:
        name = file.path.name
        taken[name] += 1
        place = name if taken[name] == 1 else f"{taken[name]}/{name}"
        yield file, ctx.save(file.path, name=place)


def dispose(ctx: RunContext, path: Path, action: Action, target: str | None) -> None:
    """Moves or deletes a file that was taken; one that is gone already is no error."""
    match action:
        case Action.NONE:
            return
        case Action.DELETE:
            path.unlink(missing_ok=True)
        case Action.MOVE:
            if not target:
                raise TaskFailed("'moveDirectory' must be set when the action is MOVE")
            folder = ctx.local_path(target)
            folder.mkdir(parents=True, exist_ok=True)
            if path.exists():
                shutil.move(path, folder / path.name)


def _paths(root: Path, *, recursive: bool) -> Iterator[Path]:
    if not root.is_dir():
        yield root
        return
    for base, folders, files in os.walk(root):
        for name in sorted([*folders, *files]):
            yield Path(base) / name
        if not recursive:
            return


def _allowed(ctx: RunContext, path: Path) -> HostFile | None:
    """The file with its facts; ``None`` if it is gone or a link leads out of what is allowed."""
    try:
        if path.is_symlink():
            ctx.local_path(str(path))
        return HostFile(path, path.stat())
    except (OSError, TaskFailed):
        return None


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern) if pattern else None
    except re.error as error:
        raise TaskFailed(f"'regExp' is not a regular expression: {error}") from None


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
