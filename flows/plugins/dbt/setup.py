"""``dbt.cli.Setup``: dbt of chosen packages for the tasks after it in a working directory."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.script import Program, ScriptTask

_LINK = (
    'mkdir -p bin && for tool in "$VIRTUAL_ENV"/bin/*; do ln -sf "$tool" "bin/${tool##*/}"; done'
)


class Setup(ScriptTask):
    """Puts dbt of chosen packages, and a profile, into a working directory for the tasks after it.

    Inside a `WorkingDirectory`, dbt tasks after this one use its `./bin/dbt` and its profile. The
    packages are installed once and kept. A single task needs none of this: `dependencies` of
    `dbt.cli.DbtCLI` does the same.
    """

    type_name: ClassVar[str] = "dbt.cli.Setup"
    deprecated: ClassVar[str | None] = "use 'dependencies' and 'profiles' of dbt.cli.DbtCLI"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Another version of dbt for two tasks",
            """id: dbt_setup
namespace: company.team
tasks:
  - id: together
    type: core.flow.WorkingDirectory
    namespaceFiles:
      enabled: true
    tasks:
      - id: setup
        type: dbt.cli.Setup
        requirements:
          - dbt-core<1.11
          - dbt-duckdb
        profiles:
          shop:
            target: dev
            outputs:
              dev:
                type: duckdb
                path: ":memory:"
      - id: build
        type: dbt.cli.Build
""",
        ),
    )

    requirements: Dyn[list[Text]]
    profiles: Dyn[dict[str, Any] | Text]
    python_path: Dyn[Text] = "python"
    exit_on_failed: Dyn[bool] = True
    docker_options: dict[str, Any] | None = None

    def program(self) -> Program:
        text = self.profiles if isinstance(self.profiles, str) else json.dumps(self.profiles)
        return Program(
            language="python",
            commands=(_LINK,),
            dependencies=tuple(self.requirements),
            files={".profile/profiles.yml": text},
            **self.common(),
        )
