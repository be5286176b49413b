"""BigQuery on real workers: flows as people write them, and workers that die."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.runtime.conftest import Processes, Runs, beside
from tests.integration.runtime.test_remote_jobs import attempts, stages
from tests.integration.runtime.test_worker import flow
from tests.support import database as databases
from tests.support.cast import Cast
from tests.support.doubles.bigquery import PROJECT, BigQueryDouble, bigquery

pytestmark = pytest.mark.vendors

QUERY = """  - id: work
    type: io.kestra.plugin.gcp.bigquery.Query
    sql: select 1 as one
    fetchType: FETCH
"""
LOAD = """  - id: write
    type: core.storage.Write
    content: "1;Ada\\n2;Grace\\n"
    extension: .csv
  - id: load
    type: io.kestra.plugin.gcp.bigquery.Load
    from: "{{ outputs.write.uri }}"
    destinationTable: shop.people
    format: CSV
    csvOptions:
      fieldDelimiter: ";"
    schema:
      fields:
        - {name: id, type: INT64}
        - {name: name, type: STRING}
  - id: read
    type: gcp.bigquery.Query
    sql: select * from shop.people order by id
    fetchType: STORE
"""


@pytest.fixture
def double(tmp_path: Path) -> Iterator[BigQueryDouble]:
    """BigQuery with a dataset."""
    with bigquery(tmp_path / "buckets") as found:
        found.warehouse.add_dataset("shop")
        yield found


@pytest.fixture
def processes(
    database: databases.Server, tmp_path: Path, double: BigQueryDouble
) -> Iterator[Processes]:
    """Processes whose tasks know the double."""
    with beside(
        database,
        tmp_path,
        DOWNBEAT_EGRESS="open",
        DOWNBEAT_TASK_ENV="BIGQUERY_*,GOOGLE_CLOUD_PROJECT",
        BIGQUERY_EMULATOR_HOST=double.url,
        GOOGLE_CLOUD_PROJECT=PROJECT,
    ) as found:
        yield found


@pytest.fixture(scope="module")
def own_runs(module_cast: Cast) -> Runs:
    """Flows of this file's own tenant."""
    return Runs(module_cast)


def state(shown: Any) -> str:
    return str(shown["state"]["current"])


def test_a_file_of_a_flow_becomes_rows_and_rows_a_file(
    processes: Processes, own_runs: Runs, double: BigQueryDouble
) -> None:
    processes.worker()
    processes.scheduler()
    own_runs.deploy(flow("whole", LOAD))

    shown = own_runs.finished(own_runs.start("whole"), 90)

    assert state(shown) == "SUCCESS", own_runs.logs(shown["id"])
    runs = {run["taskId"]: run for run in shown["taskRunList"]}
    api, alice = own_runs.cast.api, own_runs.cast.alice
    loaded = alice.get(f"{api}/outputs/tasks/{shown['id']}/{runs['load']['id']}").json()
    assert (loaded["destinationTable"], loaded["rows"]) == ("project.shop.people", 2)
    stored = alice.get(f"{api}/outputs/tasks/{shown['id']}/{runs['read']['id']}").json()
    file = alice.get(f"{api}/executions/{shown['id']}/file?path={stored['uri']}")
    assert file.getvalue() == b'{"id":1,"name":"Ada"}\n{"id":2,"name":"Grace"}\n'
    told = alice.get(f"{api}/metrics/{shown['id']}?size=100").json()["results"]
    assert {"output.rows", "total.bytes.processed", "duration"} <= {one["name"] for one in told}


def test_a_failure_of_bigquery_is_in_the_log_as_bigquery_says_it(
    processes: Processes, own_runs: Runs, double: BigQueryDouble
) -> None:
    processes.worker()
    processes.scheduler()
    own_runs.deploy(flow("fails", QUERY.replace("select 1 as one", "select * from shop.none")))

    shown = own_runs.finished(own_runs.start("fails"), 90)

    assert state(shown) == "FAILED"
    assert any("BigQuery job failed: " in line for line in own_runs.logs(shown["id"]))


def test_a_missing_credential_is_named_with_the_places_for_it(
    processes: Processes, own_runs: Runs, double: BigQueryDouble
) -> None:
    processes.worker(DOWNBEAT_TASK_ENV="")
    own_runs.deploy(flow("bare", QUERY))

    shown = own_runs.finished(own_runs.start("bare"), 90)

    assert state(shown) == "FAILED"
    assert any("'serviceAccount' is missing" in line for line in own_runs.logs(shown["id"]))


def test_the_next_attempt_goes_on_with_the_job_of_a_killed_worker(
    processes: Processes, own_runs: Runs, double: BigQueryDouble
) -> None:
    double.hold()
    first = processes.worker(slots=1)
    processes.scheduler()
    own_runs.deploy(flow("lost", QUERY))
    id = own_runs.start("lost")
    own_runs.until(id, lambda shown: bool(shown["taskRunList"] and stages(attempts(shown)[0])), 60)

    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    processes.worker(slots=1)
    own_runs.until(
        id, lambda shown: bool(len(attempts(shown)) == 2 and stages(attempts(shown)[1])), 60
    )
    double.release()
    shown = own_runs.finished(id, 60)

    assert state(shown) == "SUCCESS", own_runs.logs(id)
    assert len(double.started) == 1
    assert len(double.asked("POST", "/jobs$")) == 1
    assert [stages(one) for one in attempts(shown)] == [["started"], ["resumed"]]


def test_a_kill_of_the_execution_cancels_the_job(
    processes: Processes, own_runs: Runs, double: BigQueryDouble
) -> None:
    double.hold()
    processes.worker()
    processes.scheduler()
    own_runs.deploy(flow("killed", QUERY))
    id = own_runs.start("killed")
    double.wait_for(lambda one: bool(one.started and one.asked("GET", "/jobs/")))

    own_runs.cast.alice.delete(f"{own_runs.cast.api}/executions/{id}/actions/kill")
    shown = own_runs.finished(id, 60)

    assert state(shown) == "KILLED"
    assert double.cancelled == double.started
    assert stages(attempts(shown)[0])[-1] == "cancel_confirmed"


def test_a_task_that_outruns_its_timeout_cancels_its_job(
    processes: Processes, own_runs: Runs, double: BigQueryDouble
) -> None:
    double.hold()
    processes.worker()
    processes.scheduler()
    own_runs.deploy(flow("timed", f"{QUERY}    timeout: PT3S\n"))

    shown = own_runs.finished(own_runs.start("timed"), 90)

    assert state(shown) == "FAILED"
    assert double.cancelled == double.started
