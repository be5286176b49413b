"""BigQuery as a task and with its library used bare: ``python -m tests.bench.vendors.bigquery``.

Both talk to the same double in another process, which keeps the pages that it has encoded, so that
the figures are the client's. Ours is the part inside the task: files come from the worker by a link.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

import numpy
import pyarrow
import pyarrow.parquet
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery as library

from flows.plugins.gcp.bigquery import Load, Query
from tests.bench.vendors.sides import compare
from tests.support.doubles.bigquery import PROJECT, bigquery
from tests.support.run_context import RUN, MemoryContext, made

SIZE: Final = 100_000_000
ROWS: Final = 100_000
SQL: Final = (
    "select i as id, 'customer ' || (i % 1000) as customer, i * 1.25::double as amount, "
    "date '2026-01-01' + (i % 365)::integer as day, i % 2 = 0 as paid, "
    "timestamptz '2026-01-01 00:00:00+00' + to_seconds(i) as moment "
    f"from range({ROWS}) t(i) order by i"
)


@dataclass
class Linked(MemoryContext):
    """Hands files over by a link, so that only the task's own work is measured."""

    def fetch(self, uri: str) -> Path:
        return Path(uri)

    def save(self, source: Path | bytes | BinaryIO, *, name: str) -> str:
        return name


def client(url: str) -> library.Client:
    """A client as anybody makes it."""
    return library.Client(
        project=PROJECT,
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": url},
    )


def context(url: str, folder: Path) -> Linked:
    """A new task run."""
    environment = {"BIGQUERY_EMULATOR_HOST": url, "GOOGLE_CLOUD_PROJECT": PROJECT}
    found = Linked(folder, environment=environment, answers={"connection.get": None})
    return replace(found, run=replace(RUN, task_run_id=uuid4().hex))


def parquet(file: Path) -> None:
    """A file of the size; its numbers cannot be pressed together."""
    numbers = numpy.frombuffer(os.urandom(SIZE), dtype="int64")
    pyarrow.parquet.write_table(
        pyarrow.table({"number": numbers}), file, compression="none", use_dictionary=False
    )


def run(url: str, folder: Path) -> None:
    """Prints every comparison."""
    file = folder / "numbers.parquet"
    parquet(file)
    config = library.LoadJobConfig(source_format="PARQUET", write_disposition="WRITE_TRUNCATE")
    load = made(
        Load,
        **{"from": str(file)},
        destinationTable="bench.numbers",
        format="PARQUET",
        writeDisposition="WRITE_TRUNCATE",
    )
    query = made(Query, sql=SQL, fetchType="STORE")

    def load_bare() -> None:
        with file.open("rb") as content:
            client(url).load_table_from_file(content, "bench.numbers", job_config=config).result()

    def query_bare() -> None:
        with (folder / "rows.jsonl").open("w") as into:
            for row in client(url).query(SQL).result():
                into.write(json.dumps(dict(row), default=str) + "\n")

    compare(
        f"load {SIZE // 1_000_000} MB of Parquet",
        ours=lambda: load.run(context(url, folder)),
        bare=load_bare,
        rounds=11,
    )
    print(
        f"memory at most, ours and bare: {peak(folder, url, 'ours')}, {peak(folder, url, 'bare')} MB"
    )
    compare(
        f"query and store {ROWS:,} rows",
        ours=lambda: query.run(context(url, folder)),
        bare=query_bare,
        rounds=7,
    )


def peak(folder: Path, url: str, side: str) -> int:
    """The most memory, in MB, that a process of its own needs for one load."""
    command = [sys.executable, "-m", "tests.bench.vendors.bigquery", side, url, str(folder)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def load_once(side: str, url: str, folder: Path) -> None:
    """One load, and then the most memory that this process has had."""
    file = folder / "numbers.parquet"
    if side == "ours":
        how = {"destinationTable": "bench.numbers", "format": "PARQUET"}
        made(Load, **{"from": str(file)}, **how, writeDisposition="WRITE_TRUNCATE").run(
            context(url, folder)
        )
    else:
        config = library.LoadJobConfig(source_format="PARQUET", write_disposition="WRITE_TRUNCATE")
        with file.open("rb") as content:
            client(url).load_table_from_file(content, "bench.numbers", job_config=config).result()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(int(status.partition("VmHWM:")[2].split()[0]) // 1024)


def serve() -> None:
    """The double, until its input ends."""
    with tempfile.TemporaryDirectory() as folder, bigquery(Path(folder)) as double:
        double.warehouse.add_dataset("bench")
        double.keeps_pages = True
        print(double.url, flush=True)
        sys.stdin.read()


def main() -> None:
    """Starts the double beside, and measures."""
    double = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.vendors.bigquery", "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert double.stdout is not None
    try:
        with tempfile.TemporaryDirectory() as folder:
            run(double.stdout.readline().strip(), Path(folder))
    finally:
        double.terminate()
        double.wait()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            serve()
        case [side, url, folder]:
            load_once(side, url, Path(folder))
        case _:
            main()
