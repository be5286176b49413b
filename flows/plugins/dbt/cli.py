"""``dbt.cli.DbtCLI``: any dbt commands."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Spec, Text
from downbeat.sdk.script import PairFile, Program
from flows.plugins.dbt.running import DbtTask

_FORMATS: Final = {"JSON": "json", "TEXT": "text", "DEBUG": "debug"}


class KvManifest(Spec):
    """The key of the key-value store that holds a manifest."""

    key: Dyn[Text]
    namespace: Dyn[Text]


class DbtCLI(DbtTask):
    """Runs dbt commands one after the other.

    The project comes from the namespace files unless `namespaceFiles`, `inputFiles` or `projectDir`
    say otherwise, or a task before it in a `WorkingDirectory` has put it there. dbt-core 1.11 with
    the adapters for DuckDB and PostgreSQL is installed on first use into an environment of its own;
    `dependencies` names other adapters, `dbtPath` a dbt of your own.

    Each node that dbt ran is shown as a task run with its state, duration and rows, what it wrote
    as an asset with its lineage. One warning in dbt's log makes the task WARNING; a failure names
    the nodes with their messages.
    """

    type_name: ClassVar[str] = "dbt.cli.DbtCLI"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Build the models of a tag; the project is among the namespace files",
            """id: daily_models
namespace: company.team
tasks:
  - id: transform
    type: dbt.cli.DbtCLI
    commands:
      - dbt build --select tag:daily
""",
        ),
        (
            "Install packages, then build in PostgreSQL with a profile in the flow",
            """id: warehouse
namespace: company.team
tasks:
  - id: transform
    type: dbt.cli.DbtCLI
    namespaceFiles:
      enabled: true
    projectDir: analytics
    env:
      PG_PASSWORD: "{{ secret('PG_PASSWORD') }}"
    profiles: |
      analytics:
        target: prod
        outputs:
          prod:
            type: postgres
            host: warehouse.example.com
            port: 5432
            user: dbt
            password: "{% raw %}{{ env_var('PG_PASSWORD') }}{% endraw %}"
            dbname: warehouse
            schema: public
            threads: 4
    commands:
      - dbt deps
      - dbt build
""",
        ),
    )

    commands: Dyn[Text | list[Text]]
    store_manifest: KvManifest | None = None
    load_manifest: KvManifest | None = None
    log_format: Dyn[Literal["JSON", "TEXT", "DEBUG", "NONE"]] = "JSON"
    engine: Dyn[Literal["CORE", "FUSION"]] = "CORE"

    def program(self) -> Program:
        if self.engine != "CORE":
            raise TaskFailed(
                f"The engine {self.engine} is not available: dbt tasks run dbt-core (engine: CORE)"
            )
        lines = (self.commands,) if isinstance(self.commands, str) else tuple(self.commands)
        if not any(line.strip() for line in lines):
            raise TaskFailed("'commands' is empty: name at least one, such as 'dbt build'")
        chosen = _FORMATS.get(self.log_format)
        settings = {} if chosen is None else {"DBT_LOG_FORMAT": chosen}
        if self.log_format == "NONE":
            settings = {"DBT_LOG_FORMAT": "default"}
        return self.dbt_program(lines, settings=settings, **self._pairs())

    def _pairs(self) -> dict[str, tuple[PairFile, ...]]:
        path = f"{self.project_dir.rstrip('/')}/" if self.project_dir else ""
        manifest = f"{path}target/manifest.json"
        found: dict[str, tuple[PairFile, ...]] = {}
        for name, wanted in (("loads", self.load_manifest), ("stores", self.store_manifest)):
            if wanted is not None:
                found[name] = (PairFile(manifest, wanted.key, wanted.namespace),)
        return found
