"""Finds the files that a task left, without trusting the folder that it could write.

A task may replace any name by a link while the worker looks. So every step opens relative to the
folder before it and follows no link, and only plain files that belong to the task's user count.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

_FOLLOW_NOTHING = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_MOST_FILES = 100_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file below the working directory."""

    name: str
    size: int


def find(folder: str, patterns: Iterable[str], *, hidden: frozenset[str]) -> list[Found]:
    """The files that any of the globs matches, by name; ``hidden`` top names are never found."""
    tests = [_pattern(_relative(pattern, folder)) for pattern in patterns]
    if not tests:
        return []
    found = [
        file for file in _walk(folder, hidden) if any(test.fullmatch(file.name) for test in tests)
    ]
    return sorted(found, key=lambda file: file.name)


def open_inside(folder: str, name: str, *, owner: int | None) -> BinaryIO:
    """The file of that name below the folder; raises ``OSError`` for anything but a plain file."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        *folders, last = name.split("/")
        for part in folders:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | _FOLLOW_NOTHING, dir_fd=handle)
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
                    yield Found(prefix + name, facts.st_size)
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
