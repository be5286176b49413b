"""Chooses and makes the launcher of a worker."""

from __future__ import annotations

import contextlib
import os
import shutil

from executions.worker.bubblewrap_launcher import BubblewrapLauncher, sandbox_works
from executions.worker.child import hardening
from executions.worker.launching import (
    Flavour,
    Launcher,
    LaunchRefused,
    TaskProcess,
    Wanted,
    remembered,
)
from executions.worker.process_launcher import ProcessLauncher
from executions.worker.settings import WorkerSettings


def launcher_for(settings: WorkerSettings) -> Launcher:
    """The launcher that the settings ask for; ``auto`` takes bubblewrap wherever it works."""
    _prepare_scratch(settings)
    if os.geteuid() != 0:
        hardening.hide_from_equals()
    match settings.launcher:
        case "bubblewrap":
            return BubblewrapLauncher(settings)
        case "process":
            return _Guarded(ProcessLauncher(settings), settings)
        case "auto":
            if sandbox_works(settings):
                return BubblewrapLauncher(settings)
            return _Guarded(ProcessLauncher(settings), settings)


class _Guarded:
    """Plain processes while there is one tenant, or with the operator's leave."""

    def __init__(self, inner: Launcher, settings: WorkerSettings) -> None:
        self._inner = inner
        self._allowed = settings.allow_process_launcher
        self._many = remembered(settings.many_tenants)

    def take(self, wanted: Wanted) -> TaskProcess:
        if not self._allowed and self._many():
            raise LaunchRefused(
                "This instance has more than one tenant, and plain processes do not keep tenants "
                "apart. Install bubblewrap, or set DOWNBEAT_ALLOW_PROCESS_LAUNCHER=1."
            )
        return self._inner.take(wanted)

    def warm(self, flavour: Flavour) -> None:
        self._inner.warm(flavour)

    def close(self) -> None:
        self._inner.close()


def _prepare_scratch(settings: WorkerSettings) -> None:
    """Makes the folder of working directories and clears what dead workers left in it.

    Task users may pass through it but not list it.
    """
    settings.scratch.mkdir(mode=0o711, parents=True, exist_ok=True)
    if settings.environments is not None:
        # Sandboxes that wait already see only what is there: also before the first one is made.
        with contextlib.suppress(OSError):
            settings.environments.mkdir(mode=0o755, parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        settings.scratch.chmod(0o711)
    for left in settings.scratch.iterdir():
        owner = left.name.partition("-")[0]
        if owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
            shutil.rmtree(left, ignore_errors=True)
