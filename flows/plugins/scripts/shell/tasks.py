"""``scripts.shell.Script`` and ``scripts.shell.Commands``."""

from __future__ import annotations

from typing import ClassVar

from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.script import Program, ScriptTask


class Script(ScriptTask):
    """Runs a shell script in a fresh working directory.

    Outputs: `vars` (what the script reported by `::{"outputs": {…}}::` lines), `exitCode`,
    `outputFiles` (name → URI), `stdOutLineCount`, `stdErrLineCount`.
    """

    type_name: ClassVar[str] = "scripts.shell.Script"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Report an output and leave a file",
            """id: hello
namespace: company.team
inputs:
  - id: name
    type: STRING
tasks:
  - id: hello
    type: scripts.shell.Script
    outputFiles:
      - greeting.txt
    script: |
      echo "Hello {{ inputs.name }}" > greeting.txt
      echo '::{"outputs": {"lines": 1}}::'
""",
        ),
    )

    script: Dyn[Text]

    def program(self) -> Program:
        return Program(language="shell", commands=(self.script,), **self.common())


class Commands(ScriptTask):
    """Runs commands one after the other in one shell, in a fresh working directory.

    With `failFast` (the default) the first command that fails ends the task.
    """

    type_name: ClassVar[str] = "scripts.shell.Commands"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Two commands",
            """id: count
namespace: company.team
tasks:
  - id: count
    type: scripts.shell.Commands
    commands:
      - curl -sSf -o data.csv https://example.com/data.csv
      - wc -l data.csv
""",
        ),
    )

    commands: Dyn[list[Text]]

    def program(self) -> Program:
        return Program(language="shell", commands=tuple(self.commands), **self.common())
