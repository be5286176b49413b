"""How the examples of files, scripts and databases are run."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import duckdb

from tests.integration.plugins.examples.recipe import Recipe, due
from tests.integration.plugins.examples.stage import Stage


def _inbox(*names: str) -> Callable[[Stage], None]:
    """The folders of the examples, with these files only."""

    def put(stage: Stage) -> None:
        for folder in ("inbox", "done", "archive", "reports"):
            shutil.rmtree(stage.around.folder / folder, ignore_errors=True)
        for name in names:
            file = stage.around.folder / name
            file.parent.mkdir(exist_ok=True)
            file.write_text("a,b\n1,2\n")

    return put


def _stock(stage: Stage) -> None:
    stage.around.shop.restock()


def _parquet() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders.parquet"
        duckdb.sql(f"copy (select 1 as id, 2 as amount) to '{file}' (format parquet)")
        return file.read_bytes()


RECIPES: Final[Mapping[str, Recipe]] = {
    "fs.local.Copy": Recipe(before=_inbox("inbox/orders.csv", "archive/older.csv")),
    "fs.local.Delete": Recipe(before=_inbox("done/orders.csv")),
    "fs.local.Download": Recipe(before=_inbox("inbox/orders.csv")),
    "fs.local.Downloads": Recipe(before=_inbox("inbox/orders.csv", "done/older.csv")),
    "fs.local.List": Recipe(before=_inbox("inbox/orders.csv")),
    "fs.local.Move": Recipe(before=_inbox("inbox/orders.csv", "done/older.csv")),
    "fs.local.Trigger": due("inbox", _inbox("inbox/orders.csv")),
    "fs.local.Upload": Recipe(before=_inbox("reports/older.csv"), inputs={"report": b"a"}),
    "fs.local.Uploads": Recipe(before=_inbox("reports/older.csv"), inputs={"report": b"a"}),
    "jdbc.duckdb.Query": Recipe(inputs={"file": _parquet()}),
    "jdbc.postgresql.CopyIn": Recipe(
        before=_stock, inputs={"file": b"id,day,checked,seen\n3,2024-02-02,,\n"}
    ),
    "jdbc.postgresql.Trigger": due("orders", _stock),
    "scripts.python.Commands": Recipe(
        before=lambda stage: stage.file("report.py", "import sys; print(sys.argv[2])")
    ),
    "scripts.python.Script": Recipe(inputs={"file": b"id,amount\n1,10\n2,\n"}),
    "scripts.shell.Script": Recipe(inputs={"name": "Ada"}),
}
