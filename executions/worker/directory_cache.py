"""Files of a shared directory that the next execution finds again: one archive in internal storage.

The archive holds plain files only, with their times and whether they may be run. It is written
again when a file that matches is new or has changed, so what nobody touches expires after ``ttl``.
A cache that cannot be read or written is told in the log and never fails the directory.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tarfile
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

from downbeat.sdk import confined
from downbeat.sdk.errors import TaskFailed
from executions.worker.channel import WorkerChannel
from executions.worker.logbook import Logbook
from executions.worker.session import HIDDEN
from executions.worker.work import Work

_BROKEN: Final = (OSError, EOFError, tarfile.TarError, zlib.error, TaskFailed)
_QUICK: Final = 1
"""The level of compression: a cache is written as often as its files change."""


@dataclass(slots=True)
class DirectoryCache:
    """The kept files of one directory; ``largest`` bounds their size together, in bytes."""

    work: Work
    channel: WorkerChannel
    book: Logbook
    folder: Path
    patterns: Sequence[str]
    ttl: timedelta | None
    owner: tuple[int, int] | None
    largest: int
    _found: dict[str, tuple[int, int]] = field(default_factory=dict)

    def restore(self) -> None:
        """Puts the kept files into the directory, before anything has run there."""
        try:
            archive = self.channel.kept(self.work.key, self._name(), self.ttl)
            if archive is None:
                return
            with archive:
                self._unpack(archive)
        except _BROKEN as problem:
            self.book.say("WARN", f"The cache cannot be read and is made anew: {problem}")
            return
        self._found = self._now()
        self.book.say("INFO", f"{len(self._found)} files come from the cache")

    def store(self) -> None:
        """Keeps the files that match, if any is new or has changed since they were restored."""
        now = self._now()
        if not any(self._found.get(name) != facts for name, facts in now.items()):
            return
        try:
            with tempfile.TemporaryFile(dir=self.folder.parent) as whole:
                self._pack(sorted(now), whole)
                whole.seek(0)
                self.channel.keep(self.work.key, self._name(), cast(BinaryIO, whole))
        except _BROKEN as problem:
            self.book.say("WARN", f"The cache cannot be written: {problem}")
            return
        self.book.say("INFO", f"{len(now)} files are kept in the cache")

    def _name(self) -> str:
        """One archive for a directory, in loops one for each of their values."""
        path = json.dumps(self.work.path).encode()
        return f"{self.work.info.task_id}/{hashlib.sha256(path).hexdigest()[:32]}.tar.gz"

    def _now(self) -> dict[str, tuple[int, int]]:
        found = confined.find(str(self.folder), self.patterns, hidden=HIDDEN)
        return {file.name: (file.size, file.changed_ns) for file in found}

    def _pack(self, names: Sequence[str], into: IO[bytes]) -> None:
        owner = None if self.owner is None else self.owner[0]
        total = 0
        with tarfile.open(fileobj=into, mode="w:gz", compresslevel=_QUICK) as archive:
            for name in names:
                with confined.open_inside(str(self.folder), name, owner=owner) as content:
                    facts = os.fstat(content.fileno())
                    total = self._counted(total + facts.st_size)
                    item = tarfile.TarInfo(name)
                    item.size, item.mtime = facts.st_size, int(facts.st_mtime)
                    item.mode = 0o755 if facts.st_mode & stat.S_IXUSR else 0o644
                    archive.addfile(item, content)

    def _unpack(self, archive: BinaryIO) -> None:
        total = 0
        with tarfile.open(fileobj=archive, mode="r|gz") as items:
            for item in items:
                content = items.extractfile(item) if item.isreg() else None
                if content is None:
                    continue
                total = self._counted(total + item.size)
                confined.write_inside(
                    str(self.folder),
                    item.name,
                    cast(BinaryIO, content),
                    owner=self.owner,
                    mode=item.mode & 0o755,
                )
                os.utime(self.folder / item.name, (item.mtime, item.mtime))

    def _counted(self, total: int) -> int:
        if total > self.largest:
            raise TaskFailed(f"its files are larger than {self.largest} bytes together")
        return total
