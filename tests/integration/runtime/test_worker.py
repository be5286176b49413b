"""A worker process, from the doorbell to the end of executions."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.integration.runtime.conftest import Processes, Runs

LOG = """id: hello
namespace: company.data
tasks:
  - id: say
    type: core.log.Log
    message: Hello
"""
PYTHON = """id: script
namespace: company.data
tasks:
  - id: count
    type: scripts.python.Script
    script: |
      print("counting")
      print('::{"outputs": {"total": 7}, "metrics": [{"name": "rows", "type": "counter", "value": 3}]}::')
  - id: after
    type: core.debug.Return
    format: "{{ outputs.count.vars.total }}"
"""

GATE = """  - id: wait
    type: core.flow.Pause
    onResume:
      - id: answer
        type: STRING
  - id: last
    type: core.debug.Return
    format: "{{ outputs.wait.onResume.answer }}"
"""
MULTIPART = "multipart/form-data; boundary=edge"


def flow(id: str, tasks: str) -> str:
    return f"id: {id}\nnamespace: company.data\ntasks:\n{tasks}"


def shell(id: str, script: str) -> str:
    return flow(id, f"  - id: work\n    type: scripts.shell.Script\n    script: {script}\n")


def form(**fields: str) -> bytes:
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(parts) + "--edge--\r\n").encode()


def open_folder() -> Path:
    """A folder that tasks, which run as another user, may use; pytest's own are private."""
    found = Path(tempfile.mkdtemp(prefix="downbeat-shared-"))
    found.chmod(0o777)
    return found


def running(shown: Any, task: str) -> bool:
    return any(
        run["taskId"] == task and run["state"]["current"] == "RUNNING"
        for run in shown.get("taskRunList", ())
    )


def seconds(shown: Any) -> float:
    dates = [datetime.fromisoformat(shown["state"][name]) for name in ("startDate", "endDate")]
    return (dates[1] - dates[0]).total_seconds()


def test_an_inline_flow_runs_to_its_end(crew: Processes, runs: Runs) -> None:
    runs.deploy(LOG)

    shown = runs.run("hello")

    assert shown["state"]["current"] == "SUCCESS"
    assert [run["taskId"] for run in shown["taskRunList"]] == ["say"]
    assert len(shown["taskRunList"][0]["attempts"]) == 1
    assert runs.logs(shown["id"]) == ["Hello"]


def test_a_script_runs_in_a_process_and_hands_its_outputs_on(crew: Processes, runs: Runs) -> None:
    runs.deploy(PYTHON)

    shown = runs.run("script")

    assert shown["state"]["current"] == "SUCCESS", (shown, runs.logs(shown["id"]))
    assert "counting" in runs.logs(shown["id"])
    after = shown["taskRunList"][1]
    api = runs.cast.api
    outputs = runs.cast.alice.get(f"{api}/outputs/tasks/{shown['id']}/{after['id']}").json()
    assert outputs == {"value": "7"}
    metrics = runs.cast.alice.get(f"{api}/metrics/{shown['id']}").json()["results"]
    assert ("rows", 3.0) in [(item["name"], item["value"]) for item in metrics]


def test_a_kill_reaches_the_running_process_within_a_second(crew: Processes, runs: Runs) -> None:
    runs.deploy(shell("long", "sleep 60"))
    id = runs.start("long")
    runs.until(id, lambda shown: running(shown, "work"))

    killed = runs.cast.alice.delete(f"{runs.cast.api}/executions/{id}/actions/kill")
    shown = runs.finished(id, seconds=3)

    assert killed.status_code == 202
    assert shown["state"]["current"] == "KILLED"
    assert [run["state"]["current"] for run in shown["taskRunList"]] == ["KILLED"]


def test_a_sleep_ends_by_its_timer(crew: Processes, runs: Runs) -> None:
    runs.deploy(flow("nap", "  - id: nap\n    type: core.flow.Sleep\n    duration: PT0.5S\n"))

    shown = runs.run("nap")

    assert shown["state"]["current"] == "SUCCESS"
    assert 0.5 <= seconds(shown) < 3


def test_a_failing_script_is_tried_again(crew: Processes, runs: Runs) -> None:
    retry = "    retry: {type: constant, interval: PT0.2S, maxAttempts: 3}\n"
    runs.deploy(shell("stubborn", "exit 3") + retry)

    shown = runs.run("stubborn")

    assert shown["state"]["current"] == "FAILED"
    assert len(shown["taskRunList"][0]["attempts"]) == 3


