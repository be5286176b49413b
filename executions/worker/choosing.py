"""Which process a task needs, and where the interpreters of scripts are."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from downbeat.sdk.script import ScriptTask
from downbeat.sdk.task import Task
from executions.worker.launching import Flavour
from executions.worker.settings import WorkerSettings
from flows.spec.registry import Registry

_DATA = re.compile(r"^\s*(?:import|from)\s+(?:pandas|pyarrow|numpy)\b", re.MULTILINE)


def flavour_of(type_name: str, properties: Mapping[str, Any], registry: Registry) -> Flavour:
    """The warm parent that fits: seen from the source as written, before anything is rendered."""
    found = registry.task(type_name)
    if found is None or not issubclass(found, ScriptTask):
        return Flavour.TASK
    own = any(properties.get(name) for name in ("dependencies", "beforeCommands", "interpreter"))
    source = properties.get("script")
    python = "python" in type_name and isinstance(source, str)
    if python and not own and _DATA.search(str(source)):
        return Flavour.DATA
    return Flavour.SCRIPT


def folders_for(
    flavour: Flavour, kind: type[Task] | None, namespace: str, settings: WorkerSettings
) -> tuple[str, ...]:
    """Host folders that the process must reach: tasks of plug-ins may, scripts only if they say so."""
    reaches = kind is not None and issubclass(kind, ScriptTask) and kind.reaches_folders
    return settings.folders_of(namespace) if reaches or flavour is Flavour.TASK else ()


def script_python(settings: WorkerSettings) -> Path:
    """The interpreter of the default script environment; the worker's own if there is none."""
    if settings.script_python is not None and settings.script_python.exists():
        return settings.script_python
    return Path(sys.executable)


@lru_cache(maxsize=8)
def is_version(python: Path, wanted: str) -> bool:
    """Whether an interpreter is of a version such as 3.12; asked of its environment, not run."""
    found = ".".join(map(str, sys.version_info[:3]))
    with contextlib.suppress(OSError):
        facts = (python.parent.parent / "pyvenv.cfg").read_text(encoding="utf-8")
        named = re.search(r"^version(?:_info)?\s*=\s*([0-9.]+)", facts, re.MULTILINE)
        found = named[1] if named else found
    parts = wanted.strip().split(".")
    return found.split(".")[: len(parts)] == parts
