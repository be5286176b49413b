"""``fs.local.Download``, ``Downloads``, ``Upload`` and ``Uploads``: to and from internal storage."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.json_text import read_json
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.fs_local.folder import Action, dispose, find, saved

_ALGORITHMS = {"MD5": "md5", "SHA_1": "sha1", "SHA_256": "sha256", "SHA_512": "sha512"}


class Download(RunnableTask):
    """Puts a file of the host into internal storage. Outputs: `uri`, `size`, `checksum`."""

    type_name: ClassVar[str] = "fs.local.Download"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Take a file",
            """id: take
namespace: company.team
tasks:
  - id: download
    type: fs.local.Download
    from: /data/inbox/orders.csv
""",
        ),
    )

    from_: Dyn[Text] = Field(alias="from")
    validate_checksum: Dyn[bool] = False
    checksum_expected: Dyn[Text | None] = None
    checksum_algorithm: Dyn[Literal["MD5", "SHA_1", "SHA_256", "SHA_512"]] = "SHA_256"

    def run(self, ctx: RunContext) -> Outputs:
        path = ctx.local_path(self.from_)
        if not path.is_file():
            raise TaskFailed(f"The file '{self.from_}' does not exist")
        checksum = None
        if self.validate_checksum or self.checksum_expected:
            checksum = _checksum(path, _ALGORITHMS[self.checksum_algorithm])
            expected = (self.checksum_expected or checksum).lower()
            if checksum != expected:
                raise TaskFailed(f"The checksum is {checksum}, but {expected} was expected")
        size = path.stat().st_size
        ctx.metric("file.size", size)
        return {"uri": ctx.save(path, name=path.name), "size": size, "checksum": checksum}


class Downloads(RunnableTask):
    """Puts the files of a folder into internal storage. Outputs: `files`, `outputFiles`."""

    type_name: ClassVar[str] = "fs.local.Downloads"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Take all files and move them away",
            """id: take_all
namespace: company.team
tasks:
  - id: downloads
    type: fs.local.Downloads
    from: /data/inbox
    regExp: .*\\.csv
    action: MOVE
    moveDirectory: /data/done
""",
        ),
    )

    from_: Dyn[Text] = Field(alias="from")
    action: Dyn[Action] = Action.NONE
    move_directory: Dyn[Text | None] = None
    reg_exp: Dyn[Text | None] = None
    recursive: Dyn[bool] = False
    max_files: Dyn[int] = 25

    def run(self, ctx: RunContext) -> Outputs:
        found = find(ctx, self.from_, pattern=self.reg_exp, recursive=self.recursive)
        chosen = found[: self.max_files]
        if len(found) > len(chosen):
            ctx.log.warning(f"{len(found)} files match; the first {len(chosen)} are taken")
        files = [file.describe(uri=uri) for file, uri in saved(ctx, chosen)]
        for file in chosen:
            dispose(ctx, file.path, self.action, self.move_directory)
        ctx.metric("files.count", len(files))
        return {"files": files, "outputFiles": {file["name"]: file["uri"] for file in files}}


class Upload(RunnableTask):
    """Writes a file of internal storage to the host. Outputs: `uri`, `size`."""

    type_name: ClassVar[str] = "fs.local.Upload"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Leave a report",
            """id: leave_a_report
namespace: company.team
inputs:
  - id: report
    type: FILE
tasks:
  - id: upload
    type: fs.local.Upload
    from: "{{ inputs.report }}"
    to: /data/reports/report.txt
""",
        ),
    )

    from_: Dyn[Text] = Field(alias="from")
    to: Dyn[Text | None] = None
    overwrite: Dyn[bool] = True

    def run(self, ctx: RunContext) -> Outputs:
        target = self.to or Path(self.from_).name
        path = _put(ctx, self.from_, target, overwrite=self.overwrite)
        size = path.stat().st_size
        ctx.metric("file.size", size)
        return {"uri": path.as_uri(), "size": size}


class Uploads(RunnableTask):
    """Writes several files of internal storage into a folder of the host. Outputs: `files`."""

    type_name: ClassVar[str] = "fs.local.Uploads"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Leave several files",
            """id: leave_files
namespace: company.team
inputs:
  - id: report
    type: FILE
tasks:
  - id: uploads
    type: fs.local.Uploads
    from:
      - "{{ inputs.report }}"
    to: /data/reports
""",
        ),
    )

    from_: Dyn[list[Text] | dict[str, Text] | str] = Field(alias="from")
    to: Dyn[Text]
    reg_exp: Dyn[Text | None] = None
    max_files: Dyn[int] = 25
    overwrite: Dyn[bool] = True

    def run(self, ctx: RunContext) -> Outputs:
        files = []
        for name, uri in self._sources()[: self.max_files]:
            path = _put(ctx, uri, f"{self.to.rstrip('/')}/{name}", overwrite=self.overwrite)
            files.append(path.as_uri())
        ctx.metric("files.count", len(files))
        return {"files": files}

    def _sources(self) -> list[tuple[str, str]]:
        given: Any = self.from_
        if isinstance(given, str):
            given = _listed(given)
        if isinstance(given, dict):
            found = [(str(name), str(uri)) for name, uri in given.items()]
        else:
            found = [(Path(str(uri)).name, str(uri)) for uri in given]
        return [pair for pair in found if not self.reg_exp or re.fullmatch(self.reg_exp, pair[0])]


def _listed(text: str) -> Any:
    """The list or map that a text stands for, or the one address that it is."""
    if not text.strip().startswith(("[", "{")):
        return [text]
    try:
        return read_json(text)
    except ValueError as error:
        raise TaskFailed(f"'from' is neither a file nor a list or map: {error}") from None


def _put(ctx: RunContext, uri: str, target: str, *, overwrite: bool) -> Path:
    """Writes beside the place first, so that nobody ever sees half a file."""
    path = ctx.local_path(target)
    source = ctx.fetch(uri)
    if path.is_dir():
        path = ctx.local_path(str(path / source.name))
    if path.exists() and not overwrite:
        raise TaskFailed(f"'{path}' exists already; set 'overwrite: true' to replace it")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with source.open("rb") as content, os.fdopen(handle, "wb") as into:
        shutil.copyfileobj(content, into, 1 << 20)
    Path(name).chmod(0o644)
    Path(name).replace(path)
    return path


def _checksum(path: Path, algorithm: str) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, algorithm).hexdigest()
