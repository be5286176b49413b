"""Files below a folder that untrusted code can write to: found, opened and written through no link.

A task may replace any name by a link while somebody else looks. So every step opens relative to the
folder before it and follows no link, and only plain files count. Used by the worker and by tasks
that share a working directory with scripts.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import BinaryIO

from downbeat.sdk.errors import TaskFailed

_FOLLOW_NOTHING = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_AS_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_MOST_FILES = 100_000
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """A file below the folder; ``changed_ns`` is when its content changed, as the file says."""

    name: str
    size: int
    changed_ns: int


def find(
    folder: str, patterns: Iterable[str], *, hidden: frozenset[str] = frozenset()
) -> list[Found]:
    """The files that any of the globs matches, by name; ``hidden`` top names are never found."""
    tests = [_pattern(_relative(pattern, folder)) for pattern in patterns]
    if not tests:
        return []
    found = [
        file for file in _walk(folder, hidden) if any(test.fullmatch(file.name) for test in tests)
    ]
    return sorted(found, key=lambda file: file.name)


def open_inside(folder: str, name: str, *, owner: int | None = None) -> BinaryIO:
    """The file of that name below the folder; raises ``OSError`` for anything but a plain file.

    ``owner``: the user that it must belong to, if that matters.
    """
    handle = os.open(folder, _AS_FOLDER)
    try:
        *folders, last = name.split("/")
        for part in folders:
            inner = os.open(part, _AS_FOLDER | _FOLLOW_NOTHING, dir_fd=handle)
            os.close(handle)
            handle = inner
        fd = os.open(last, os.O_RDONLY | _FOLLOW_NOTHING, dir_fd=handle)
    finally:
        os.close(handle)
    facts = os.fstat(fd)
    if not stat.S_ISREG(facts.st_mode) or (owner is not None and facts.st_uid != owner):
        os.close(fd)
        raise PermissionError(f"'{name}' is not a plain file of the task")
    return os.fdopen(fd, "rb")


def write_inside(
    folder: str,
    name: str,
    content: BinaryIO,
    *,
    owner: tuple[int, int] | None = None,
    mode: int = 0o644,
) -> None:
    """Writes a file of that name below the folder, over an older one; makes the folders on its way.

    ``owner``: the user and group that get what is made. Raises ``TaskFailed`` for a name that leads
    out of the folder, or through a link or a plain file. Reads the content in pieces of 1 MiB.
    """
    *folders, last = parts_of(name)
    handle = os.open(folder, _AS_FOLDER)
    try:
        for part in folders:
            inner = _entered(handle, part, owner)
            os.close(handle)
            handle = inner
        with contextlib.suppress(FileNotFoundError):
            os.unlink(last, dir_fd=handle)
        wanted = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(last, wanted, mode, dir_fd=handle)
    except OSError as problem:
        reason = problem.strerror or "it cannot be made"
        raise TaskFailed(f"The file '{name}' cannot be written: {reason}") from None
    finally:
        os.close(handle)
    with os.fdopen(fd, "wb") as into:
        if owner is not None:
            os.fchown(fd, *owner)
        shutil.copyfileobj(content, into, _CHUNK)


def parts_of(name: str) -> tuple[str, ...]:
    """The parts of a file's name; raises ``TaskFailed`` for one that leads out of its folder."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts or "\0" in name:
        raise TaskFailed(f"The file name '{name}' leads out of the working directory")
    return parts


def _entered(handle: int, part: str, owner: tuple[int, int] | None) -> int:
    """The folder of that name inside another one, made if it is missing."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(part, 0o700, dir_fd=handle)
        if owner is not None:
            os.chown(part, *owner, dir_fd=handle, follow_symlinks=False)
    return os.open(part, _AS_FOLDER | _FOLLOW_NOTHING, dir_fd=handle)


def _walk(folder: str, hidden: frozenset[str]) -> Iterator[Found]:
    seen = 0
    for base, folders, files, handle in os.fwalk(folder, follow_symlinks=False):
        prefix = os.path.relpath(base, folder)
        prefix = "" if prefix == "." else f"{prefix}/"
        if not prefix:
            folders[:] = [name for name in folders if name not in hidden]
        for name in files:
            if not prefix and name in hidden:
                continue
            with contextlib.suppress(OSError):
                facts = os.stat(name, dir_fd=handle, follow_symlinks=False)
                if stat.S_ISREG(facts.st_mode):
                    yield Found(prefix + name, facts.st_size, facts.st_mtime_ns)
            seen += 1
            if seen > _MOST_FILES:
                return


def _relative(pattern: str, folder: str) -> str:
    return pattern.removeprefix(f"{folder}/").removeprefix("./").removeprefix("glob:")


@lru_cache(maxsize=512)
def _pattern(glob: str) -> re.Pattern[str]:
    """A glob where ``*`` stays in one folder and ``**`` crosses folders (also none)."""
    out, at = "", 0
    while at < len(glob):
        if glob.startswith("**/", at):
            out, at = out + "(?:.*/)?", at + 3
        elif glob.startswith("**", at):
            out, at = out + ".*", at + 2
        elif glob[at] == "*":
            out, at = out + "[^/]*", at + 1
        elif glob[at] == "?":
            out, at = out + "[^/]", at + 1
        elif glob[at] == "{" and "}" in glob[at:]:
            end = glob.index("}", at)
            choices = glob[at + 1 : end].split(",")
            out, at = out + f"(?:{'|'.join(map(_plain, choices))})", end + 1
        elif glob[at] == "[" and "]" in glob[at + 1 :]:
            end = glob.index("]", at + 1)
            out, at = out + fnmatch.translate(glob[at : end + 1])[4:-3], end + 1
        else:
            out, at = out + re.escape(glob[at]), at + 1
    return re.compile(out, re.DOTALL)


def _plain(part: str) -> str:
    return re.escape(part).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
