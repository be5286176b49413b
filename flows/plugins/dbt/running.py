"""What all dbt tasks have in common: the project, its environment, and what is read afterwards.

The commands run in a script's process with dbt's own Python environment, which is made on first
use from the lock beside this file. dbt is told by its environment variables what the task wants, so
that an option written in a command wins, also in a line such as ``cd models && dbt build``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from posixpath import join, normpath
from typing import Any, ClassVar, Final

from pydantic import Field

from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.script import Companion, NamespaceFiles, Program, ScriptTask

OUTPUTS: Final[Mapping[str, str]] = {
    "vars": 'What the commands reported by `::{"outputs": {…}}::` lines.',
    "exitCode": "The exit code of the commands.",
    "outputFiles": "Name → URI: `manifest.json` and `run_results.json` (also as `target/…`), and "
    "what `outputFiles` names.",
    "stdOutLineCount": "How many lines were printed.",
    "stdErrLineCount": "How many lines were printed as errors.",
}
GRACE: Final = timedelta(seconds=15)
"""How long dbt may take to cancel its queries when the task is stopped."""
_CORE: Final = "dbt-core>=1.11,<1.12"
_HERE: Final = Path(__file__).parent
_PACKAGE: Final = "flows/plugins/dbt/companion"
_START: Final = """import os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from flows.plugins.dbt.companion.main import main
sys.exit(main())
"""
_PROJECT: Final = re.compile(r"--project-dir[= ]+([^\s;&|]+)")
_PROFILES: Final = re.compile(r"--profiles-dir[= ]+([^\s;&|]+)")
_TARGET: Final = re.compile(r"(?:--target|\s-t)[= ]+([^\s;&|]+)")


class DbtTask(ScriptTask):
    """A task that runs dbt."""

    reaches_folders: ClassVar[bool] = True
    outputs_schema: ClassVar[Mapping[str, str]] = OUTPUTS

    project_dir: Dyn[Text | None] = None
    profiles: Dyn[dict[str, Any] | Text | None] = None
    dbt_path: Dyn[Text | None] = None
    dependencies: Dyn[list[Text] | None] = None
    parse_run_results: Dyn[bool] = True
    docker_options: dict[str, Any] | None = Field(default=None, deprecated=True)

    def dbt_program(self, commands: tuple[str, ...], **more: Any) -> Program:
        """The commands, with dbt at hand and its project in the folder."""
        text = "\n".join(commands)
        options = {
            "project_dir": self.project_dir or _named(_PROJECT, text) or "",
            "profiles_dir": "." if self.profiles else _named(_PROFILES, text),
            "target": _named(_TARGET, text),
            "dbt_path": self._chosen_dbt(),
            "parse_results": self.parse_run_results,
        }
        common = self.common()
        given: dict[str, Any] = {
            "env": {**_environment(), **more.pop("settings", {}), **common.pop("env")},
            "companion": Companion({**_companion(), "options.json": json.dumps(options)}),
            "files": self._profiles(),
            "results": _results(str(options["project_dir"])),
            "grace": GRACE,
            **self._packages(),
            **self._default_files(),
        }
        return Program(language="python", commands=commands, **{**common, **given, **more})

    @classmethod
    def lock(cls) -> str:
        return _lock()

    def notices(self) -> tuple[str, ...]:
        older = self.__dict__["docker_options"]  # as an attribute it would warn us of its age
        if not older or self.docker:
            return super().notices()
        return self.model_copy(update={"docker": older}).notices()

    def _chosen_dbt(self) -> str | None:
        """The dbt that the task names; the usual name of the built-in one names none."""
        return None if self.dbt_path in (None, "", "dbt", "./bin/dbt") else self.dbt_path

    def _packages(self) -> dict[str, Any]:
        """What the environment is made of: nothing, where the task brings a dbt of its own."""
        if self._chosen_dbt() is not None:
            return {}
        if not self.dependencies:
            return {"lock": self.lock()}
        own = tuple(self.dependencies)
        has_core = any(re.match(r"dbt[-_.]core\b", line.strip().lower()) for line in own)
        return {"dependencies": own if has_core else (*own, _CORE)}

    def _profiles(self) -> dict[str, str]:
        if not self.profiles:
            return {}
        text = self.profiles if isinstance(self.profiles, str) else json.dumps(self.profiles)
        return {"profiles.yml": text}

    def _default_files(self) -> dict[str, Any]:
        """The namespace files, where nothing else says where the project is."""
        if self.namespace_files is not None or self.project_dir or self.input_files:
            return {}
        return {"namespace_files": NamespaceFiles(), "unless_file": "dbt_project.yml"}


def _environment() -> dict[str, str]:
    return {
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_USE_COLORS": "false",
        "DBT_LOG_FORMAT": "json",
        "DBT_LOG_PATH": "logs",
        "PYTHONUNBUFFERED": "1",
    }


def _results(project_dir: str) -> dict[str, str]:
    """The files that dbt leaves, by the names under which other tasks find them."""
    found: dict[str, str] = {}
    for name in ("manifest.json", "run_results.json", "sources.json"):
        path = normpath(join(project_dir, "target", name))
        found |= {name: path, f"target/{name}": path}
    return found


def _named(option: re.Pattern[str], text: str) -> str | None:
    found = option.search(text)
    return None if found is None else found[1].strip("'\"")


@lru_cache(maxsize=1)
def _lock() -> str:
    return (_HERE / "requirements.lock").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _companion() -> dict[str, str]:
    """The companion's files; the folders above them are packages of its own making."""
    folders = _PACKAGE.split("/")
    packages = {f"{'/'.join(folders[: n + 1])}/__init__.py": "" for n in range(len(folders))}
    modules = {
        f"{_PACKAGE}/{path.name}": path.read_text(encoding="utf-8")
        for path in sorted((_HERE / "companion").glob("*.py"))
    }
    return {"run.py": _START, **packages, **modules}
