"""Files and objects become tables, and tables become objects."""

from __future__ import annotations

import json
from typing import Any

import pytest

from downbeat.sdk.errors import TaskFailed
from flows.plugins.gcp.bigquery import (
    ExtractToGcs,
    Load,
    LoadFromGcs,
)
from tests.integration.vendors.warehouse.calls import FILE, SCHEMA, another, parquet, run
from tests.support.doubles.bigquery import BigQueryDouble
from tests.support.run_context import MemoryContext, made

ALL_OF_A_LOAD: dict[str, Any] = {
    "destinationTable": "shop.people",
    "format": "CSV",
    "csvOptions": {
        "fieldDelimiter": ";",
        "skipLeadingRows": 1,
        "quote": '"',
        "encoding": "UTF-8",
        "allowJaggedRows": True,
        "allowQuotedNewLines": False,
    },
    "schema": SCHEMA,
    "writeDisposition": "WRITE_TRUNCATE",
    "createDisposition": "CREATE_IF_NEEDED",
    "schemaUpdateOptions": ["ALLOW_FIELD_ADDITION"],
    "timePartitioningField": "day",
    "timePartitioningType": "HOUR",
    "clusteringFields": ["name"],
    "ignoreUnknownValues": True,
    "maxBadRecords": 3,
    "autodetect": False,
}
AS_TOLD = {
    "destinationTable": {"projectId": "project", "datasetId": "shop", "tableId": "people"},
    "sourceFormat": "CSV",
    "fieldDelimiter": ";",
    "skipLeadingRows": "1",
    "quote": '"',
    "encoding": "UTF-8",
    "allowJaggedRows": True,
    "allowQuotedNewlines": False,
    "schema": SCHEMA,
    "writeDisposition": "WRITE_TRUNCATE",
    "createDisposition": "CREATE_IF_NEEDED",
    "schemaUpdateOptions": ["ALLOW_FIELD_ADDITION"],
    "timePartitioning": {"type": "HOUR", "field": "day"},
    "clustering": {"fields": ["name"]},
    "ignoreUnknownValues": True,
    "maxBadRecords": 3,
    "autodetect": False,
}


def test_a_csv_file_is_loaded_with_all_that_was_said_of_it(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    outputs = run(
        Load,
        context,
        **{"from": FILE, **ALL_OF_A_LOAD},
    )

    (job,) = double.jobs.values()
    assert outputs == {"jobId": job.id, "destinationTable": "project.shop.people", "rows": 2}
    assert double.warehouse.rows("shop.people") == [(1, "Ada"), (2, "Grace")]
    assert job.configuration["load"] == AS_TOLD
    assert context.metrics["output.rows"] == 2
    assert {"bad.records", "input.bytes", "input.files", "output.bytes", "duration"} <= set(
        context.metrics
    )
    (asset,) = context.assets
    assert (asset["uri"], asset["direction"]) == ("bigquery://project/shop/people", "output")


@pytest.mark.parametrize(
    ("format", "options", "said"),
    [
        ("JSON", {}, {"sourceFormat": "NEWLINE_DELIMITED_JSON"}),
        ("ORC", {}, {"sourceFormat": "ORC"}),
        (
            "AVRO",
            {"avroOptions": {"useAvroLogicalTypes": True}},
            {"sourceFormat": "AVRO", "useAvroLogicalTypes": True},
        ),
        ("PARQUET", {"csvOptions": {"quote": "x"}}, {"sourceFormat": "PARQUET"}),
    ],
)
def test_each_format_is_named_as_bigquery_names_it(
    format: str, options: dict[str, Any], said: dict[str, Any]
) -> None:
    task = made(Load, **{"from": FILE}, destinationTable="a.b", format=format, **options)

    assert isinstance(task, Load)
    told = task.configuration("project")["load"]
    told.pop("destinationTable")
    assert told == said


def test_a_file_of_several_parts_is_sent_whole_and_taken_up_where_it_broke(
    double: BigQueryDouble, context: MemoryContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.plugins.gcp.bigquery.uploading._PART", 256 * 1024)
    context.files[FILE] = parquet(60_000)
    assert len(context.files[FILE]) > 3 * 256 * 1024
    double.fail(0, "cut", at="/upload/", method="PUT")

    outputs = run(Load, context, **{"from": FILE}, destinationTable="shop.rows", format="PARQUET")

    assert outputs["rows"] == 60_000
    assert len(double.started) == 1
    assert max(one.size for one in double.asked("PUT", "/upload/")) == 256 * 1024


def test_an_upload_goes_on_from_where_the_server_says_that_it_stands(
    double: BigQueryDouble, context: MemoryContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library does not send the part again by itself here."""
    monkeypatch.setattr("flows.plugins.gcp.bigquery.uploading._PART", 256 * 1024)
    monkeypatch.setattr("flows.plugins.gcp.bigquery.uploading.PATIENCE_SECONDS", 0)
    context.files[FILE] = parquet(60_000)
    double.fail(0, "cut", at="/upload/", method="PUT", times=2)

    outputs = run(Load, context, **{"from": FILE}, destinationTable="shop.rows", format="PARQUET")

    assert outputs["rows"] == 60_000
    assert any(one.size == 0 for one in double.asked("PUT", "/upload/"))


def test_an_empty_file_fails_or_loads_nothing_as_the_task_says(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    context.files[FILE] = b""

    with pytest.raises(TaskFailed, match=r"data\.csv is empty"):
        run(Load, context, **{"from": FILE}, destinationTable="shop.people", format="CSV")
    outputs = run(
        Load, context, **{"from": FILE}, destinationTable="shop.people", failedOnEmpty=False
    )

    assert outputs == {"rows": 0}
    assert double.requests == []


@pytest.mark.parametrize("name", ["people", "a.b.c.d", "a..b", "", "project:shop.people"])
def test_a_table_that_is_not_named_whole_is_refused_with_the_form_it_must_have(
    context: MemoryContext, name: str
) -> None:
    with pytest.raises(TaskFailed, match=r"'destinationTable' .* must be 'dataset.table'"):
        run(Load, context, **{"from": FILE}, destinationTable=name, format="CSV")


EXPORT: dict[str, Any] = {
    "sourceTable": "shop.numbers",
    "destinationUris": ["gs://bucket/out/part-*.csv"],
    "format": "CSV",
    "fieldDelimiter": "|",
    "printHeader": False,
    "compression": "NONE",
    "jobTimeoutMs": 60_000,
    "labels": {"team": "data"},
}


def test_files_of_cloud_storage_are_loaded_and_a_table_is_exported(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    for number in (1, 2):
        place = double.warehouse.place(f"gs://bucket/in/{number}.json")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps({"id": number}))

    loaded = run(
        LoadFromGcs,
        context,
        **{"from": ["gs://bucket/in/*.json"]},
        destinationTable="shop.numbers",
        format="JSON",
    )
    exported = run(
        ExtractToGcs,
        another(context),
        **EXPORT,
    )

    assert loaded["rows"] == 2
    assert exported["fileCounts"] == [1]
    assert exported["sourceTable"] == "numbers"
    written = double.warehouse.place("gs://bucket/out/part-000000000000.csv").read_text()
    assert sorted(written.split()) == ["1", "2"]
    told = double.jobs[exported["jobId"]].configuration
    assert told["jobTimeoutMs"] == "60000"
    assert told["labels"] == {"team": "data"}
    assert context.metrics["output.file_counts"] == 1
    assert [one["uri"] for one in context.assets if one["direction"] == "input"] == [
        "gs://bucket/in/*.json",
        "bigquery://project/shop/numbers",
    ]
