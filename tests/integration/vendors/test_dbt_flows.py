"""dbt in flows: over HTTP, with a worker of its own process and the real dbt."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.runtime.conftest import Processes, Runs, beside
from tests.support import database as databases
from tests.support.cast import Cast
from tests.support.environments import shared_environments

PROJECT = Path(__file__).parents[2] / "examples" / "dbt_daily"
PATIENCE = 180.0
pytestmark = [pytest.mark.slow, pytest.mark.vendors]
DAILY = """id: ID
namespace: company.data
tasks:
  - id: transform
    type: io.kestra.plugin.dbt.cli.DbtCLI
    commands:
      - dbt build --select tag:daily
  - id: orders_daily
    type: scripts.python.Script
    script: |
      import json
      found = json.load(open("{{ outputs.transform.outputFiles['target/run_results.json'] }}"))
      print(len(found["results"]), "nodes")
      open("left.txt", "w").write("named by the flow's output alone")
errors:
  - id: alert
    type: core.log.Log
    message: "dbt failed"
outputs:
  - id: left
    type: FILE
    value: "{{ outputs.orders_daily.outputFiles['left.txt'] }}"
"""
ENDLESS = DAILY.replace("build --select tag:daily", "run --select orders_daily")
SLOW = "select count(*) as day from range(100000000) a, range(100000) b where a.range != b.range"


@pytest.fixture(scope="module")
def crew(
    database: databases.Server, module_cast: Cast, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Processes]:
    """A worker that finds dbt's environment, if a test has made it before; where the tenant is."""
    with beside(database, tmp_path_factory.mktemp("crew")) as found:
        found.worker(DOWNBEAT_UV_CACHE=str(shared_environments()))
        found.scheduler()
        yield found


@pytest.fixture
def project(module_cast: Cast) -> Runs:
    """The flow, and the project among the files of its namespace, as they were committed."""
    runs = Runs(module_cast)
    for path in PROJECT.rglob("*"):
        if path.is_file():
            put(runs, str(path.relative_to(PROJECT)), path.read_text())
    return runs


def put(runs: Runs, name: str, text: str) -> None:
    head = '--edge\r\nContent-Disposition: form-data; name="fileContent"; filename="f"\r\n\r\n'
    answer = runs.cast.alice.post(
        f"{runs.cast.api}/namespaces/company.data/files?path=/{name}",
        f"{head}{text}\r\n--edge--\r\n".encode(),
        type="multipart/form-data; boundary=edge",
    )
    assert answer.status_code < 300, answer.content


def outputs_of(runs: Runs, shown: Any, run: Any) -> Any:
    path = f"{runs.cast.api}/outputs/tasks/{shown['id']}/{run['id']}"
    return runs.cast.alice.get(path).json()


def test_the_models_of_a_tag_are_built_and_shown_one_by_one(crew: Processes, project: Runs) -> None:
    project.deploy(DAILY.replace("ID", "built"))

    shown = project.finished(project.start("built"), PATIENCE)

    logs = project.logs(shown["id"])
    assert shown["state"]["current"] == "SUCCESS", logs
    assert "5 nodes" in logs
    by_name: dict[str, list[Any]] = {}
    for run in shown["taskRunList"]:
        by_name.setdefault(run["taskId"], []).append(run)
    (transform,) = by_name["transform"]
    dynamic, own = sorted(by_name["orders_daily"], key=lambda run: "parentTaskRunId" not in run)
    assert dynamic["parentTaskRunId"] == transform["id"]
    assert dynamic["state"]["startDate"] < dynamic["state"]["endDate"]
    assert "outputFiles" in outputs_of(project, shown, own)
    assert set(by_name) == {
        "transform", "raw_orders", "orders_daily", "best_days",
        "not_null_orders_daily_day", "unique_orders_daily_day",
    }  # fmt: skip


def test_an_output_file_that_only_the_flows_outputs_name_is_kept(
    crew: Processes, project: Runs
) -> None:
    project.deploy(
        """id: captured
namespace: company.data
tasks:
  - id: work
    type: scripts.python.Script
    script: open("left.txt", "w").write("kept")
outputs:
  - {id: left, type: FILE, value: "{{ outputs.work.outputFiles['left.txt'] }}"}
"""
    )

    shown = project.run("captured")

    assert shown["state"]["current"] == "SUCCESS", shown
    told = project.cast.alice.get(f"{project.cast.api}/outputs/executions/{shown['id']}").json()
    assert told["left"].endswith("/left.txt")


def test_a_model_that_fails_calls_the_errors_of_the_flow(crew: Processes, project: Runs) -> None:
    wrong = "{{ config(tags=['daily']) }} select nothing as day from {{ ref('raw_orders') }}"
    put(project, "models/orders_daily.sql", wrong)
    project.deploy(DAILY.replace("ID", "failing"))

    shown = project.finished(project.start("failing"), PATIENCE)

    logs = project.logs(shown["id"])
    assert shown["state"]["current"] == "FAILED", logs
    assert "dbt failed" in logs
    assert any("model orders_daily: " in line for line in logs), logs
    states = {run["taskId"]: run["state"]["current"] for run in shown["taskRunList"]}
    assert (states["orders_daily"], states["best_days"]) == ("FAILED", "SKIPPED")


def begun(runs: Runs, id: str) -> Any:
    """Waits until dbt has begun with the model that takes for ever."""
    return runs.until(
        id, lambda _: any("START sql table" in line for line in runs.logs(id)), PATIENCE
    )


def test_a_kill_ends_dbt_and_keeps_the_execution_killed(crew: Processes, project: Runs) -> None:
    put(project, "models/orders_daily.sql", SLOW)
    project.deploy(ENDLESS.replace("ID", "killed"))
    id = project.start("killed")
    begun(project, id)

    project.cast.alice.delete(f"{project.cast.api}/executions/{id}/actions/kill")
    shown = project.finished(id, PATIENCE)

    assert shown["state"]["current"] == "KILLED"


def test_after_a_lost_worker_another_one_runs_dbt_again(crew: Processes, project: Runs) -> None:
    put(project, "models/orders_daily.sql", SLOW)
    project.deploy(ENDLESS.replace("ID", "lost"))
    id = project.start("lost")
    begun(project, id)

    worker = crew.running[0]
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    put(project, "models/orders_daily.sql", "select 1 as day")
    crew.worker(DOWNBEAT_UV_CACHE=str(shared_environments()))
    shown = project.finished(id, PATIENCE)

    (transform,) = [run for run in shown["taskRunList"] if run["taskId"] == "transform"]
    assert transform["state"]["current"] == "SUCCESS"
    assert [attempt["state"]["current"] for attempt in transform["attempts"]] == [
        "FAILED",
        "SUCCESS",
    ]
    assert len([run for run in shown["taskRunList"] if run.get("parentTaskRunId")]) == 1
