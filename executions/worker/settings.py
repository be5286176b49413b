"""What a worker is told about its machine and its limits; built by the composition root."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Resource limits of one task process; ``None``: no limit of ours."""

    memory: int | None = None
    processes: int | None = 2048
    open_files: int | None = 4096
    file_size: int | None = None
    cpu_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class LogLimits:
    """What of a task's talk is kept."""

    batch_lines: int = 500
    batch_delay: timedelta = timedelta(milliseconds=100)
    line_chars: int = 16_384
    lines_per_second: int = 5_000
    burst: int = 20_000
    lines_per_attempt: int = 500_000


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Facts and limits of this worker.

    ``scratch``: folder for working directories. ``script_python``: interpreter of the default
    script environment. ``task_environment``: variables of the operator that tasks may get, already
    chosen by DOWNBEAT_TASK_ENV. ``local_paths``: namespace glob → folders of the host.
    ``many_tenants``: tells whether the instance has more than one tenant now.
    """

    scratch: Path
    script_python: Path | None = None
    environments: Path | None = None
    launcher: Literal["auto", "process", "bubblewrap"] = "auto"
    allow_process_launcher: bool = False
    egress: Literal["auto", "open", "guarded"] = "open"
    task_uid: int | None = None
    task_gid: int | None = None
    task_environment: Mapping[str, str] = field(default_factory=dict)
    local_paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    expression_environment: Mapping[str, str] = field(default_factory=dict)
    ceilings: Ceilings = Ceilings()
    log: LogLimits = LogLimits()
    kill_grace: timedelta = timedelta(seconds=1)
    idle_processes: int = 2
    retire_after: timedelta = timedelta(minutes=5)
    outputs_bytes: int = 8 * 1024 * 1024
    output_file_bytes: int = 10 * 1024**3
    test_types: bool = False
    many_tenants: Callable[[], bool] = lambda: False
    uv: Path | None = None

    def reach(self) -> Literal["open", "guarded"]:
        """Whether tasks may reach private addresses now; with several tenants not, if undecided."""
        if self.egress == "auto":
            return "guarded" if self.many_tenants() else "open"
        return self.egress

    def lent_environment(self) -> Mapping[str, str]:
        """The operator's variables for a task: none where they would reach several tenants."""
        if self.task_environment and self.many_tenants():
            return {}
        return self.task_environment

    @property
    def uid(self) -> int | None:
        """The user that tasks become; ``None`` when this worker may not change users."""
        if os.geteuid() != 0:
            return None
        return 65534 if self.task_uid is None else self.task_uid

    def folders_of(self, namespace: str) -> tuple[str, ...]:
        """The folders of the host that a namespace may touch, as real paths."""
        found: list[str] = []
        for glob, folders in self.local_paths.items():
            if fnmatchcase(namespace, glob):
                found += [os.path.realpath(folder) for folder in folders]
        return tuple(dict.fromkeys(found))
