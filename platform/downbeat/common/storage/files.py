"""Internal storage in a folder of this machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from downbeat.common.storage.paths import clean, uri_of
from downbeat.common.storage.port import FileInfo, Missing

FOLDER_MODE = 0o700
TEMPORARY = ".incoming"


class FileStorage:
    """Files below `root/<two letters>/<tenant>/`; two levels keep folders of tenants short."""

    def __init__(self, root: Path, tenant_id: UUID) -> None:
        name = tenant_id.hex
        # The first digits of a UUIDv7 are its time and would put everybody into one folder.
        self.base = root / name[-2:] / name

    def put(self, path: str, content: bytes | BinaryIO) -> str:
        """Writes beside and renames, so that a reader finds the old file or the new one."""
        inside = clean(path)
        target = self._locate(inside)
        target.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        incoming = self.base / TEMPORARY
        incoming.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        descriptor, temporary = tempfile.mkstemp(dir=incoming)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if isinstance(content, bytes):
                    file.write(content)
                else:
                    shutil.copyfileobj(content, file, 1024 * 1024)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return uri_of(inside)

    def open(self, path: str) -> BinaryIO:
        """An open file."""
        try:
            return self._locate(clean(path)).open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise Missing(path) from None

    def info(self, path: str) -> FileInfo:
        """What the file system says."""
        inside = clean(path)
        target = self._locate(inside)
        if not target.is_file():
            raise Missing(path)
        return _info(target, inside)

    def size(self, path: str) -> int:
        """Bytes of a file."""
        return self.info(path).size

    def exists(self, path: str) -> bool:
        """Whether it is a file."""
        return self._locate(clean(path)).is_file()

    def delete(self, path: str) -> bool:
        """Removes it; empty folders stay until a prefix is deleted."""
        try:
            self._locate(clean(path)).unlink()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return False
        return True

    def list(self, prefix: str) -> Iterator[FileInfo]:
        """Walks a folder."""
        start = self._locate(clean(prefix))
        # Paths compare part by part, texts as the keys of a bucket do.
        for file in sorted(start.rglob("*"), key=Path.as_posix):
            inside = file.relative_to(self.base).as_posix()
            if file.is_file() and not inside.startswith(f"{TEMPORARY}/"):
                yield _info(file, inside)

    def delete_prefix(self, prefix: str) -> int:
        """Removes a folder, or with an empty prefix the tenant's whole part."""
        start = self._locate(clean(prefix))
        count = sum(1 for _ in self.list(prefix))
        shutil.rmtree(start, ignore_errors=True)
        return count

    def _locate(self, inside: str) -> Path:
        return self.base / inside if inside else self.base


def _info(file: Path, inside: str) -> FileInfo:
    found = file.stat()
    return FileInfo(inside, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))
