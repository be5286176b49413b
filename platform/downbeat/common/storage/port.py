"""The port of internal storage; its adapters are local files and S3."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from downbeat.common.errors import NotFound


class Missing(NotFound):
    """There is no file {path} in internal storage."""

    code = "storage.missing"

    def __init__(self, path: str) -> None:
        super().__init__("file", path=path)


@dataclass(frozen=True)
class FileInfo:
    """One stored file; `path` is below the tenant."""

    path: str
    size: int
    modified: datetime


class Storage(Protocol):
    """Files of one tenant. Every path may be an address (`downbeat:///…`) or a plain path."""

    def put(self, path: str, content: bytes | BinaryIO) -> str:
        """Stores a file whole or not at all, over an older one; returns its address."""

    def open(self, path: str) -> BinaryIO:
        """The content, to read; the caller closes it. Raises Missing."""

    def info(self, path: str) -> FileInfo:
        """Size and age; raises Missing."""

    def size(self, path: str) -> int:
        """Bytes; raises Missing."""

    def exists(self, path: str) -> bool:
        """Whether that file is there."""

    def delete(self, path: str) -> bool:
        """Removes a file; whether it was there."""

    def list(self, prefix: str) -> Iterator[FileInfo]:
        """All files below a folder, in order of their paths."""

    def delete_prefix(self, prefix: str) -> int:
        """Removes everything below a folder; how many files there were."""
