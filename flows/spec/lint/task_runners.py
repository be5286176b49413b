"""A script runs in a process of its worker: another runner that it names does not exist here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from downbeat.sdk.script import ScriptTask
from flows.spec.diagnostics import Diagnostic
from flows.spec.lint.finding import Subject

CODE: Final = "script.runner_missing"
PROCESS: Final = "core.runner.Process"


def task_runners(subject: Subject) -> Iterator[Diagnostic]:
    for place, task in subject.tasks:
        if not isinstance(task, ScriptTask):
            continue
        runner = task.task_runner
        if runner is not None and not runner.is_process:
            path = (*place, "taskRunner", "type")
            yield subject.warning(path, CODE, _message(runner.type), replacement=PROCESS)
        if task.runner == "DOCKER":
            path = (*place, "runner")
            yield subject.warning(path, CODE, _message("DOCKER"), replacement="PROCESS")


def _message(name: str) -> str:
    return (
        f"There is no task runner '{name}' here; the script runs in a process of the worker, kept "
        f"apart by its launcher. Use '{PROCESS}', or leave the runner out"
    )
