"""Tables are created, copied and deleted; what tasks need for that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from downbeat.sdk.errors import MissingCredential, TaskFailed
from flows.plugins.gcp.bigquery import (
    Copy,
    CreateTable,
    DeleteTable,
    Query,
)
from tests.integration.vendors.warehouse.calls import another, run
from tests.support.doubles.bigquery import PROJECT, BigQueryDouble
from tests.support.run_context import MemoryContext


def test_tables_are_copied(double: BigQueryDouble, context: MemoryContext) -> None:
    run(Query, context, sql="create table shop.a as select 1 as n")

    outputs = run(
        Copy,
        another(context),
        sourceTables=["shop.a"],
        destinationTable="shop.b",
        operationType="COPY",
        writeDisposition="WRITE_TRUNCATE",
        labels={"team": "data"},
    )

    assert double.warehouse.rows("shop.b") == [(1,)]
    told = double.jobs[outputs["jobId"]].configuration
    assert told["copy"]["operationType"] == "COPY"
    assert told["labels"] == {"team": "data"}
    assert context.assets[-1]["upstream"] == ["bigquery://project/shop/a"]


def test_a_dry_run_of_a_copy_sends_nothing(double: BigQueryDouble, context: MemoryContext) -> None:
    run(Copy, context, sourceTables=["shop.a"], destinationTable="shop.b", dryRun=True)

    assert double.requests == []


ALL_OF_A_TABLE: dict[str, Any] = {
    "friendlyName": "Orders",
    "description": "All orders",
    "labels": {"team": "data"},
    "expirationDuration": "P1D",
    "requirePartitionFilter": True,
    "encryptionConfiguration": {"kmsKeyName": "projects/p/key"},
    "tableDefinition": {
        "type": "TABLE",
        "schema": {
            "fields": [
                {"name": "id", "type": "INT64", "mode": "REQUIRED", "description": "The id"},
                {"name": "day", "type": "DATE", "policyTags": {"names": ["tag"]}},
                {
                    "name": "lines",
                    "type": "STRUCT",
                    "mode": "REPEATED",
                    "subFields": [{"name": "amount", "type": "NUMERIC"}],
                },
            ]
        },
        "standardTableDefinition": {
            "clustering": ["id"],
            "timePartitioning": {"type": "DAY", "field": "day", "expiration": "P10D"},
        },
    },
}


def test_a_table_is_created_as_described_and_deleted(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    outputs = run(
        CreateTable,
        context,
        dataset="shop",
        table="orders",
        **ALL_OF_A_TABLE,
    )

    kept = double.warehouse.facts["shop", "orders"]
    assert kept["schema"]["fields"][2]["fields"] == [{"name": "amount", "type": "NUMERIC"}]
    assert kept["timePartitioning"] == {"type": "DAY", "field": "day", "expirationMs": "864000000"}
    assert kept["clustering"] == {"fields": ["id"]}
    assert kept["encryptionConfiguration"] == {"kmsKeyName": "projects/p/key"}
    assert (outputs["projectId"], outputs["datasetId"], outputs["table"]) == (
        PROJECT,
        "shop",
        "orders",
    )
    assert outputs["friendlyName"] == "Orders"
    assert outputs["numRows"] == 0
    assert outputs["creationTime"] == "2026-01-01T00:00:00+00:00"
    assert outputs["definition"]["schema"]["fields"][2]["subFields"]
    assert context.assets[0]["columns"][0] == {"name": "id", "type": "INT64"}

    gone = run(DeleteTable, replace(context, remembered={}), dataset="shop", table="orders")

    assert gone == {"projectId": PROJECT, "datasetId": "shop", "table": "orders"}
    assert ("shop", "orders") not in double.warehouse.facts


def test_views_are_created(double: BigQueryDouble, context: MemoryContext) -> None:
    view = {"type": "VIEW", "viewDefinition": {"query": "select 1 as one"}}

    outputs = run(CreateTable, context, dataset="shop", table="one", tableDefinition=view)

    assert outputs["definition"]["type"] == "VIEW"
    assert double.warehouse.rows("shop.one") == [(1,)]


def test_what_is_there_is_not_created_and_what_is_missing_not_deleted(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    run(CreateTable, context, dataset="shop", table="once")
    first = replace(context, remembered={})

    with pytest.raises(TaskFailed, match=r"Already Exists: Table project:shop\.once"):
        run(CreateTable, first, dataset="shop", table="once")
    with pytest.raises(TaskFailed, match=r"Not found: Table project:shop\.never"):
        run(DeleteTable, replace(context, remembered={}), dataset="shop", table="never")


def test_an_attempt_after_a_lost_one_takes_what_the_lost_one_did(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    lost = replace(context, remembered={"asked": True})
    run(CreateTable, replace(context, remembered={}), dataset="shop", table="once")

    assert run(CreateTable, lost, dataset="shop", table="once")["table"] == "once"
    run(DeleteTable, replace(context, remembered={}), dataset="shop", table="once")
    assert run(DeleteTable, lost, dataset="shop", table="once")["table"] == "once"


def test_without_a_credential_the_task_says_where_to_put_one(context: MemoryContext) -> None:
    bare = replace(context, environment={"GOOGLE_CLOUD_PROJECT": PROJECT})

    with pytest.raises(MissingCredential) as failure:
        run(Query, bare, sql="select 1")

    assert "'serviceAccount' is missing" in str(failure.value)
    assert "connection 'gcp' of the namespace company.team" in str(failure.value)
    assert "GOOGLE_APPLICATION_CREDENTIALS" in str(failure.value)


def test_without_a_project_the_task_says_where_to_put_one(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    bare = replace(context, environment={"BIGQUERY_EMULATOR_HOST": double.url})

    with pytest.raises(MissingCredential, match="'projectId' is missing"):
        run(Query, bare, sql="select 1")
