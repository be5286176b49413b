"""S3 on a live worker: tasks, a trigger, lost workers, kills and time limits."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.runtime.conftest import Processes, Runs
from tests.support.cast import Cast
from tests.support.doubles.aws import AwsDouble, Call, aws
from tests.support.stranger import eventually

pytestmark = pytest.mark.vendors

PATIENCE = 180.0
SECRET = "operators-secret"


@pytest.fixture
def runs(module_cast: Cast) -> Runs:
    return Runs(module_cast)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that tasks may read, who run as somebody else."""
    with tempfile.TemporaryDirectory() as found:
        Path(found).chmod(0o755)
        yield Path(found)


@pytest.fixture(scope="module")
def s3() -> Iterator[AwsDouble]:
    with aws() as found:
        yield found


def worker(processes: Processes, s3: AwsDouble, **more: str) -> Any:
    """A worker that lets the variables of the vendor through."""
    allowed = {"DOWNBEAT_TASK_ENV": "AWS_*", "DOWNBEAT_EGRESS": "open"}
    environment: dict[str, Any] = {**s3.environment, **allowed, **more}
    return processes.worker(**environment)


def flow(id: str, tasks: str, triggers: str = "") -> str:
    return f"id: {id}\nnamespace: company.data\ntasks:\n{tasks}{triggers}"


def finished(runs: Runs, flow: str) -> Any:
    """Starts a flow and waits for its end, also on a machine that others use too."""
    return runs.finished(runs.start(flow), PATIENCE)


def outputs(runs: Runs, shown: Any, task: str) -> Any:
    (run,) = [one for one in shown["taskRunList"] if one["taskId"] == task]
    return runs.cast.alice.get(f"{runs.cast.api}/outputs/tasks/{shown['id']}/{run['id']}").json()


def started_by(runs: Runs, flow: str, count: int) -> list[Any]:
    """The executions of a flow once there are so many, the oldest first, all ended."""
    query = {"filters[flowId][EQUALS]": flow, "sort": "state.startDate:asc", "size": "100"}

    def found() -> list[Any]:
        path = f"{runs.cast.api}/executions/search"
        return list(runs.cast.alice.get(path, QUERY_STRING=_query(query)).json()["results"])

    eventually(lambda: len(found()) >= count, PATIENCE, lambda: f"{found()}")
    return [runs.finished(one["id"], PATIENCE) for one in found()]


def _query(facts: dict[str, str]) -> str:
    from urllib.parse import urlencode

    return urlencode(facts)


def test_files_travel_to_a_bucket_and_back(processes: Processes, runs: Runs, s3: AwsDouble) -> None:
    bucket = s3.bucket()
    worker(processes, s3)
    runs.deploy(
        flow(
            "there_and_back",
            f"""  - id: make
    type: scripts.shell.Commands
    commands: ["echo one > one.txt", "echo two > two.txt"]
    outputFiles: ["*.txt"]
  - id: upload
    type: io.kestra.plugin.aws.s3.Upload
    from: "{{{{ outputs.make.outputFiles }}}}"
    bucket: {bucket}
    key: out
  - id: list
    type: aws.s3.List
    bucket: {bucket}
  - id: download
    type: aws.s3.Download
    bucket: {bucket}
    key: "{{{{ outputs.list.objects[0].key }}}}"
  - id: show
    type: core.log.Log
    message: "{{{{ read(outputs.download.uri) }}}}"
""",
        )
    )

    shown = finished(runs, "there_and_back")

    logs = runs.logs(shown["id"])
    assert shown["state"]["current"] == "SUCCESS", logs
    assert s3.keys(bucket) == ["out/one.txt", "out/two.txt"]
    assert "one" in logs[-1]
    assert sorted(outputs(runs, shown, "upload")["files"]) == ["out/one.txt", "out/two.txt"]
    metrics = runs.cast.alice.get(f"{runs.cast.api}/metrics/{shown['id']}").json()["results"]
    assert {"file.count", "file.size", "s3.objects.count"} <= {one["name"] for one in metrics}
    assert SECRET not in str(logs)


