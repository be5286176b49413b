"""``fs.local.List``, ``Copy``, ``Move`` and ``Delete``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.fs_local.folder import Sort, find, ordered


class List(RunnableTask):
    """Lists files of a folder of the host. Outputs: `files`, `count`."""

    type_name: ClassVar[str] = "fs.local.List"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Files that wait in a folder",
            """id: waiting_files
namespace: company.team
tasks:
  - id: waiting
    type: fs.local.List
    from: /data/inbox
    regExp: .*\\.csv
    recursive: true
""",
        ),
    )

    from_: Dyn[Text] = Field(alias="from")
    reg_exp: Dyn[Text | None] = None
    recursive: Dyn[bool] = False
    max_files: Dyn[int] = 25
    sort: Dyn[Sort] = Sort.NONE

    def run(self, ctx: RunContext) -> Outputs:
        found = find(
            ctx, self.from_, pattern=self.reg_exp, recursive=self.recursive, folders_too=True
        )
        chosen = ordered(found, self.sort)[: self.max_files]
        if len(found) > len(chosen):
            ctx.log.warning(f"{len(found)} files match; the first {len(chosen)} are listed")
        return {"files": [file.describe() for file in chosen], "count": len(chosen)}


class Copy(RunnableTask):
    """Copies a file or folder of the host."""

    type_name: ClassVar[str] = "fs.local.Copy"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Keep a copy",
            """id: keep_a_copy
namespace: company.team
tasks:
  - id: copy
    type: fs.local.Copy
    from: /data/inbox/orders.csv
    to: /data/archive/orders.csv
""",
        ),
    )

    from_: Dyn[Text] = Field(alias="from")
    to: Dyn[Text]
    overwrite: Dyn[bool] = False

    def run(self, ctx: RunContext) -> Outputs:
        source, target = _ends(ctx, self.from_, self.to, overwrite=self.overwrite)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=self.overwrite)
        else:
            shutil.copy2(source, target)
        return {}


class Move(RunnableTask):
    """Moves or renames a file or folder of the host."""

    type_name: ClassVar[str] = "fs.local.Move"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Put a file away",
            """id: put_away
namespace: company.team
tasks:
  - id: move
    type: fs.local.Move
    from: /data/inbox/orders.csv
    to: /data/done/
""",
        ),
    )

    from_: Dyn[Text] = Field(alias="from")
    to: Dyn[Text]
    overwrite: Dyn[bool] = False

    def run(self, ctx: RunContext) -> Outputs:
        source, target = _ends(ctx, self.from_, self.to, overwrite=self.overwrite)
        if target.exists() and self.overwrite:
            _remove(target)
        shutil.move(source, target)
        return {}


class Delete(RunnableTask):
    """Deletes a file, the files that a pattern matches, or a folder of the host.

    Outputs: `uri`, `deleted`, `uris`.
    """

    type_name: ClassVar[str] = "fs.local.Delete"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Clear a folder",
            """id: clear
namespace: company.team
tasks:
  - id: delete
    type: fs.local.Delete
    from: /data/done
    regExp: .*\\.csv
""",
        ),
    )

    from_: Dyn[Text] = Field(alias="from")
    error_on_missing: Dyn[bool] = False
    recursive: Dyn[bool] = False
    reg_exp: Dyn[Text | None] = None

    def run(self, ctx: RunContext) -> Outputs:
        path = ctx.local_path(self.from_)
        if not path.exists():
            if self.error_on_missing:
                raise TaskFailed(f"'{self.from_}' does not exist")
            return {"uri": path.as_uri(), "deleted": False, "uris": []}
        if path.is_dir() and (self.reg_exp or not self.recursive):
            found = find(ctx, self.from_, pattern=self.reg_exp, recursive=self.recursive)
            for file in found:
                file.path.unlink(missing_ok=True)
            uris = [file.path.as_uri() for file in found]
        else:
            _remove(path)
            uris = [path.as_uri()]
        return {"uri": path.as_uri(), "deleted": bool(uris), "uris": uris}


def _ends(ctx: RunContext, source: str, target: str, *, overwrite: bool) -> tuple[Path, Path]:
    """The real paths of both ends; a target that is a folder takes the file under its own name."""
    start, end = ctx.local_path(source), ctx.local_path(target)
    if not start.exists():
        raise TaskFailed(f"'{source}' does not exist")
    if end.is_dir() or target.endswith("/"):
        end = ctx.local_path(str(end / start.name))
    if end.exists() and not overwrite:
        raise TaskFailed(f"'{end}' exists already; set 'overwrite: true' to replace it")
    end.parent.mkdir(parents=True, exist_ok=True)
    return start, end


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
