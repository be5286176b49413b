"""A remote worker process: it does all that a worker beside the database does, and holds no key."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.integration.remote.conftest import PATIENCE, Group, group_of
from tests.integration.runtime.conftest import Processes, Runs
from tests.integration.runtime.test_faults import counted, has_begun
from tests.integration.runtime.test_faults import lines as printed
from tests.integration.runtime.test_polls import answering, log_of, polled
from tests.integration.runtime.test_worker import open_folder
from tests.support.cast import Cast
from tests.support.remote_workers import (
    ALLOWED,
    RemoteWorkers,
    environment_of,
    remote_workers,
)
from tests.support.stranger import eventually


@pytest.fixture(scope="module")
def shared(far_cast: Cast) -> Group:
    """A group that the tests of this file share."""
    return group_of(far_cast, far_cast.alice, far_cast.api)


@pytest.fixture(scope="module")
def worker(crew: Processes, url: str, shared: Group) -> Iterator[Shared]:
    """A worker of the group, which has registered."""
    with remote_workers() as found:
        process = found.start(url, shared.token, "--label", "zone=attic", slots=3)
        eventually(lambda: bool(shared.alive()), PATIENCE, found.printed)
        yield Shared(process, shared, found)


@dataclass(frozen=True)
class Shared:
    """A remote worker and its group."""

    process: subprocess.Popen[bytes]
    far: Group
    all: RemoteWorkers


def placed(far: Group, source: str) -> str:
    """The flow with its tasks in the group."""
    return f"{source}workerGroup: {{key: {far.key}}}\n"


EVERYTHING = """id: everything
namespace: company.data
tasks:
  - id: work
    type: scripts.python.Script
    env:
      TOKEN: "{{ secret('FAR') }}"
      PAIR: "{{ kv('pair').colour }}"
    inputFiles:
      given.txt: "{{ inputs.file }}"
    outputFiles: [made.bin]
    script: |
      import os
      print("token", os.environ["TOKEN"])
      print("pair", os.environ["PAIR"])
      print("given", open("given.txt").read())
      open("made.bin", "wb").write(os.urandom(1024) * 3072)
      print('::{"outputs": {"total": 7}, "metrics": [{"name": "rows", "type": "counter", "value": 3}]}::')
  - id: after
    type: scripts.shell.Script
    inputFiles:
      copy.bin: "{{ outputs.work.outputFiles['made.bin'] }}"
    script: echo size $(wc -c < copy.bin) total {{ outputs.work.vars.total }}
inputs:
  - {id: file, type: FILE}
"""


def test_its_environment_holds_nothing_of_the_server(worker: Shared) -> None:
    found = environment_of(worker.process)

    assert set(found) <= ALLOWED
    assert not [name for name in found if "DATABASE" in name or "BROKER" in name or "KEY" in name]


def test_it_is_seen_with_all_that_it_says_of_itself(worker: Shared) -> None:
    (shown,) = worker.far.alive()

    assert (shown["pid"], shown["slots"], shown["remote"]) == (worker.process.pid, 3, True)
    assert shown["labels"] == {"zone": "attic"}
    assert shown["tokenId"] == worker.far.token_id


def test_secrets_pairs_files_outputs_metrics_and_logs_go_both_ways(
    worker: Shared, runs: Runs
) -> None:
    alice, api = runs.cast.alice, runs.cast.api
    alice.put(f"{api}/namespaces/company.data/secrets", {"key": "FAR", "value": "a-far-secret"})
    pair = '{"colour": "blue"}'
    alice.put(f"{api}/namespaces/company.data/kv/pair", pair, type="text/plain")
    runs.deploy(placed(worker.far, EVERYTHING))
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="g.txt"\r\n\r\n'
        b"from the start\r\n--edge--\r\n"
    )

    id = runs.start("everything", "", body=body, type="multipart/form-data; boundary=edge")
    shown = runs.finished(id, PATIENCE)

    logs = runs.logs(shown["id"])
    assert shown["state"]["current"] == "SUCCESS", (logs, worker.all.printed())
    assert {"token ******", "pair blue", "given from the start"} <= set(logs)
    assert "size 3145728 total 7" in logs
    metrics = alice.get(f"{api}/metrics/{shown['id']}").json()["results"]
    assert ("rows", 3.0) in [(item["name"], item["value"]) for item in metrics]


def test_a_kill_arrives_and_leaves_its_trail(worker: Shared, runs: Runs) -> None:
    folder = open_folder()
    runs.deploy(placed(worker.far, counted(folder, "long", "60")))
    id = runs.start("long")
    has_begun(folder, "long")

    runs.cast.alice.delete(f"{runs.cast.api}/executions/{id}/actions/kill")
    shown = runs.finished(id, PATIENCE)

    assert shown["state"]["current"] == "KILLED"
    assert "ended" not in printed(folder, "long")
    assert "The kill was delivered: the task was told to end" in runs.logs(id)


DIRECTORY = """id: shared
namespace: company.data
tasks:
  - id: together
    type: core.flow.WorkingDirectory
    tasks:
      - {id: write, type: scripts.shell.Script, script: "echo hello > shared.txt; echo wrote"}
      - {id: read, type: scripts.shell.Script, script: "cat shared.txt"}
"""


def test_tasks_of_a_shared_directory_run_there_and_print_as_themselves(
    worker: Shared, runs: Runs
) -> None:
    runs.deploy(placed(worker.far, DIRECTORY))

    shown = runs.finished(runs.start("shared"), PATIENCE)

    assert shown["state"]["current"] == "SUCCESS", (runs.logs(shown["id"]), worker.all.printed())
    assert {"wrote", "hello"} <= set(runs.logs(shown["id"]))
    assert [run["taskId"] for run in shown["taskRunList"]] == ["together", "write", "read"]


def test_a_trigger_polls_there_and_leaves_its_log(worker: Shared, runs: Runs) -> None:
    with answering("fresh") as uri:
        runs.deploy(placed(worker.far, polled(uri, "")))
        path = f"{runs.cast.api}/executions/search?filters[flowId][EQUALS]=polled"

        eventually(
            lambda: bool(runs.cast.alice.get(path).json()["results"]), PATIENCE, worker.all.printed
        )
        id = runs.cast.alice.get(path).json()["results"][0]["id"]
        shown = runs.finished(id, PATIENCE)

    assert shown["inputs"] == {"got": "fresh 200"}
    assert log_of(runs, shown)
