"""Attempts made by hand: work, a control to stop it, and the settings of a worker."""

from __future__ import annotations

import os
import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from downbeat.sdk.context import RunInfo
from executions.worker.settings import WorkerSettings
from executions.worker.work import AttemptKey, Work

TENANT = uuid.UUID(int=1)


class HandControl:
    """A stop switch that a test throws."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._waiting: list[int] = []
        self.lost = False

    def kill(self, *, lost: bool = False) -> None:
        self.lost = self.lost or lost
        self._stopped.set()
        for fd in self._waiting:
            os.eventfd_write(fd, 1)

    def killed(self) -> bool:
        return self._stopped.is_set()

    def on_kill(self, fd: int) -> None:
        self._waiting.append(fd)
        if self._stopped.is_set():
            os.eventfd_write(fd, 1)


def work_of(type_name: str, **properties: Any) -> Work:
    """Work for one task; properties are as written in a source (camelCase).

    ``context`` adds to what its expressions see.
    """
    context: dict[str, Any] = properties.pop("context", {})
    run = uuid.uuid4()
    key = AttemptKey(TENANT, uuid.uuid4(), run, 1, 1)
    task_id = properties.pop("id", "task")
    info = RunInfo(
        tenant="main",
        namespace="company.team",
        flow_id="flow",
        execution_id=str(key.execution_id),
        task_id=task_id,
        task_run_id=str(run),
        attempt=1,
        fence=1,
    )
    seen = {"flow": {"id": "flow", "namespace": "company.team"}, "inputs": {}, "outputs": {}}
    return Work(
        key=key,
        info=info,
        kind="task",
        type_name=type_name,
        task={"id": task_id, "type": type_name, **properties},
        context={**seen, **context},
    )


def python(source: str, **more: Any) -> Work:
    """A Python script."""
    return work_of("scripts.python.Script", script=source, **more)


def shell(script: str, **more: Any) -> Work:
    """A shell script."""
    return work_of("scripts.shell.Script", script=script, **more)


def limited(work: Work, seconds: float) -> Work:
    """The work with a time limit."""
    return replace(work, timeout=timedelta(seconds=seconds))


def settings_in(folder: Path, **changes: Any) -> WorkerSettings:
    """Settings for a worker whose directories are below a folder."""
    chosen: dict[str, Any] = {
        "scratch": folder / "scratch",
        "environments": folder / "environments",
        "launcher": "process",
        "kill_grace": timedelta(milliseconds=400),
    }
    return WorkerSettings(**{**chosen, **changes})
