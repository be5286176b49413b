"""Task processes as plain forks of warm parents: fast, confined by the kernel's ordinary means."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from downbeat.sdk.script import ScriptTask
from downbeat.sdk.task import RunnableTask
from downbeat.sdk.trigger import PollingTrigger
from executions.worker.choosing import script_python
from executions.worker.launching import Flavour, LaunchRefused, TaskProcess, Wanted
from executions.worker.nursery import Breed, Nursery
from executions.worker.rendering import registry
from executions.worker.settings import WorkerSettings

_PRELOAD: dict[Flavour, tuple[str, ...]] = {
    Flavour.TASK: ("executions.worker.child.task",),
    Flavour.SCRIPT: ("json", "datetime", "pathlib", "csv", "random", "math", "subprocess", "re"),
    Flavour.DATA: ("numpy", "pandas", "pyarrow", "pyarrow.parquet", "json", "datetime", "pathlib"),
}


_LATER = ("executions.worker.child.http_library", "executions.worker.child.expressions")
"""What many tasks load while they run, and would each wait for."""


def preload_of(flavour: Flavour, settings: WorkerSettings) -> tuple[str, ...]:
    """What a warm parent imports: for tasks of plug-ins, every module that brings one."""
    if flavour is not Flavour.TASK:
        return _PRELOAD[flavour]
    modules = {
        found.__module__
        for found in registry(settings.test_types)
        if issubclass(found, RunnableTask | PollingTrigger) and not issubclass(found, ScriptTask)
    }
    return (*_PRELOAD[flavour], *sorted(modules), *_LATER)


class Nurseries:
    """Zygotes by flavour: started when first needed, replaced when dead, retired when idle."""

    def __init__(self, settings: WorkerSettings, breed_of: Callable[[Flavour], Breed]) -> None:
        self._settings, self._breed_of = settings, breed_of
        self._lock = threading.Lock()
        self._locks = {flavour: threading.Lock() for flavour in Flavour}
        self._living: dict[Flavour, Nursery] = {}
        self._closed = threading.Event()
        threading.Thread(target=self._retire, name="nurseries", daemon=True).start()

    def of(self, flavour: Flavour) -> Nursery:
        """The living zygote of a flavour."""
        with self._locks[flavour]:
            found = self._living.get(flavour)
            if found is None or found.dead:
                if self._closed.is_set():
                    raise LaunchRefused("The worker is stopping")
                found = self._start(flavour)
                with self._lock:
                    self._living[flavour] = found
            return found

    def _start(self, flavour: Flavour) -> Nursery:
        settings = self._settings
        return Nursery(
            self._breed_of(flavour),
            scratch=settings.scratch,
            uid=settings.uid,
            gid=settings.task_gid,
            idle=settings.idle_processes,
        )

    def close(self) -> None:
        """Ends all of them."""
        self._closed.set()
        with self._lock:
            living, self._living = list(self._living.values()), {}
        for nursery in living:
            nursery.close()

    def _retire(self) -> None:
        """Idle zygotes give their memory back; the light one, which costs little, stays."""
        patience = self._settings.retire_after.total_seconds()
        while not self._closed.wait(min(30.0, max(0.05, patience / 4))):
            with self._lock:
                unused = [
                    (flavour, nursery)
                    for flavour, nursery in self._living.items()
                    if flavour is not Flavour.SCRIPT
                    and (since := nursery.unused_since()) is not None
                    and time.monotonic() - since > patience
                ]
                for flavour, _ in unused:
                    del self._living[flavour]
            for _, nursery in unused:
                nursery.close()


class ProcessLauncher:
    """The launcher ``process``."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._nurseries = Nurseries(settings, self._breed)

    def take(self, wanted: Wanted) -> TaskProcess:
        """A warm child; a zygote that just ended is replaced once."""
        try:
            return self._nurseries.of(wanted.flavour).take()
        except LaunchRefused:
            nursery = self._nurseries.of(wanted.flavour)
            return nursery.take()

    def warm(self, flavour: Flavour) -> None:
        self._nurseries.of(flavour)

    def close(self) -> None:
        self._nurseries.close()

    def _breed(self, flavour: Flavour) -> Breed:
        settings = self._settings
        folders = [folder for group in settings.local_paths.values() for folder in group]
        reveal = list(map(os.path.realpath, folders)) if flavour is Flavour.TASK else []
        if settings.environments is not None:
            reveal.append(str(settings.environments))
        return Breed(
            python=python_of(flavour, settings),
            preload=preload_of(flavour, settings),
            keep_path=flavour is Flavour.TASK,
            roots=own_roots() if flavour is Flavour.TASK else (),
            reveal=tuple(reveal),
            rules=rules_of(settings),
        )


def python_of(flavour: Flavour, settings: WorkerSettings) -> Path:
    """The interpreter of a flavour."""
    return Path(sys.executable) if flavour is Flavour.TASK else script_python(settings)


def own_roots() -> tuple[str, ...]:
    """Where the platform's own packages are imported from."""
    import downbeat
    import executions

    found = [Path(next(iter(module.__path__))).parent for module in (downbeat, executions)]
    return tuple(dict.fromkeys(map(str, found)))


def rules_of(settings: WorkerSettings) -> dict[str, Any]:
    """The confinement of task processes, as it is sent to their parent.

    The number of processes is limited only for a user of their own: the kernel counts per user,
    and the operator's other programs are none of our business.
    """
    ceilings = asdict(settings.ceilings)
    if settings.uid is None:
        ceilings["processes"] = None
    return {"uid": settings.uid, "gid": settings.task_gid, **ceilings}
