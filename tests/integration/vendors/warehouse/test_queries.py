"""Queries: rows, values, parameters, prices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.plugins.gcp.bigquery import (
    Query,
)
from tests.integration.vendors.warehouse.calls import another, run
from tests.support.doubles.bigquery import PROJECT, BigQueryDouble
from tests.support.run_context import MemoryContext


def test_rows_are_fetched_stored_or_left_as_the_fetch_type_says(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    sql = "select i as id, 'row ' || i as name from range(3) t(i) order by i"
    kinds = {
        "NONE": {},
        "FETCH": {"rows": [{"id": n, "name": f"row {n}"} for n in range(3)], "size": 3},
        "FETCH_ONE": {"row": {"id": 0, "name": "row 0"}, "size": 1},
        "STORE": {"uri": "downbeat:///saved/rows.jsonl", "size": 3},
    }
    for kind, wanted in kinds.items():
        outputs = run(Query, another(context), sql=sql, fetchType=kind)
        assert outputs.pop("jobId") in double.jobs
        assert outputs.pop("destinationTable")["project"] == "project"
        assert outputs == wanted, kind

    stored = context.files["downbeat:///saved/rows.jsonl"].splitlines()
    assert [json.loads(line) for line in stored] == kinds["FETCH"]["rows"]


@pytest.mark.parametrize(
    ("flag", "key"), [("fetch", "rows"), ("fetchOne", "row"), ("store", "uri")]
)
def test_the_older_switches_fetch_as_well(
    double: BigQueryDouble, context: MemoryContext, flag: str, key: str
) -> None:
    assert key in run(Query, context, sql="select 1 as one", **{flag: True})


def test_rows_of_many_pages_are_stored_in_order(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    outputs = run(
        Query, context, sql="select i from range(2500) t(i) order by i", fetchType="STORE", maxResults=1000
    )  # fmt: skip

    lines = context.files[outputs["uri"]].splitlines()
    assert [json.loads(line)["i"] for line in lines] == list(range(2500))
    pages = [
        one for one in double.asked("GET", "/queries/") if one.query.get("maxResults") == "1000"
    ]
    assert len(pages) == 3


def test_values_of_every_type_become_plain_data(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    sql = """select 1 as i, 1.5::double as f, true as b, 'é' as s, date '2026-01-31' as d,
        timestamp '2026-01-31 10:00:00' as dt, timestamptz '2026-01-31 10:00:00+00' as ts,
        time '10:00:00' as t, 12.5::decimal(10, 2) as n, null::varchar as nothing,
        [1, 2] as many, {'x': 1, 'y': ['a']} as inside, 'ab'::blob as raw,
        123456789012345678901234567890::decimal(38, 0) as huge"""

    outputs = run(Query, context, sql=sql, fetchType="FETCH_ONE")

    assert outputs["row"] == {
        "i": 1,
        "f": 1.5,
        "b": True,
        "s": "é",
        "d": "2026-01-31",
        "dt": "2026-01-31T10:00:00",
        "ts": "2026-01-31T10:00:00+00:00",
        "t": "10:00:00",
        "n": 12.5,
        "nothing": None,
        "many": [1, 2],
        "inside": {"x": 1, "y": ["a"]},
        "raw": "YWI=",
        "huge": 123456789012345678901234567890,
    }
    stored = run(Query, another(context), sql=sql, fetchType="STORE")
    assert json.loads(context.files[stored["uri"]]) == outputs["row"]


ALL_OF_A_QUERY: dict[str, Any] = {
    "destinationTable": "project.shop.found",
    "writeDisposition": "WRITE_TRUNCATE",
    "createDisposition": "CREATE_IF_NEEDED",
    "schemaUpdateOptions": ["ALLOW_FIELD_RELAXATION"],
    "timePartitioningField": "day",
    "clusteringFields": ["n"],
    "defaultDataset": "shop",
    "priority": "BATCH",
    "allowLargeResults": True,
    "useQueryCache": False,
    "maximumBillingTier": 2,
    "maximumBytesBilled": 1_000_000,
    "jobTimeout": "PT2M",
    "labels": {"team": "data"},
}


def test_a_query_says_all_that_it_was_told_and_its_parameters_are_values(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    run(Query, context, sql="create table shop.days as select date '2026-01-31' as day, 5 as n")
    outputs = run(
        Query,
        another(context),
        sql="select * from `project.shop.days` where day = @day and n in (select unnest(@of))",
        parameters={"day": {"type": "DATE", "value": "2026-01-31"}, "of": [4, 5]},
        fetchType="FETCH",
        **ALL_OF_A_QUERY,
    )

    assert outputs["rows"] == [{"day": "2026-01-31", "n": 5}]
    assert outputs["destinationTable"] == {"project": PROJECT, "dataset": "shop", "table": "found"}
    told = double.jobs[outputs["jobId"]].configuration
    assert (told["jobTimeoutMs"], told["labels"]) == ("120000", {"team": "data"})
    query = told["query"]
    assert query["priority"] == "BATCH"
    assert query["maximumBytesBilled"] == "1000000"
    assert query["timePartitioning"] == {"type": "DAY", "field": "day"}
    assert query["clustering"] == {"fields": ["n"]}
    assert query["defaultDataset"] == {"projectId": PROJECT, "datasetId": "shop"}
    assert query["useQueryCache"] is False
    assert context.metrics["total.bytes.billed"] == 10485760
    assert {"total.slot.ms", "total.rows", "fetch.rows", "cache.hit", "duration"} <= set(
        context.metrics
    )
    out = [one for one in context.assets if one["direction"] == "output"]
    assert out[-1]["uri"] == "bigquery://project/shop/found"
    assert out[-1]["upstream"] == ["bigquery://project/shop/days"]


def test_a_changing_statement_says_how_many_rows_it_changed(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    run(Query, context, sql="create table shop.numbers as select 1 as n")

    outputs = run(Query, another(context), sql="insert into shop.numbers values (2), (3)")

    assert double.warehouse.rows("shop.numbers") == [(1,), (2,), (3,)]
    assert context.metrics["num.dml.affected.rows"] == 2
    assert "rows" not in outputs


def test_a_dry_run_changes_nothing_and_tells_the_price(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    outputs = run(Query, context, sql="select 1 as one", dryRun=True, fetchType="FETCH")

    assert list(outputs) == ["jobId"]
    assert double.started == []
    assert context.metrics["total.bytes.processed"] == 1024
