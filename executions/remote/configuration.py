"""The settings of a remote worker, from its own environment: none of them is a server's secret."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Literal, cast

from executions.worker.launching import remembered
from executions.worker.settings import WorkerSettings

SCRIPT_ENVIRONMENT: Final = ".venv-scripts"
_YES: Final = frozenset({"1", "true", "yes", "on"})


class BadVariable(ValueError):
    """A variable of the environment cannot be read."""


def worker_settings(
    environment: Mapping[str, str], *, many_tenants: Callable[[], bool]
) -> WorkerSettings:
    """The settings that the variables ask for; raises ``BadVariable``."""
    folder = _scratch(environment)
    egress = _one_of(environment, "DOWNBEAT_EGRESS", ("auto", "open", "guarded"))
    launcher = _one_of(environment, "DOWNBEAT_LAUNCHER", ("auto", "process", "bubblewrap"))
    cache = environment.get("DOWNBEAT_UV_CACHE")
    return WorkerSettings(
        scratch=folder,
        script_python=_script_python(environment.get("DOWNBEAT_SCRIPT_ENV")),
        environments=Path(cache) if cache else folder / "environments",
        launcher=cast(Literal["auto", "process", "bubblewrap"], launcher),
        allow_process_launcher=_flag(environment, "DOWNBEAT_ALLOW_PROCESS_LAUNCHER"),
        egress=cast(Literal["auto", "open", "guarded"], egress),
        task_uid=_number(environment, "DOWNBEAT_TASK_UID"),
        task_gid=_number(environment, "DOWNBEAT_TASK_GID"),
        task_environment=_lent(environment),
        local_paths=_folders(environment),
        test_types=_flag(environment, "DOWNBEAT_TEST_TYPES"),
        many_tenants=remembered(many_tenants),
    )


def _scratch(environment: Mapping[str, str]) -> Path:
    """A folder of this process: two workers of one machine may have different owners."""
    chosen = environment.get("DOWNBEAT_WORKER_SCRATCH")
    if chosen:
        return Path(chosen).absolute()
    mark = hashlib.sha256(f"{Path.cwd()}{os.getpid()}".encode()).hexdigest()[:12]
    folder = Path(tempfile.mkdtemp(prefix=f"downbeat-remote-{os.geteuid()}-{mark}-"))
    folder.chmod(0o711)
    return folder


def _script_python(folder: str | None) -> Path | None:
    root = Path(folder) if folder else Path(sys.prefix).parent / SCRIPT_ENVIRONMENT
    python = root / "bin" / "python"
    return python if python.exists() else None


def _lent(environment: Mapping[str, str]) -> dict[str, str]:
    globs = [glob for glob in environment.get("DOWNBEAT_TASK_ENV", "").split(",") if glob.strip()]
    return {
        name: value
        for name, value in environment.items()
        # The worker's own token is nobody's to lend.
        if not name.startswith("DOWNBEAT_") and any(fnmatchcase(name, g.strip()) for g in globs)
    }


def _folders(environment: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    text = environment.get("DOWNBEAT_LOCAL_PATHS", "").strip()
    if not text.startswith("{"):
        pairs = (part.partition("=") for part in text.split(";") if part.strip())
        return {glob.strip(): tuple(paths.split(":")) for glob, _, paths in pairs}
    try:
        found = json.loads(text)
        return {str(glob): tuple(map(str, folders)) for glob, folders in found.items()}
    except (ValueError, AttributeError, TypeError):
        raise BadVariable("DOWNBEAT_LOCAL_PATHS is no JSON object of lists of folders") from None


def _one_of(environment: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    found = environment.get(name, choices[0])
    if found not in choices:
        raise BadVariable(f"{name} is one of {', '.join(choices)}")
    return found


def _flag(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "0").lower() in _YES


def _number(environment: Mapping[str, str], name: str) -> int | None:
    text = environment.get(name)
    if not text:
        return None
    if not text.isdigit():
        raise BadVariable(f"{name} is a number")
    return int(text)
