"""``fs.local.Trigger``: starts an execution when files land in a folder of the host.

What was seen is remembered by path, time of change and size, and is stored in the transaction that
starts the execution. Files are moved or deleted by the *next* poll, which can only run after that
transaction: a file is never taken away without its execution.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.fields import Duration, Dyn, Text
from downbeat.sdk.trigger import Fired, PollContext, Polled, PollingTrigger
from flows.plugins.fs_local.folder import Action, HostFile, dispose, find, saved

_SETTLED = 0.3


class Trigger(PollingTrigger):
    """Looks into a folder at an interval and starts one execution for the files that are new.

    `trigger.files` is a list of `{uri, localPath, name, size, modifiedDate, changeType, …}`; `uri`
    is a copy in internal storage. A file is new when its path, time of change or size is; with
    `action` MOVE or DELETE it is taken away afterwards.
    """

    type_name: ClassVar[str] = "fs.local.Trigger"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Start when a file lands",
            """id: on_file
namespace: company.team
tasks:
  - id: show
    type: core.log.Log
    message: "{{ trigger.files[0].name }}"
triggers:
  - id: inbox
    type: fs.local.Trigger
    from: /data/inbox
    regExp: .*\\.csv
    interval: PT1S
""",
        ),
    )

    interval: Duration = Field(default="PT60S", validate_default=True)
    from_: Dyn[Text] = Field(alias="from")
    reg_exp: Dyn[Text | None] = None
    recursive: Dyn[bool] = False
    action: Dyn[Action] = Action.NONE
    move_directory: Dyn[Text | None] = None
    max_files: Dyn[int] = Field(default=25, ge=1)
    on: Dyn[Literal["CREATE", "UPDATE", "CREATE_OR_UPDATE"]] = "CREATE_OR_UPDATE"
    state_key: Dyn[Text | None] = None
    state_ttl: Dyn[Duration | None] = None

    def poll(self, ctx: PollContext) -> Polled:
        before = ctx.state.get("seen") or {}
        taken = ctx.state.get("taken") or {}
        self._take_away(ctx, taken)
        found = find(ctx, self.from_, pattern=self.reg_exp, recursive=self.recursive)
        seen = self._still_known(before, found)
        news = _settled([file for file in found if _known(seen, file) != _mark(file)])
        chosen = [(file, _change(file, seen)) for file in news[: self.max_files]]
        if not chosen and not taken and seen == before:
            return Polled()
        now = int(time.time())
        fresh = {str(file.path): [_mark(file), now] for file, _ in chosen}
        wanted = [pair for pair in chosen if self.on in (pair[1], "CREATE_OR_UPDATE")]
        takes = self.action is not Action.NONE
        taking = {str(file.path): _mark(file) for file, _ in wanted} if takes else {}
        return Polled(
            fired=self._fired(ctx, wanted, [_cause(file, before, seen) for file, _ in wanted]),
            state={"seen": {**seen, **fresh}, "taken": taking},
            more=bool(taking) or len(news) > len(chosen),
        )

    def _fired(
        self, ctx: RunContext, files: list[tuple[HostFile, str]], causes: list[str]
    ) -> tuple[Fired, ...]:
        if not files:
            return ()
        changes = {file.path: change for file, change in files}
        shown = [
            {**file.describe(uri=uri), "changeType": changes[file.path]}
            for file, uri in saved(ctx, [file for file, _ in files])
        ]
        key = hashlib.sha256("\n".join(sorted(causes)).encode()).hexdigest()
        return (Fired(key=key, variables={"files": shown}),)

    def _take_away(self, ctx: RunContext, taken: Mapping[str, str]) -> None:
        """Disposes of files that an execution has by now, unless somebody changed them since."""
        for name, mark in taken.items():
            path = Path(name)
            try:
                unchanged = _mark(HostFile(path, path.stat())) == mark
            except OSError:
                continue
            if unchanged:
                dispose(ctx, ctx.local_path(name), self.action, self.move_directory)

    def _still_known(self, seen: Mapping[str, Any], found: list[HostFile]) -> dict[str, Any]:
        """What is remembered of files that are still there, and not for too long."""
        there = {str(file.path) for file in found}
        oldest = 0.0 if self.state_ttl is None else time.time() - self.state_ttl.total_seconds()
        return {
            name: [mark, at] for name, (mark, at) in seen.items() if name in there and at >= oldest
        }


def _known(seen: Mapping[str, Any], file: HostFile) -> str | None:
    found = seen.get(str(file.path))
    return None if found is None else str(found[0])


def _mark(file: HostFile) -> str:
    changed, size = file.mark
    return f"{changed}-{size}"


def _cause(file: HostFile, before: Mapping[str, Any], seen: Mapping[str, Any]) -> str:
    """What makes a file news; one that was forgotten is another cause than when it first came."""
    path = str(file.path)
    forgotten = f"\0{before[path][1]}" if path in before and path not in seen else ""
    return f"{path}\0{_mark(file)}{forgotten}"


def _change(file: HostFile, seen: Mapping[str, Any]) -> str:
    return "UPDATE" if str(file.path) in seen else "CREATE"


def _settled(files: list[HostFile]) -> list[HostFile]:
    """The files that nobody is writing: one that just changed is looked at once more."""
    young = [file for file in files if time.time() - file.facts.st_mtime < _SETTLED]
    if not young:
        return files
    time.sleep(_SETTLED)
    return [file for file in files if _unchanged(file)]


def _unchanged(file: HostFile) -> bool:
    try:
        return HostFile(file.path, file.path.stat()).mark == file.mark
    except OSError:
        return False