def test_a_pause_goes_on_with_the_inputs_that_it_asks_for(crew: Processes, runs: Runs) -> None:
    runs.deploy(flow("gate", GATE))
    id = runs.start("gate")
    runs.until(id, lambda shown: shown["state"]["current"] == "PAUSED")
    path = f"{runs.cast.api}/executions/{id}/actions/resume"

    refused = runs.cast.alice.post(path)
    accepted = runs.cast.alice.post(path, form(answer="yes"), type=MULTIPART)
    shown = runs.finished(id)

    assert refused.status_code == 422
    assert "answer" in refused.json()["message"]
    assert accepted.status_code == 200
    assert shown["state"]["current"] == "SUCCESS"
    last = shown["taskRunList"][-1]["id"]
    outputs = runs.cast.alice.get(f"{runs.cast.api}/outputs/tasks/{id}/{last}").json()
    assert outputs == {"value": "yes"}


def test_a_failed_execution_restarts_where_it_failed(crew: Processes, runs: Runs) -> None:
    mark = open_folder() / "mark"
    tasks = f"""  - id: first
    type: core.debug.Return
    format: once
  - id: work
    type: scripts.shell.Script
    script: test -e {mark}
"""
    runs.deploy(flow("mended", tasks))
    id = runs.run("mended")["id"]
    mark.touch()

    answer = runs.cast.alice.post(f"{runs.cast.api}/executions/{id}/actions/restart")
    shown = runs.until(id, lambda shown: shown["state"]["current"] == "SUCCESS")

    assert answer.status_code == 200
    assert answer.json()["id"] == id
    attempts = {run["taskId"]: len(run["attempts"]) for run in shown["taskRunList"]}
    assert attempts == {"first": 1, "work": 2}


def test_what_succeeded_cannot_be_restarted(crew: Processes, runs: Runs) -> None:
    runs.deploy(LOG)
    id = runs.run("hello")["id"]

    answer = runs.cast.alice.post(f"{runs.cast.api}/executions/{id}/actions/restart")

    assert answer.status_code == 422


def test_a_replay_is_another_execution_with_the_same_inputs(crew: Processes, runs: Runs) -> None:
    runs.deploy(LOG)
    id = runs.run("hello", "?labels=who:ada")["id"]

    copy = runs.cast.alice.post(f"{runs.cast.api}/executions/{id}/actions/replay").json()
    shown = runs.finished(copy["id"])

    assert copy["id"] != id
    assert copy["originalId"] == id
    assert shown["state"]["current"] == "SUCCESS"
    assert {"key": "who", "value": "ada"} in shown["labels"]


def test_the_eval_route_answers_with_results_and_with_errors(crew: Processes, runs: Runs) -> None:
    runs.deploy(PYTHON)
    shown = runs.run("script")
    run = shown["taskRunList"][1]["id"]
    path = f"{runs.cast.api}/executions/{shown['id']}/actions/eval/{run}"

    good = runs.cast.alice.post(path, "{{ outputs.count.vars.total + 1 }}", type="text/plain")
    bad = runs.cast.alice.post(path, "{{ nothing }}", type="text/plain")

    assert good.json() == {"result": "8", "error": None}
    assert "nothing" in bad.json()["error"]
    assert bad.status_code == 200


def test_a_replay_from_a_task_run_keeps_what_came_before(crew: Processes, runs: Runs) -> None:
    steps = "".join(
        f"  - id: {name}\n    type: core.debug.Return\n    format: {name} {{{{ taskrun.id }}}}\n"
        for name in ("one", "two", "three")
    )
    runs.deploy(flow("steps", steps))
    shown = runs.run("steps")
    second = shown["taskRunList"][1]["id"]
    path = f"{runs.cast.api}/executions/{shown['id']}/actions/replay?taskRunId={second}"

    answer = runs.cast.alice.post(path)
    copy = runs.finished(answer.json()["id"])

    assert answer.status_code == 200
    assert [run["taskId"] for run in copy["taskRunList"]] == ["one", "two", "three"]
    kept = copy["taskRunList"][0]["id"]
    outputs = runs.cast.alice.get(f"{runs.cast.api}/outputs/tasks/{copy['id']}/{kept}").json()
    assert outputs == {"value": f"one {shown['taskRunList'][0]['id']}"}