def test_refusals_and_missing_credentials_read_as_what_they_are(
    processes: Processes, runs: Runs, s3: AwsDouble
) -> None:
    worker(processes, s3, DOWNBEAT_TASK_ENV="AWS_ENDPOINT_URL")
    keys = f"    accessKeyId: AKIATASK\n    secretKeyId: {SECRET}\n"
    task = "  - id: list\n    type: aws.s3.List\n    bucket: nobody-has-this\n"
    runs.deploy(flow("refused", task + keys))
    runs.deploy(flow("missing", task))

    refused, missing = finished(runs, "refused"), finished(runs, "missing")

    assert {refused["state"]["current"], missing["state"]["current"]} == {"FAILED"}
    said = str(runs.logs(refused["id"]))
    assert "The specified bucket does not exist 'nobody-has-this' (NoSuchBucket" in said
    assert SECRET not in said
    assert "'accessKeyId' is missing" in str(runs.logs(missing["id"]))


def test_a_token_of_the_cluster_opens_the_bucket_to_a_task_also_after_it_was_renewed(
    processes: Processes, runs: Runs, s3: AwsDouble, open_folder: Path
) -> None:
    bucket = s3.bucket(**{"in/a.csv": "a,b"})
    token = open_folder / "token"
    token.write_text("first.of.two\n")
    role = "arn:aws:iam::123456789012:role/of-the-pod"
    names = "AWS_ENDPOINT_URL,AWS_REGION,AWS_ROLE_ARN,AWS_WEB_IDENTITY_TOKEN_FILE"
    worker(
        processes,
        s3,
        DOWNBEAT_TASK_ENV=names,
        AWS_ROLE_ARN=role,
        AWS_WEB_IDENTITY_TOKEN_FILE=str(token),
    )
    task = f"  - id: take\n    type: aws.s3.Download\n    bucket: {bucket}\n    key: in/a.csv\n"
    runs.deploy(flow("by_token", task))

    first = finished(runs, "by_token")
    token.write_text("second.of.two\n")
    second = finished(runs, "by_token")

    for shown in (first, second):
        assert shown["state"]["current"] == "SUCCESS", runs.logs(shown["id"])
    asked = [call.body for call in s3.ours() if b"AssumeRoleWithWebIdentity" in call.body]
    assert [b"WebIdentityToken=first.of.two" in body for body in asked] == [True, False]
    assert b"WebIdentityToken=second.of.two" in asked[-1]
    taken = [call for call in s3.ours() if call.is_("GET", "/in/a.csv")]
    assert taken
    assert all(call.key_id not in ("AKIAOPERATOR", "") for call in taken)


def test_a_worker_that_dies_between_copy_and_delete_copies_once(
    processes: Processes, runs: Runs, s3: AwsDouble
) -> None:
    bucket = s3.bucket(source="1")
    gate = s3.hold(lambda call: call.is_("DELETE", f"{bucket}/source"))
    first = worker(processes, s3)
    processes.scheduler()
    runs.deploy(
        flow(
            "moved",
            f"""  - id: move
    type: aws.s3.Copy
    from: {{bucket: {bucket}, key: source}}
    to: {{key: target}}
    delete: true
""",
        )
    )

    id = runs.start("moved")
    gate.reached()
    os.kill(first.pid, signal.SIGKILL)
    gate.open()
    worker(processes, s3)
    shown = runs.finished(id, PATIENCE)

    assert shown["state"]["current"] == "SUCCESS", runs.logs(id)
    assert len(shown["taskRunList"][0]["attempts"]) == 2
    assert s3.keys(bucket) == ["target"]
    assert s3.count(lambda call: _copies(call, bucket)) == 1
    assert outputs(runs, shown, "move")["eTag"]


def _copies(call: Call, bucket: str) -> bool:
    return call.headers.get("x-amz-copy-source", "").startswith(f"{bucket}/")


