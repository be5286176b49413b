"""Airbyte and Slack on a live server: real workers, killed and stopped while others' jobs run."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration.runtime.conftest import Processes, Runs
from tests.support.doubles.airbyte import CLIENT_ID, CLIENT_SECRET, AirbyteDouble
from tests.support.doubles.slack import PATH, SlackDouble

pytestmark = pytest.mark.vendors

PUBLIC = "https://flows.example.org"
SYNC = """id: {id}
namespace: company.data
tasks:
  - id: ingest
    type: io.kestra.plugin.airbyte.connections.Sync
    connectionId: shop
    pollFrequency: PT0.1S
{more}"""
TOLD = """id: {id}
namespace: company.data
tasks:
  - id: ingest
    type: airbyte.connections.Sync
    connectionId: shop
    pollFrequency: PT0.1S
  - id: notify
    type: io.kestra.plugin.notifications.slack.SlackIncomingWebhook
    payload: '{{"text": "Done: job {{{{ outputs.ingest.jobId }}}}"}}'
errors:
  - id: alert
    type: slack.SlackExecution
    customFields: {{Team: Data}}
"""

LISTENING = """id: listening
namespace: company.alerts
tasks:
  - id: tell
    type: slack.SlackExecution
    executionId: "{{ trigger.executionId }}"
triggers:
  - id: failed
    type: core.trigger.Flow
    conditions:
      - type: core.condition.ExecutionStatus
        in: [FAILED]
      - type: core.condition.ExecutionFlow
        namespace: company.data
        flowId: broken
"""
TOLD_OF = """id: told_of
namespace: company.alerts
inputs:
  - id: execution
    type: STRING
tasks:
  - id: tell
    type: slack.SlackExecution
    executionId: "{{ inputs.execution }}"
