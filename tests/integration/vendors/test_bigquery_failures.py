"""What goes wrong at BigQuery and on the way to it, and what becomes of the task and the job."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from downbeat.sdk.errors import TaskFailed
from flows.plugins.gcp.bigquery import Load, Query
from flows.plugins.gcp.connection import GcpConnection
from tests.integration.vendors.warehouse.calls import CSV, FILE, SCHEMA, run
from tests.support.doubles.bigquery import PROJECT, BigQueryDouble, bigquery
from tests.support.run_context import RUN, MemoryContext

LOAD: dict[str, Any] = {
    "from": FILE,
    "destinationTable": "shop.people",
    "format": "CSV",
    "csvOptions": {"fieldDelimiter": ";", "skipLeadingRows": 1},
    "schema": SCHEMA,
}
ONE = {"sql": "select 1 as one", "fetchType": "FETCH"}


@pytest.fixture
def double(tmp_path: Path) -> Iterator[BigQueryDouble]:
    """BigQuery with a dataset."""
    with bigquery(tmp_path / "buckets") as found:
        found.warehouse.add_dataset("shop")
        yield found


@pytest.fixture
def context(double: BigQueryDouble, tmp_path: Path) -> MemoryContext:
    """A task run whose operator has named the double."""
    environment = {"BIGQUERY_EMULATOR_HOST": double.url, "GOOGLE_CLOUD_PROJECT": PROJECT}
    answers = {"connection.get": None}
    return MemoryContext(tmp_path, environment=environment, answers=answers, files={FILE: CSV})


def next_attempt(context: MemoryContext) -> MemoryContext:
    """The attempt that follows on a lost one: it knows what that one stored."""
    return replace(context, run=replace(RUN, attempt=2, fence=2))


def test_what_bigquery_says_is_what_the_user_reads(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    with pytest.raises(TaskFailed) as failure:
        run(Query, context, sql="select * from shop.nothing")

    assert str(failure.value).startswith("BigQuery job failed: ")
    assert "nothing does not exist" in str(failure.value)
    assert "(notFound)" in str(failure.value)


def test_a_refusal_of_the_request_reads_as_bigquery_says_it(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    double.fail(403, "accessDenied", at="/jobs$", message="Access Denied: Project project")

    with pytest.raises(TaskFailed, match=r"^BigQuery: Access Denied: Project project \(accessDen"):
        run(Query, context, **ONE)


def test_trouble_that_passes_does_not_fail_the_task(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    double.slow(1)
    double.fail(503, "backendError", at="/jobs$", method="POST")
    double.fail(500, "internalError", at="/jobs/", method="GET")
    double.fail(0, "cut", at="/queries/", method="GET")

    outputs = run(Query, context, **ONE)

    assert outputs["rows"] == [{"one": 1}]
    assert len(double.started) == 1


def test_a_start_whose_answer_is_lost_is_the_same_job_when_it_is_sent_again(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    double.fail(0, "cut", at="/jobs$", method="POST", after=True)

    outputs = run(Query, context, **ONE)

    assert double.started == [outputs["jobId"]]
    assert len(double.asked("POST", "/jobs$")) == 2


def test_an_upload_whose_last_answer_is_lost_loads_once(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    double.fail(0, "cut", at="/upload/", method="PUT", after=True)

    outputs = run(Load, context, **LOAD)

    assert outputs["rows"] == 2
    assert double.started == [outputs["jobId"]]
    assert double.warehouse.rows("shop.people") == [(1, "Ada"), (2, "Grace")]


def test_a_job_that_failed_for_a_passing_reason_is_followed_by_another(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    double.spoil("backendError", "Error encountered during execution. Retrying may solve it")

    outputs = run(Load, context, **LOAD)

    assert len(double.started) == 2
    assert outputs["jobId"] == double.started[1]
    assert any("It is tried again" in line for _, line in context.lines)


@pytest.mark.parametrize(
    ("properties", "starts"),
    [
        ({}, 1),
        ({"retryReasons": ["tableBusy"]}, 3),
        ({"retryMessages": ["PLEASE COME"]}, 3),
        ({"retryReasons": ["backendError"]}, 1),
    ],
)
def test_the_task_says_which_failures_are_worth_another_job_and_how_many(
    double: BigQueryDouble, context: MemoryContext, properties: dict[str, Any], starts: int
) -> None:
    for _ in range(3):
        double.spoil("tableBusy", "Please come back later")

    with pytest.raises(TaskFailed, match="Please come back later"):
        run(Load, context, **LOAD, **properties)

    assert len(double.started) == starts


def test_the_next_attempt_goes_on_with_the_job_of_a_lost_one(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    """The lost attempt started its job and stored its name; then its worker was gone."""
    double.hold()
    with Killed(double):
        double.fail(403, "accessDenied", at="/cancel")
        with pytest.raises(TaskFailed):
            run(Query, context, **ONE)
    double.faults.clear()
    double.release()

    outputs = run(Query, next_attempt(context), **ONE)

    assert double.started == [outputs["jobId"]]
    assert ("resumed", f"BigQuery job {outputs['jobId']}") in context.stages


def test_a_job_is_found_again_whose_name_the_lost_attempt_did_not_get_to_store(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    run(Load, context, **LOAD)
    lost = replace(next_attempt(context), remembered={"turn": 1, "asked": 1_700_000_000.0})

    outputs = run(Load, lost, **LOAD)

    assert double.started == [outputs["jobId"]]
    assert double.warehouse.rows("shop.people") == [(1, "Ada"), (2, "Grace")]


def test_a_job_that_bigquery_no_longer_knows_fails_and_is_not_waited_for(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    gone = {"id": "downbeat_gone", "project": PROJECT, "location": "US"}
    lost = replace(context, remembered={"turn": 1, "job": gone})

    with pytest.raises(TaskFailed, match="Not found: Job"):
        run(Query, lost, **ONE)

    assert lost.remembered.get("job") is None


class Killed:
    """Tells this process to end, as a worker tells a task, once the double runs a job."""

    def __init__(self, double: BigQueryDouble) -> None:
        self._double = double
        self._thread = threading.Thread(target=self._kill, daemon=True)

    def _kill(self) -> None:
        self._double.wait_for(lambda double: bool(double.started and double.asked("GET", "/jobs/")))
        os.kill(os.getpid(), signal.SIGTERM)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join(30)


def test_a_killed_task_cancels_its_job_and_sees_it_confirmed(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    double.hold()

    with Killed(double), pytest.raises(TaskFailed, match="Stopped while the BigQuery job"):
        run(Load, context, **LOAD)

    assert double.cancelled == double.started
    assert [stage for stage, _ in context.stages] == [
        "started",
        "cancel_asked",
        "cancel_delivered",
        "cancel_confirmed",
    ]
    assert not double.warehouse.has_table({"datasetId": "shop", "tableId": "people"})


def test_a_job_that_outruns_its_time_is_cancelled(
    double: BigQueryDouble, context: MemoryContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    monkeypatch.setattr("flows.plugins.gcp.bigquery.task._GRACE", timedelta())
    double.hold()

    with pytest.raises(TaskFailed, match="ran longer than 0:00:01"):
        run(Query, context, **ONE, jobTimeout="PT1S")

    assert double.cancelled == double.started


def test_a_token_that_expires_is_fetched_anew(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    double.needs_token = True
    double.slow(2)
    key = service_account(double)
    signed = replace(context, environment={"BIGQUERY_EMULATOR_HOST": double.url})

    def expire() -> None:
        double.wait_for(lambda one: bool(one.asked("GET", "/jobs/")))
        double.expire_tokens()

    expiring = threading.Thread(target=expire)
    expiring.start()

    outputs = run(Query, signed, **ONE, serviceAccount=json.dumps(key))

    expiring.join(10)
    assert outputs["rows"] == [{"one": 1}]
    assert len(double.asked("POST", "/token")) >= 2
    assert all(one.token for one in double.asked("GET", "/jobs/"))


def test_the_account_of_the_machine_signs_where_the_operator_lets_it(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    double.needs_token = True
    host = double.url.removeprefix("http://")
    server = {"BIGQUERY_EMULATOR_HOST": double.url, "GCE_METADATA_HOST": host}

    outputs = run(Query, replace(context, environment=server), **ONE)

    assert outputs["rows"] == [{"one": 1}]
    assert len(double.asked("GET", "/service-accounts/default/token$")) == 1
    assert all(one.token for one in double.asked("POST", "/jobs$"))


def test_a_refused_key_is_told_without_the_key(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    double.fail(400, "invalid_grant", at="/token", times=50)
    key = service_account(double)

    with pytest.raises(TaskFailed, match="no access token") as failure:
        run(Query, context, **ONE, serviceAccount=json.dumps(key))

    assert "PRIVATE" not in str(failure.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "'serviceAccount' is not JSON"),
        ("[1]", "'serviceAccount' is not JSON"),
        ('{"type": "secret_handshake"}', "of type 'secret_handshake'; known: service_account"),
        ('{"type": "service_account", "private_key": "s3cret"}', "not a whole service_account"),
    ],
)
def test_a_credential_that_is_none_says_so_without_showing_it(
    context: MemoryContext, text: str, said: str
) -> None:
    with pytest.raises(TaskFailed, match=said) as failure:
        run(Query, context, **ONE, serviceAccount=text)

    assert "s3cret" not in str(failure.value)


def test_guarded_tasks_do_not_reach_loopback(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    environment = {**context.environment, "DOWNBEAT_EGRESS": "guarded"}

    with pytest.raises(TaskFailed, match="public addresses only"):
        run(Query, replace(context, environment=environment), **ONE)

    assert double.requests == []


def test_a_connection_is_checked_by_asking_the_project_for_its_data_sets(
    double: BigQueryDouble, context: MemoryContext
) -> None:
    held = GcpConnection.model_validate({"projectId": PROJECT}, context={"rendered": True})

    said = held.check(context)

    assert said == "BigQuery lets us into the project project; its first data set is shop"
    double.fail(403, "accessDenied", at="/datasets$", message="Access Denied")
    with pytest.raises(TaskFailed, match="Access Denied"):
        held.check(context)


def service_account(double: BigQueryDouble) -> dict[str, str]:
    """A key file whose tokens come from the double."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    return {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "1",
        "private_key": text,
        "client_email": "robot@project.iam.gserviceaccount.com",
        "token_uri": f"{double.url}/token",
    }
