"""How the examples of dbt are run: with the real dbt, on a small project of the namespace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from tests.integration.plugins.examples.recipe import Recipe
from tests.integration.plugins.examples.stage import SPACE, Stage

PROJECT: Final = Path(__file__).parents[3] / "examples" / "dbt_shop"
CANNOT_RUN: Final[Mapping[str, str]] = {
    "dbt.cli.DbtCLI 2": "its warehouse is a host of somebody's own",
}
_TABLES: Final = (
    "create table raw_orders as select * from read_csv('{seed}')",
    "create table orders as select id, day, amount from raw_orders",
)
_BUILT: Final = frozenset({"raw_orders", "orders", "order_days"})
_TESTED: Final = frozenset({"not_null_orders_id", "unique_orders_id"})


def _project(stage: Stage) -> None:
    """The project among the files of the namespace, and its warehouse as dbt once left it."""
    for path in PROJECT.rglob("*"):
        if path.is_file():
            stage.file(str(path.relative_to(PROJECT)), path.read_text(encoding="utf-8"))
    warehouse = stage.around.folder / "shop.duckdb"
    warehouse.unlink(missing_ok=True)
    target = f"{{type: duckdb, path: '{warehouse}'}}"
    profiles = f"shop:\n  target: dev\n  outputs:\n    dev: {target}\n    prod: {target}\n"
    stage.file("profiles.yml", profiles)
    with duckdb.connect(str(warehouse)) as database:
        for statement in _TABLES:
            database.execute(statement.format(seed=PROJECT / "seeds" / "raw_orders.csv"))


def _with_package(stage: Stage) -> None:
    """The project, which now names a package; while it is not there, dbt does nothing else."""
    _project(stage)
    stage.file("packages.yml", "packages:\n  - local: shared\n")


def _without_package(stage: Stage, shown: Any) -> None:
    _said("Installed from <local @ shared>")(stage, shown)
    stage.act("DELETE", f"/namespaces/{SPACE}/files?path=/packages.yml")


def _ran(*nodes: str) -> Callable[[Stage, Any], None]:
    """Each node that dbt ran has a task run of its own, below the task's."""

    def look(stage: Stage, shown: Any) -> None:
        children = [run for run in shown["taskRunList"] if run.get("dynamic")]
        assert {run["taskId"] for run in children} == set(nodes), stage.log(shown["id"])
        assert {run["state"]["current"] for run in children} <= {"SUCCESS"}

    return look


def _left(task: str, file: str) -> Callable[[Stage, Any], None]:
    """The task's files are kept."""

    def look(stage: Stage, shown: Any) -> None:
        files = stage.outputs(shown, task)["outputFiles"]
        assert any(name.endswith(file) for name in files), files

    return look


def _said(words: str) -> Callable[[Stage, Any], None]:
    def look(stage: Stage, shown: Any) -> None:
        assert words in stage.log(shown["id"])

    return look


RECIPES: Final[Mapping[str, Recipe]] = {
    "dbt.cli.Build": Recipe(before=_project, after=_ran(*_BUILT, *_TESTED)),
    "dbt.cli.Compile": Recipe(before=_project, after=_left("compile", "models/orders.sql")),
    "dbt.cli.DbtCLI": Recipe(before=_project, after=_ran(*_BUILT, *_TESTED)),
    "dbt.cli.Deps": Recipe(before=_with_package, after=_without_package),
    "dbt.cli.Freshness": Recipe(before=_project, after=_said("PASS freshness of shop.deliveries")),
    "dbt.cli.List": Recipe(before=_project, after=_said("shop.order_days")),
    "dbt.cli.Run": Recipe(before=_project, after=_ran("orders", "order_days")),
    "dbt.cli.Seed": Recipe(before=_project, after=_ran("raw_orders")),
    "dbt.cli.Setup": Recipe(before=_project, after=_said("Running with dbt=1.10")),
    "dbt.cli.Snapshot": Recipe(before=_project, after=_ran("orders_history")),
    "dbt.cli.Test": Recipe(before=_project, after=_ran(*_TESTED)),
}