"""


@pytest.fixture
def airbyte() -> Iterator[AirbyteDouble]:
    found = AirbyteDouble(signs_in="application")
    with found.listening():
        yield found


@pytest.fixture
def slack() -> Iterator[SlackDouble]:
    found = SlackDouble()
    with found.listening():
        yield found


@pytest.fixture
def worker(
    processes: Processes, airbyte: AirbyteDouble, slack: SlackDouble
) -> Iterator[Callable[[], Any]]:
    """Starts a worker whose operator has set up Airbyte and Slack for everybody."""
    environment: dict[str, Any] = {
        "AIRBYTE_URL": airbyte.url,
        "AIRBYTE_CLIENT_ID": CLIENT_ID,
        "AIRBYTE_CLIENT_SECRET": CLIENT_SECRET,
        "SLACK_WEBHOOK_URL": slack.webhook,
        "DOWNBEAT_TASK_ENV": "AIRBYTE_*,SLACK_*",
        "DOWNBEAT_EGRESS": "open",
        "DOWNBEAT_PUBLIC_URL": PUBLIC,
    }
    yield lambda: processes.worker(**environment)


def ended(runs: Runs, id: str) -> Any:
    """The execution once it is over; its worker may have to start first."""
    return runs.finished(id, 120)


def attempts(shown: Any, task: str = "ingest") -> list[str]:
    (run,) = [run for run in shown["taskRunList"] if run["taskId"] == task]
    return [attempt["state"]["current"] for attempt in run["attempts"]]


def outputs(runs: Runs, shown: Any, task: str = "ingest") -> Any:
    (run,) = [run for run in shown["taskRunList"] if run["taskId"] == task]
    path = f"{runs.cast.api}/outputs/tasks/{shown['id']}/{run['id']}"
    return runs.cast.alice.get(path).json()


def metrics(runs: Runs, id: str) -> dict[str, float]:
    found = runs.cast.alice.get(f"{runs.cast.api}/metrics/{id}").json()["results"]
    return {item["name"]: item["value"] for item in found}


def whole_log(runs: Runs, id: str) -> str:
    lines = runs.cast.alice.get(f"{runs.cast.api}/logs/{id}?minLevel=TRACE").json()
    return "\n".join(line["message"] for line in lines)


def test_a_sync_and_a_message_with_what_the_operator_has_set_up(
    worker: Callable[[], Any], runs: Runs, airbyte: AirbyteDouble, slack: SlackDouble
) -> None:
    worker()
    runs.deploy(TOLD.format(id="told"))

    shown = ended(runs, runs.start("told"))

    assert shown["state"]["current"] == "SUCCESS", whole_log(runs, shown["id"])
    assert outputs(runs, shown) == {"jobId": 1, "alreadyRunning": False}
    assert metrics(runs, shown["id"])["records.committed"] == 42
    assert slack.messages == [{"text": "Done: job 1"}]
    log = whole_log(runs, shown["id"])
    assert "Airbyte job 1: succeeded" in log
    assert "42 records read" in log
    assert CLIENT_SECRET not in log
    assert PATH not in log


def test_a_failed_job_alerts_with_the_failed_task_and_a_link(
    worker: Callable[[], Any], runs: Runs, airbyte: AirbyteDouble, slack: SlackDouble
) -> None:
    worker()
    airbyte.script = ["running", "failed"]
    runs.deploy(TOLD.format(id="alerting"))

    shown = ended(runs, runs.start("alerting"))

    assert shown["state"]["current"] == "FAILED"
    (message,) = slack.messages
    assert message["text"] == "company.data.alerting: task ingest failed"
    blocks = json.dumps(message["attachments"])
    for part in (
        f"{PUBLIC}/ui/{runs.cast.tenant.slug}/executions/{shown['id']}",
        "The password of the source is wrong",
        "*Failed task*\\ningest",
        "*Duration*",
        "*Team*\\nData",
    ):
        assert part in blocks, part


def test_jobs_that_fail_are_tried_as_often_as_the_flow_says(
    worker: Callable[[], Any], runs: Runs, processes: Processes, airbyte: AirbyteDouble
) -> None:
    worker()
    processes.scheduler()
    airbyte.scripts = [["running", "failed"], ["failed"]]
    retry = "    retry: {type: exponential, maxAttempt: 3, interval: PT0.2S}\n"
    runs.deploy(SYNC.format(id="again", more=retry))

    shown = ended(runs, runs.start("again"))

    assert shown["state"]["current"] == "SUCCESS", whole_log(runs, shown["id"])
    assert attempts(shown) == ["FAILED", "FAILED", "SUCCESS"]
    assert outputs(runs, shown) == {"jobId": 3, "alreadyRunning": False}
    assert airbyte.count("start") == 3


def test_a_job_of_a_killed_worker_is_gone_on_with(
    worker: Callable[[], Any], runs: Runs, processes: Processes, airbyte: AirbyteDouble
) -> None:
    first = worker()
    processes.scheduler()
    airbyte.script = ["running"]
    runs.deploy(SYNC.format(id="lost", more=""))
    id = runs.start("lost")
    airbyte.until(lambda: airbyte.count("look") > 1)

    os.kill(first.pid, signal.SIGKILL)
    airbyte.jobs[0].script = ["running", "succeeded"]
    worker()
    shown = ended(runs, id)

    assert shown["state"]["current"] == "SUCCESS", whole_log(runs, id)
    assert attempts(shown) == ["FAILED", "SUCCESS"]
    assert (airbyte.count("start"), airbyte.count("cancel")) == (1, 0)


def test_a_worker_killed_before_the_answer_leaves_a_job_that_is_found(
    worker: Callable[[], Any], runs: Runs, processes: Processes, airbyte: AirbyteDouble
) -> None:
    first = worker()
    processes.scheduler()
    answers = airbyte.holds("start")
    runs.deploy(SYNC.format(id="unheard", more=""))
    id = runs.start("unheard")
    airbyte.until(lambda: airbyte.count("start") == 1)

    os.kill(first.pid, signal.SIGKILL)
    answers.set()
    worker()
    shown = ended(runs, id)

    assert shown["state"]["current"] == "SUCCESS", whole_log(runs, id)
    assert outputs(runs, shown) == {"jobId": 1, "alreadyRunning": False}
    assert (airbyte.count("start"), len(airbyte.jobs)) == (1, 1)


def test_a_kill_and_a_timeout_cancel_the_job_at_airbyte(
    worker: Callable[[], Any], runs: Runs, airbyte: AirbyteDouble
) -> None:
    worker()
    airbyte.script = ["running"]
    runs.deploy(SYNC.format(id="killed", more=""))
    runs.deploy(SYNC.format(id="late", more="    timeout: PT1S\n"))

    id = runs.start("killed")
    airbyte.until(lambda: airbyte.count("look") > 1)
    runs.cast.alice.delete(f"{runs.cast.api}/executions/{id}/actions/kill")
    killed = ended(runs, id)
    late = ended(runs, runs.start("late"))

    assert killed["state"]["current"] == "KILLED"
    assert late["state"]["current"] == "FAILED"
    assert [job.status for job in airbyte.jobs] == ["cancelled", "cancelled"]
    assert airbyte.count("cancel") == 2
    assert "Airbyte job 1: cancel delivered" in whole_log(runs, id)


def test_a_message_is_sent_at_least_once(
    worker: Callable[[], Any], runs: Runs, processes: Processes, slack: SlackDouble
) -> None:
    first = worker()
    processes.scheduler()
    answers = slack.holds("post")
    runs.deploy(
        "id: post\nnamespace: company.data\ntasks:\n"
        "  - id: ingest\n    type: slack.SlackIncomingWebhook\n    messageText: '**Hello**'\n"
    )
    id = runs.start("post")
    slack.until(lambda: slack.count("post") == 1)

    os.kill(first.pid, signal.SIGKILL)  # nobody knows whether Slack has taken it
    answers.set()
    worker()
    shown = ended(runs, id)

    assert shown["state"]["current"] == "SUCCESS", whole_log(runs, id)
    assert slack.messages == [{"text": "*Hello*"}] * 2


def test_what_is_missing_is_named_with_the_places_where_it_may_be(
    processes: Processes, runs: Runs
) -> None:
    processes.worker()
    runs.deploy(SYNC.format(id="bare", more=""))

    shown = ended(runs, runs.start("bare"))

    assert shown["state"]["current"] == "FAILED"
    log = whole_log(runs, shown["id"])
    for part in ("'url' is missing", "pluginDefaults", "'airbyte'", "company.data", "AIRBYTE_URL"):
        assert part in log, log


def test_executions_of_another_namespace_are_told_of_as_far_as_it_lets_them(
    worker: Callable[[], Any], runs: Runs, processes: Processes, slack: SlackDouble
) -> None:
    worker()
    processes.scheduler()
    runs.deploy(LISTENING)
    runs.deploy(TOLD_OF)
    runs.deploy(
        "id: broken\nnamespace: company.data\ntasks:\n"
        "  - id: ingest\n    type: core.execution.Fail\n    errorMessage: a private reason\n"
    )
    id = runs.start("broken")

    slack.until(lambda: len(slack.messages) == 1, 120)
    (message,) = slack.messages
    path = f"{runs.cast.api}/executions/company.alerts/told_of"
    refused = runs.cast.alice.post(
        path,
        f'--edge\r\nContent-Disposition: form-data; name="execution"\r\n\r\n{id}\r\n--edge--\r\n'.encode(),
        type="multipart/form-data; boundary=edge",
    ).json()["id"]

    assert message["text"] == "company.data.broken is FAILED"
    assert id in json.dumps(message)
    assert "private" not in json.dumps(message)
    assert ended(runs, refused)["state"]["current"] == "FAILED"
    assert "allowedNamespaces" in whole_log(runs, refused)
    assert len(slack.messages) == 1