def test_an_execution_that_is_killed_takes_back_what_was_on_its_way(
    processes: Processes, runs: Runs, s3: AwsDouble
) -> None:
    bucket = s3.bucket()
    gate = s3.hold(lambda call: f"/{bucket}/" in call.path and "partNumber" in call.query)
    worker(processes, s3)
    runs.deploy(
        flow(
            "stopped",
            f"""  - id: make
    type: scripts.shell.Commands
    commands: ["head -c 20000000 /dev/zero > large.bin"]
    outputFiles: [large.bin]
  - id: upload
    type: aws.s3.Upload
    from: "{{{{ outputs.make.outputFiles['large.bin'] }}}}"
    bucket: {bucket}
    key: large.bin
""",
        )
    )

    id = runs.start("stopped")
    gate.reached()
    killed = runs.cast.alice.delete(f"{runs.cast.api}/executions/{id}/actions/kill")
    eventually(lambda: "Told to end" in str(runs.logs(id)), PATIENCE, lambda: f"{runs.read(id)}")
    gate.open()
    shown = runs.finished(id, PATIENCE)

    assert killed.status_code == 202
    assert shown["state"]["current"] == "KILLED"
    s3.comes(lambda call: call.is_("DELETE", f"{bucket}/large.bin", "uploadId"))
    assert s3.keys(bucket) == []


def test_a_time_limit_ends_a_task_whose_service_does_not_answer(
    processes: Processes, runs: Runs, s3: AwsDouble
) -> None:
    bucket = s3.bucket()
    gate = s3.hold(lambda call: call.is_("GET", f"/{bucket}"))
    worker(processes, s3)
    task = f"  - id: list\n    type: aws.s3.List\n    bucket: {bucket}\n    timeout: PT2S\n"
    runs.deploy(flow("late", task))

    shown = finished(runs, "late")
    gate.open()

    assert shown["state"]["current"] == "FAILED"
    assert "Timeout" in str(runs.logs(shown["id"]))


def test_an_object_that_lands_starts_one_execution_and_again_when_it_is_overwritten(
    processes: Processes, runs: Runs, s3: AwsDouble
) -> None:
    bucket = s3.bucket()
    worker(processes, s3)
    processes.scheduler()
    runs.deploy(
        flow(
            "landed",
            """  - id: show
    type: core.log.Log
    message: "{{ trigger.objects[0].key }}: {{ read(trigger.objects[0].uri) }}"
""",
            f"""triggers:
  - id: object
    type: io.kestra.plugin.aws.s3.Trigger
    bucket: {bucket}
    action: NONE
    interval: PT0.2S
""",
        )
    )

    def looks() -> int:
        return s3.count(lambda call: call.path == f"/{bucket}")

    s3.put(bucket, "in/orders.csv", "first")
    (first,) = started_by(runs, "landed", 1)
    before = looks()
    eventually(lambda: looks() > before + 3, PATIENCE, lambda: "no poll came")
    assert len(started_by(runs, "landed", 1)) == 1
    s3.put(bucket, "in/orders.csv", "second")
    both = started_by(runs, "landed", 2)

    assert first["state"]["current"] == "SUCCESS", runs.logs(first["id"])
    assert [runs.logs(one["id"]) for one in both] == [
        ["in/orders.csv: first"],
        ["in/orders.csv: second"],
    ]


def test_a_trigger_that_takes_away_loses_nothing_when_its_worker_dies(
    processes: Processes, runs: Runs, s3: AwsDouble
) -> None:
    bucket = s3.bucket(**{f"k{number}": str(number) for number in range(5)})
    gate = s3.hold(lambda call: call.is_("DELETE", f"{bucket}/k1"))
    first = worker(processes, s3)
    processes.scheduler()
    runs.deploy(
        flow(
            "taken",
            '  - {id: show, type: core.debug.Return, format: "{{ trigger.objects | json }}"}\n',
            f"""triggers:
  - {{id: object, type: aws.s3.Trigger, bucket: {bucket}, action: DELETE, maxFiles: 2, interval: PT0.2S}}
""",
        )
    )

    gate.reached()
    os.kill(first.pid, signal.SIGKILL)
    gate.open()
    worker(processes, s3)
    eventually(lambda: s3.keys(bucket) == [], PATIENCE, lambda: f"{s3.keys(bucket)}")
    shown = started_by(runs, "taken", 3)

    keys = [one["key"] for each in shown for one in each["trigger"]["variables"]["objects"]]
    assert sorted(keys) == ["k0", "k1", "k2", "k3", "k4"]
