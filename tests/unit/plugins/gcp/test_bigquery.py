"""What tasks of BigQuery decide before anything is sent: names, parameters, pauses, credentials."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from dateutil.relativedelta import relativedelta
from google.auth import impersonated_credentials

from downbeat.sdk.connection import resolved
from downbeat.sdk.errors import TaskFailed
from flows.plugins import gcp
from flows.plugins.gcp.bigquery import Copy, CreateTable, ExtractToGcs, LoadFromGcs, Query
from flows.plugins.gcp.bigquery.errors import failed_job
from flows.plugins.gcp.bigquery.names import TableName, table_name
from flows.plugins.gcp.bigquery.parameters import query_parameters
from flows.plugins.gcp.bigquery.rows import plain_record
from flows.plugins.gcp.connection import CLOUD_PLATFORM, GcpConnection
from flows.plugins.gcp.credentials import credentials, key_of
from flows.spec.parse import parse_flow
from flows.spec.registry import load_registry
from tests.support.run_context import MemoryContext, made

FOLDER = Path(gcp.__file__).parent
REGISTRY = load_registry()
USER = {
    "type": "authorized_user",
    "client_id": "id",
    "client_secret": "s3cret",
    "refresh_token": "refresh",
}


def context(folder: Path, **environment: str) -> MemoryContext:
    return MemoryContext(folder, environment=environment, answers={"connection.get": None})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("shop.orders", TableName("mine", "shop", "orders")),
        ("other.shop.orders", TableName("other", "shop", "orders")),
        ("`other.shop.orders$20260131`", TableName("other", "shop", "orders$20260131")),
        ("example.com:data.shop.orders", TableName("example.com:data", "shop", "orders")),
    ],
)
def test_a_table_is_named_with_or_without_its_project(text: str, found: TableName) -> None:
    assert table_name(text, "mine", of="destinationTable") == found


def test_a_partition_is_a_part_of_the_asset_that_its_table_is() -> None:
    assert TableName("p", "d", "t$20260131").asset == "bigquery://p/d/t"


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (True, "BOOL", "true"),
        (5, "INT64", "5"),
        (1.5, "FLOAT64", "1.5"),
        ("a", "STRING", "a"),
        (None, "STRING", None),
        ({"type": "date", "value": "2026-01-31"}, "DATE", "2026-01-31"),
    ],
)
def test_a_parameter_has_the_type_of_its_value(value: Any, kind: str, text: str | None) -> None:
    (only,) = query_parameters({"name": value})["queryParameters"]

    assert only == {
        "name": "name",
        "parameterType": {"type": kind},
        "parameterValue": {"value": text},
    }


def test_lists_are_parameters_by_place_and_arrays_have_one_type() -> None:
    told = query_parameters([[1, 2.5], {"type": "ARRAY<DATE>", "value": ["2026-01-31"]}])

    assert told["parameterMode"] == "POSITIONAL"
    assert [one["parameterType"]["arrayType"]["type"] for one in told["queryParameters"]] == [
        "FLOAT64",
        "DATE",
    ]


@pytest.mark.parametrize("value", [[], [1, "a"], {"a": 1}, [[1]]])
def test_a_parameter_whose_type_cannot_be_told_is_refused_by_name(value: Any) -> None:
    with pytest.raises(TaskFailed, match="The parameter 'name'"):
        query_parameters({"name": value})


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ({"type": "constant", "interval": "PT2S", "maxAttempts": 3}, [2, 2]),
        (
            {"type": "exponential", "interval": "PT1S", "maxInterval": "PT5S", "maxAttempts": 5},
            [1, 2, 4, 5],
        ),
        ({"type": "constant", "interval": "PT2S", "maxDuration": "PT3S", "maxAttempts": 1}, []),
        ({"type": "exponential", "interval": "PT4S", "maxDuration": "PT7S", "maxAttempts": 9}, [4]),
    ],
)
def test_pauses_follow_the_policy_and_end_with_it(policy: Any, found: list[float]) -> None:
    task = made(Query, sql="select 1", retryAuto=policy)

    assert isinstance(task, Query)
    assert list(task.pauses()) == found


def test_without_a_policy_the_first_pause_is_short() -> None:
    task = made(Query, sql="select 1")

    assert isinstance(task, Query)
    assert next(task.pauses()) == 5


def test_a_failure_is_matched_by_its_reason_or_by_a_part_of_its_message() -> None:
    failure = failed_job("BigQuery job failed", [{"reason": "tableBusy", "message": "Come BACK"}])

    assert failure.matches(["tableBusy"], [])
    assert failure.matches([], ["come back"])
    assert not failure.matches(["backendError"], ["go away"])


def test_a_failure_says_each_error_once_and_not_all_of_many() -> None:
    errors: list[Mapping[str, Any]] = [
        {"reason": "invalid", "message": f"row {n}"} for n in range(30)
    ]

    text = str(failed_job("BigQuery job failed", [errors[0], *errors]))

    assert text.startswith("BigQuery job failed: row 0 (invalid); row 1 (invalid)")
    assert text.endswith("and 20 more errors")


def test_intervals_read_as_bigquery_writes_them() -> None:
    given = {"a": relativedelta(years=1, months=2, days=3, hours=4, minutes=5, seconds=6)}

    assert plain_record(given) == {"a": "1-2 3 4:5:6"}
    assert plain_record({"a": relativedelta(months=-1, microseconds=-500_000)}) == {
        "a": "-0-1 0 -0:0:0.5"
    }


def test_ranges_of_partitions_are_whole_or_refused() -> None:
    whole = {
        "rangePartitioningField": "n",
        "rangePartitioningStart": 0,
        "rangePartitioningEnd": 100,
    }
    task = made(Query, sql="select 1", **whole, rangePartitioningInterval=10)

    assert isinstance(task, Query)
    told = task.configuration("p")["query"]["rangePartitioning"]
    assert told == {"field": "n", "range": {"start": "0", "end": "100", "interval": "10"}}
    broken = made(Query, sql="select 1", **whole)
    assert isinstance(broken, Query)
    with pytest.raises(TaskFailed, match="'rangePartitioningInterval'"):
        broken.configuration("p")


@pytest.mark.parametrize(
    ("given", "own", "theirs"),
    [(None, 0, "INTERACTIVE"), (7, 7, "INTERACTIVE"), ("BATCH", 0, "BATCH")],
)
def test_priority_is_ours_as_a_number_and_bigquerys_as_a_word(
    given: Any, own: int, theirs: str
) -> None:
    written = {} if given is None else {"priority": given}

    task = made(Query, sql="select 1", **written)

    assert isinstance(task, Query)
    assert (task.priority, task.job_priority) == (own, theirs)
    with pytest.raises(ValueError, match="INTERACTIVE, BATCH or a number"):
        made(Query, sql="select 1", priority="SOON")


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (made(LoadFromGcs, **{"from": ["s3://a/b"]}, destinationTable="a.b"), "'s3://a/b' is none"),
        (made(LoadFromGcs, destinationTable="a.b"), "there is none"),
        (made(ExtractToGcs, sourceTable="a.b", destinationUris=["/tmp/x"]), "'destinationUris'"),
        (made(Copy, sourceTables=[], destinationTable="a.b"), "'sourceTables' is empty"),
    ],
)
def test_what_cannot_be_sent_is_refused_by_the_name_of_the_property(task: Any, said: str) -> None:
    with pytest.raises(TaskFailed, match=said):
        task.job(None, SimpleNamespace(project="p"))


def test_columns_inside_structs_are_judged_when_the_flow_is_saved() -> None:
    inner = [{"name": "a", "type": "NONSENSE"}]
    field = {"name": "lines", "type": "STRUCT", "subFields": inner}

    with pytest.raises(ValueError, match=r"NONSENSE|INT64"):
        made(
            CreateTable,
            dataset="d",
            table="t",
            tableDefinition={"schema": {"fields": [field]}},
        )


def test_the_connection_takes_each_value_from_the_nearest_place(tmp_path: Path) -> None:
    stored = {"values": {"serviceAccount": json.dumps(USER), "location": "EU"}}
    ctx = context(tmp_path, GOOGLE_CLOUD_PROJECT="of-environment")
    ctx.answers = {"connection.get": stored}
    task = made(Query, sql="select 1", location="US")

    assert isinstance(task, Query)
    found = resolved(ctx, task, GcpConnection)

    assert (found.project_id, found.location) == ("of-environment", "US")
    assert key_of(ctx, found) == USER


def test_an_account_is_impersonated_with_the_scopes_that_were_asked_for(tmp_path: Path) -> None:
    held = _held(serviceAccount=json.dumps(USER), impersonatedServiceAccount="robot@p")

    found = credentials(context(tmp_path), held, USER, emulator=False)

    assert isinstance(found, impersonated_credentials.Credentials)
    assert found.service_account_email == "robot@p"
    assert found._target_scopes == [CLOUD_PLATFORM]


def test_the_operator_may_name_a_file_but_a_flow_may_not(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text(json.dumps(USER))
    allowed = context(tmp_path, GOOGLE_APPLICATION_CREDENTIALS=str(file))

    assert key_of(allowed, _held(serviceAccount=str(file))) == USER
    with pytest.raises(TaskFailed, match="is not JSON"):
        key_of(context(tmp_path), _held(serviceAccount=str(file)))
    file.unlink()
    with pytest.raises(TaskFailed, match="which tasks cannot read"):
        key_of(allowed, _held(serviceAccount=str(file)))


@pytest.mark.parametrize("file", sorted(FOLDER.glob("examples/*.yaml")), ids=lambda one: one.name)
def test_an_example_of_the_folder_is_a_flow(file: Path) -> None:
    parsed = parse_flow(file.read_text(encoding="utf-8"), REGISTRY)

    assert parsed.flow is not None, parsed.diagnostics
    assert parsed.flow.id == file.stem


def test_the_glyph_is_an_image_without_code() -> None:
    glyph = ElementTree.parse(FOLDER / "icon.svg").getroot()

    assert {item.tag.rpartition("}")[2] for item in glyph.iter()} <= {"svg", "path", "circle"}


def _held(**values: Any) -> GcpConnection:
    return GcpConnection.model_validate(values, context={"rendered": True})
