"""Maps the operator's settings to the worker's, and puts a runner of attempts together."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Literal, cast

from django.conf import settings

from downbeat.sdk.script import ScriptTask
from executions.worker.channel import WorkerChannel
from executions.worker.environments import Environments, Recipe, Waiting
from executions.worker.launching import Launcher, remembered
from executions.worker.rendering import registry
from executions.worker.runner import AttemptRunner
from executions.worker.settings import WorkerSettings
from executions.worker.start import launcher_for
from tenants import facade as tenants

SCRIPT_ENVIRONMENT: Final = ".venv-scripts"


def attempt_runner(channel: WorkerChannel, *, scratch: Path) -> tuple[AttemptRunner, Launcher]:
    """A runner of attempts, and the launcher that it uses; the caller closes the launcher."""
    chosen = worker_settings(scratch)
    launcher = launcher_for(chosen)
    return AttemptRunner(channel, launcher, chosen), launcher


def worker_settings(scratch: Path) -> WorkerSettings:
    """The worker's settings, as the operator wants them for this instance."""
    ours = settings.DOWNBEAT
    return WorkerSettings(
        scratch=scratch,
        script_python=_script_python(ours.script_env),
        environments=_environments(),
        launcher=cast(Literal["auto", "process", "bubblewrap"], ours.launcher),
        allow_process_launcher=ours.allow_process_launcher,
        egress=cast(Literal["auto", "open", "guarded"], ours.egress),
        task_uid=ours.task_uid,
        task_gid=ours.task_gid,
        task_environment=_task_environment(ours.task_env),
        local_paths=ours.local_paths,
        expression_environment=ours.task_variables,
        test_types=ours.test_types,
        many_tenants=remembered(several_tenants),
    )


def prepare_environments(tell: Callable[[str], None]) -> None:
    """Makes the Python environments that types want unless a task says otherwise, if missing.

    Raises ``BuildFailed`` with the words of the tool that installs.
    """
    ours = settings.DOWNBEAT
    folder = _environments()
    default = _script_python(ours.script_env) or Path(sys.executable)
    made = Environments(folder, uv=None, default_python=default)
    wanted: dict[str, list[str]] = {}
    for found in registry(ours.test_types):
        if issubclass(found, ScriptTask) and (lock := found.lock()) is not None:
            wanted.setdefault(lock, []).append(found.type_name)
    for lock, names in wanted.items():
        tell(f"For {', '.join(sorted(names))}:")
        tell(f"  {made.python(Recipe(lock=lock), Waiting(tell)).parent.parent}")


def _environments() -> Path:
    """Where Python environments of scripts are kept."""
    return settings.DOWNBEAT.uv_cache or settings.DOWNBEAT.home / "environments"


def several_tenants() -> bool:
    """Whether this instance has more than one tenant now."""
    return tenants.tenant_count() > 1


def scratch_folder() -> Path:
    """Where this instance's workers put working directories.

    Not below the home, which other users may not enter: tasks run as one of them. The folder's
    name is known, so whoever else owns one of that name must not get ours.
    """
    mark = hashlib.sha256(str(settings.DOWNBEAT.home).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"downbeat-{os.geteuid()}-{mark}"
    folder.mkdir(mode=0o711, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        return Path(tempfile.mkdtemp(prefix="downbeat-"))
    return folder


def _script_python(folder: Path | None) -> Path | None:
    root = folder or Path(sys.prefix).parent / SCRIPT_ENVIRONMENT
    python = root / "bin" / "python"
    return python if python.exists() else None


def _task_environment(globs: tuple[str, ...]) -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if any(fnmatchcase(name, glob) for glob in globs)
    }
