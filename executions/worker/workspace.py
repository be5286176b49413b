"""Fills a working directory: input files, namespace files, and files that a script names by URI."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from downbeat.sdk.confined import parts_of, write_inside
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.json_text import read_json
from downbeat.sdk.script import NamespaceFiles
from executions.worker.channel import WorkerChannel
from executions.worker.work import AttemptKey

URI = re.compile(r"(?:kestra|downbeat)://[-a-zA-Z0-9%._+~#=/@:,]*[-a-zA-Z0-9%_+~#=/@]")


def is_uri(text: str) -> bool:
    """Whether a text is an address of internal storage."""
    return URI.fullmatch(text.strip()) is not None


@dataclass(slots=True)
class Workspace:
    """The working directory of one attempt before its process sees it."""

    folder: Path
    channel: WorkerChannel
    key: AttemptKey
    uid: int | None
    gid: int | None
    _fetched: dict[str, str] = field(default_factory=dict)

    def localized(self, text: str) -> str:
        """The text with each address of internal storage replaced by the path of its file."""
        if "://" not in text:
            return text
        return URI.sub(lambda found: self._fetch(found[0]), text)

    def add_input_files(self, given: Any) -> tuple[str, ...]:
        """Writes the files of ``inputFiles`` (name → text or URI); returns their names."""
        files = _as_map(given)
        for name, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content)
            if is_uri(text):
                with self.channel.read(self.key, text.strip()) as stream:
                    self._write(name, stream)
            else:
                self.write_text(name, self.localized(text))
        return tuple(files)

    def add_namespace_files(self, wanted: NamespaceFiles, namespace: str) -> tuple[str, ...]:
        """Writes the namespace files that match; returns their names."""
        if not wanted.enabled:
            return ()
        names: list[str] = []
        for space in wanted.namespaces or (namespace,):
            found = self.channel.namespace_files(
                self.key, space, words(wanted.include), words(wanted.exclude)
            )
            prefix = f"{space}/" if wanted.folder_per_namespace else ""
            for path, uri in found.items():
                name = prefix + path.lstrip("/")
                if self._wants(name, wanted.if_exists):
                    with self.channel.read(self.key, uri) as stream:
                        self._write(name, stream)
                    names.append(name)
        return tuple(names)

    def write_text(self, name: str, text: str) -> Path:
        """Writes a file of text."""
        return self._write(name, io.BytesIO(text.encode("utf-8", "surrogateescape")))

    def _wants(self, name: str, if_exists: str) -> bool:
        taken = os.path.lexists(self.folder.joinpath(*parts_of(name)))
        if not taken or if_exists in ("OVERWRITE", "WARN"):
            return True
        if if_exists == "FAIL":
            raise TaskFailed(f"The namespace file '{name}' exists in the working directory already")
        return False

    def _fetch(self, uri: str) -> str:
        if uri not in self._fetched:
            name = PurePosixPath(uri).name or "file"
            place = f".fetched/{len(self._fetched)}/{name}"
            with self.channel.read(self.key, uri) as stream:
                self._fetched[uri] = str(self._write(place, stream))
        return self._fetched[uri]

    def _write(self, name: str, content: BinaryIO) -> Path:
        write_inside(str(self.folder), name, content, owner=self.owner)
        return self.folder.joinpath(*parts_of(name))

    @property
    def owner(self) -> tuple[int, int] | None:
        """The user and group that get what is written; ``None``: nobody else."""
        if self.uid is None:
            return None
        return self.uid, self.uid if self.gid is None else self.gid

    def give_away(self) -> None:
        """Makes the folder itself the task user's; only before anything of a task has run in it."""
        if (owner := self.owner) is not None:
            os.chown(self.folder, *owner)


def _as_map(given: Any) -> Mapping[str, Any]:
    match given:
        case None | "":
            return {}
        case Mapping():
            return given
        case str():
            try:
                found = read_json(given)
            except ValueError:
                found = None
            if isinstance(found, dict):
                return found
    raise TaskFailed("'inputFiles' must be a map of file names to texts or URIs")


def words(value: Sequence[str] | str | None) -> tuple[str, ...]:
    """A list that may be written as a single text."""
    return (value,) if isinstance(value, str) else tuple(value or ())
