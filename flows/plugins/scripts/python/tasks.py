"""``scripts.python.Script`` and ``scripts.python.Commands``."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.script import Program, ScriptTask


class _Python(ScriptTask):
    dependencies: Dyn[list[Text] | None] = None
    python_version: Dyn[Text | None] = None
    package_manager: Dyn[Literal["UV", "PIP"]] = "UV"
    dependency_cache_enabled: Dyn[bool] = True
    uv_auto_install_enabled: Dyn[bool] = True
    uv_installer_version: Dyn[Text | None] = None
    uv_installer_sha256: Dyn[Text | None] = None

    def common(self) -> dict[str, Any]:
        return {
            **super().common(),
            "dependencies": tuple(self.dependencies or ()),
            "python_version": self.python_version,
            "keep_dependencies": self.dependency_cache_enabled,
        }

    def notices(self) -> tuple[str, ...]:
        found = super().notices()
        named = (
            self.package_manager == "PIP"
            or self.uv_installer_version
            or self.uv_installer_sha256
            or not self.uv_auto_install_enabled
        )
        if not (self.dependencies and named):
            return found
        return (*found, "The packages are installed by the worker's uv, whichever tool is named.")


class Script(_Python):
    """Runs a Python script in a fresh working directory.

    Without `dependencies` it runs in the default script environment (pandas, pyarrow, duckdb and
    boto3 among others) and starts within milliseconds; with them, in an environment that is built
    once per list of requirements and kept: names and versions of packages that exist as wheels.
    `pythonVersion` needs that version to be on the worker's machine, or where uv may fetch it.
    Addresses of internal storage in the script, the commands and `env` are replaced by paths of
    local files. `true`, `false` and `null` are names of the script, so that rendered JSON can stand
    in it.

    Outputs: `vars`, `exitCode`, `outputFiles`, `stdOutLineCount`, `stdErrLineCount`.
    """

    type_name: ClassVar[str] = "scripts.python.Script"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Clean a file with pandas",
            """id: clean
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: clean
    type: scripts.python.Script
    outputFiles:
      - clean.parquet
    script: |
      import pandas as pd
      frame = pd.read_csv("{{ inputs.file }}").dropna()
      frame.to_parquet("clean.parquet")
      print('::{"metrics": [{"name": "rows", "type": "counter", "value": %d}]}::' % len(frame))
""",
        ),
    )

    script: Dyn[Text]

    def program(self) -> Program:
        return Program(language="python", source=self.script, **self.common())


class Commands(_Python):
    """Runs shell commands with the script environment's Python first on the path."""

    type_name: ClassVar[str] = "scripts.python.Commands"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Run a file of the namespace",
            """id: report
namespace: company.team
tasks:
  - id: report
    type: scripts.python.Commands
    namespaceFiles:
      enabled: true
    commands:
      - python report.py --day {{ trigger.date ?? 'today' }}
""",
        ),
    )

    commands: Dyn[list[Text]]

    def program(self) -> Program:
        return Program(language="python", commands=tuple(self.commands), **self.common())
