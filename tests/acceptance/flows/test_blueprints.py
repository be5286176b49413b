"""Every blueprint does what it says, on a server as a stranger starts it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from flows.selectors.blueprints import Blueprint, blueprints
from tests.acceptance.flows.service import Service, serving
from tests.support.driver import YAML, Driver, FlowName, Told

ENDS = {"go-on-after-a-failure": "WARNING", "approval-before-release": "PAUSED"}
LOGS = {
    "hello-with-inputs": "Hello, world!",
    "work-in-parallel": "120 customers, 950 orders, 910 payments",
    "branch-on-a-value": "250 is accepted",
    "one-task-per-value": "copied payments",
    "wait-until-ready": "Ready after 3 rounds",
    "sql-on-a-csv": "FI brings most: 240.25",
    "check-before-publishing": "5 rows are good and published",
    "load-only-what-is-new": "5 new rows",
    "clean-records": "2 parts",
    "python-with-files": "5 orders, 465.65 revenue",
    "share-a-directory": "3 names, the first is Linus",
    "download-and-count": "1000 lines",
    "count-with-keys": "Visit number 1",
    "api-with-a-secret": "The service answered 200",
}
Run = dict[str, tuple[FlowName, Told]]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """A service on loopback that stands for those of the internet."""
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def run(driver: Driver, service: Service) -> Run:
    """All of them, started together and waited for together."""
    secret = {"key": "API_TOKEN", "value": "a-token-of-a-test"}
    driver.http.put("/namespaces/company.team/secrets", json=secret)
    started: Run = {}
    for one in blueprints():
        flow = driver.publish(one.source)
        path = "numbers.csv" if one.id == "download-and-count" else "greeting"
        asks = "\n  - id: url" in one.source
        given = {"url": f"{service.url}/{path}"} if asks else None
        started[one.id] = flow, driver.start(flow, given)
    return {
        name: (flow, driver.once(told.id, {ENDS.get(name, "SUCCESS"), "FAILED"}))
        for name, (flow, told) in started.items()
    }


def test_there_are_enough_to_begin_with() -> None:
    assert len(blueprints()) >= 25
    assert all(one.description and one.tags for one in blueprints())


@pytest.mark.parametrize("one", blueprints(), ids=lambda one: one.id)
def test_a_blueprint_runs_as_it_is(driver: Driver, run: Run, one: Blueprint) -> None:
    _, done = run[one.id]

    assert done.state == ENDS.get(one.id, "SUCCESS"), driver.messages(done.id)
    said = driver.messages(done.id)
    assert any(LOGS.get(one.id, "") in message for message in said or [""]), said


@pytest.mark.parametrize("one", blueprints(), ids=lambda one: one.id)
def test_nothing_is_to_be_said_against_a_blueprint(driver: Driver, one: Blueprint) -> None:
    answer = driver.http.post("/flows/validate", content=one.source.encode(), headers=YAML)

    (found,) = answer.json()
    assert not found["constraints"] and not found["warnings"] and not found["deprecationPaths"]


def test_the_approval_goes_on_when_somebody_decides(driver: Driver, run: Run) -> None:
    _, waits = run["approval-before-release"]

    driver.act(waits.id, "resume", {"approved": "true"})

    assert driver.ended(waits.id).state == "SUCCESS"
    assert any("Released build-" in message for message in driver.messages(waits.id))


def test_a_grid_shows_what_became_of_each_task_in_each_execution(driver: Driver, run: Run) -> None:
    flow, done = run["one-task-per-value"]
    again = driver.run(flow)

    answer = driver.http.get(f"/executions/flows/{flow.namespace}/{flow.id}/grid").json()

    assert answer["tasks"] == ["each_table", "copy", "tell"]
    assert [each["id"] for each in answer["executions"]] == [again.id, done.id]
    newest = answer["executions"][0]["tasks"]
    assert newest["copy"]["states"] == {"SUCCESS": 3}
    assert newest["copy"]["taskRunId"] in {each.id for each in again.runs("copy")}


def test_a_grid_shows_a_failure_beside_what_went_well(driver: Driver, run: Run) -> None:
    flow, _ = run["go-on-after-a-failure"]

    (only,) = driver.http.get(f"/executions/flows/{flow.namespace}/{flow.id}/grid").json()[
        "executions"
    ]

    assert only["tasks"]["enrich"]["states"] == {"FAILED": 1}
    assert only["tasks"]["must_have"]["states"] == {"SUCCESS": 1}


def _preview(driver: Driver, done: Told, uri: str) -> httpx.Response:
    path = f"/executions/{done.id}/file/preview"
    return driver.http.get(path, params={"path": uri, "maxRows": "2"})


def test_the_first_rows_of_a_parquet_file_can_be_looked_at(driver: Driver, run: Run) -> None:
    _, done = run["csv-to-parquet"]
    uri = driver.outputs(done, "convert")["outputFiles"]["orders.parquet"]

    found = _preview(driver, done, uri).json()

    assert found["type"] == "LIST" and found["truncated"] is True
    assert [row["customer"] for row in found["content"]] == ["Ada", "Grace"]


def test_what_only_looks_like_parquet_is_refused_in_words(driver: Driver) -> None:
    text = """
id: false-parquet
namespace: company.team
tasks:
  - id: write
    type: core.storage.Write
    extension: .parquet
    content: PAR1 and then nothing
"""
    done = driver.run(driver.publish(text))

    answer = _preview(driver, done, driver.outputs(done, "write")["uri"])

    assert answer.status_code == 422
    assert answer.json()["code"] == "file.no_preview"
