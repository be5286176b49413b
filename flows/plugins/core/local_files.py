"""Files between the working directory and internal storage."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Mapping
from typing import Any, ClassVar

from downbeat.sdk import confined
from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.json_text import read_json
from downbeat.sdk.task import Outputs, RunnableTask

_OURS = ("downbeat://", "kestra://")
_HIDDEN = frozenset({".tmp", ".fetched"})


class LocalFiles(RunnableTask):
    """Puts files into the working directory, and saves files of it to internal storage.

    `inputs` names files and what they hold: text, or the URI of a file in storage. `outputs` are
    globs; every file that matches is saved.
    """

    type_name: ClassVar[str] = "core.storage.LocalFiles"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.storages.LocalFiles",)
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "uris": "The URIs of the files that `outputs` matches, by their names"
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Files for the tasks that share a directory",
            """id: local_files
namespace: company.team
tasks:
  - id: shared
    type: core.flow.WorkingDirectory
    tasks:
      - id: write
        type: core.storage.LocalFiles
        inputs:
          greeting.txt: Hello from {{ flow.id }}
      - id: shout
        type: scripts.shell.Script
        script: tr a-z A-Z < greeting.txt > loud.txt
      - id: save
        type: core.storage.LocalFiles
        outputs:
          - "*.txt"
""",
        ),
    )

    inputs: Dyn[dict[str, Any] | str | None] = None
    outputs: Dyn[list[Text] | None] = None

    def run(self, ctx: RunContext) -> Outputs:
        for name, content in _named(self.inputs).items():
            _put(ctx, name, content)
        return {"uris": _saved(ctx, self.outputs or [])}


def _named(inputs: dict[str, Any] | str | None) -> Mapping[str, Any]:
    if not isinstance(inputs, str):
        return inputs or {}
    try:
        found = read_json(inputs or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise TaskFailed("'inputs' must be a map of file names to texts or URIs, or its JSON text")
    return found


def _put(ctx: RunContext, name: str, content: Any) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    folder = str(ctx.working_dir)
    if not text.strip().startswith(_OURS):
        confined.write_inside(folder, name, io.BytesIO(text.encode("utf-8", "surrogateescape")))
        return
    fetched = ctx.fetch(text.strip())
    try:
        with fetched.open("rb") as source:
            confined.write_inside(folder, name, source)
    finally:
        shutil.rmtree(fetched.parent, ignore_errors=True)


def _saved(ctx: RunContext, globs: list[str]) -> dict[str, str]:
    folder = str(ctx.working_dir)
    saved: dict[str, str] = {}
    for file in confined.find(folder, globs, hidden=_HIDDEN):
        with confined.open_inside(folder, file.name) as content:
            saved[file.name] = ctx.save(content, name=file.name)
    return saved


PLUGINS: tuple[type, ...] = (LocalFiles,)
