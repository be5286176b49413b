"""DuckDB reads storage, writes a warehouse, and stays in its folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from executions.worker.work import Ending
from tests.integration.worker.conftest import Bench, failed
from tests.support.attempts import work_of


def test_duckdb_reads_storage_writes_a_warehouse_and_answers(worker: Bench, data: Path) -> None:
    worker.channel.files["downbeat:///x/orders.csv"] = b"id,amount\n1,10\n2,32\n"
    sql = """
create table if not exists orders (id int, amount int);
insert into orders select * from read_csv('{{ inputs.file }}');
select count(*) as n, sum(amount) as total from orders;
"""
    load = work_of(
        "jdbc.duckdb.Query",
        url=f"jdbc:duckdb:{data}/warehouse.duckdb",
        sql=sql,
        fetchType="FETCH_ONE",
        context={"inputs": {"file": "downbeat:///x/orders.csv"}},
    )

    first, second = worker.run(load), worker.run(load)

    assert first.outputs == {"row": {"n": 2, "total": 42}, "size": 1}, worker.channel.text()
    assert second.outputs["row"] == {"n": 4, "total": 84}


def test_duckdb_rolls_back_when_a_statement_fails(worker: Bench, data: Path) -> None:
    url = f"jdbc:duckdb:{data}/w.duckdb"
    worker.run(work_of("jdbc.duckdb.Query", url=url, sql="create table t (x int)"))

    bad = worker.run(
        work_of("jdbc.duckdb.Queries", url=url, sql="insert into t values (1); select nothing;")
    )
    left = worker.run(
        work_of("jdbc.duckdb.Query", url=url, sql="select count(*) as n from t", fetch=True)
    )

    assert failed(bad, "DuckDB")
    assert left.outputs["rows"] == [{"n": 0}]


def test_duckdb_stores_rows_and_files(worker: Bench) -> None:
    result = worker.run(
        work_of(
            "jdbc.duckdb.Queries",
            inputFiles={"in.csv": "a,b\n1,x\n2,y\n"},
            outputFiles=["out.csv"],
            fetchType="STORE",
            sql="select * from 'in.csv'; copy (select 1 as one) to '{{ outputFiles['out.csv'] }}';",
        )
    )

    assert result.ending is Ending.SUCCESS, worker.channel.text()
    stored = worker.channel.files[result.outputs["outputs"][0]["uri"]]
    assert [json.loads(line) for line in stored.splitlines()] == [
        {"a": 1, "b": "x"},
        {"a": 2, "b": "y"},
    ]
    assert worker.channel.files[result.outputs["outputFiles"]["out.csv"]].startswith(b"one")


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "copy (select 1) to '/tmp/evil.csv'",
        "attach '/tmp/evil.duckdb' as e",
        "set enable_external_access = true",
    ],
)
def test_duckdb_stays_in_its_folders(worker: Bench, sql: str) -> None:
    assert worker.run(work_of("jdbc.duckdb.Query", sql=sql)).ending is Ending.FAILED
    assert not Path("/tmp/evil.csv").exists()
