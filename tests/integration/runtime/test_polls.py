"""Triggers that poll: claimed by workers, each cause starts one execution."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from downbeat.common.scope import tenant_scope
from downbeat.common.storage import storage_for
from tests.integration.runtime.conftest import Processes, Runs
from tests.integration.runtime.test_worker import flow, open_folder


def test_a_file_that_lands_in_a_folder_starts_the_flow(processes: Processes, runs: Runs) -> None:
    folder = open_folder()
    processes.worker(DOWNBEAT_LOCAL_PATHS=f"company.*={folder}")
    trigger = f"""triggers:
  - id: landed
    type: fs.local.Trigger
    from: {folder}
    interval: PT0.5S
    action: NONE
"""
    tasks = '  - id: show\n    type: core.debug.Return\n    format: "{{ trigger | json }}"\n'
    runs.deploy(flow("inbox", tasks) + trigger)
    time.sleep(3)

    (folder / "orders.csv").write_text("a,b\n1,2\n")

    found = found_within(runs, 10)
    shown = runs.finished(found["id"])
    assert shown["state"]["current"] == "SUCCESS"
    assert "orders.csv" in str(shown["trigger"]["variables"])


def found_within(runs: Runs, limit: float) -> Any:
    end = time.monotonic() + limit
    while time.monotonic() < end:
        results = runs.cast.alice.get(f"{runs.cast.api}/executions/search").json()["results"]
        if results:
            return results[0]
        time.sleep(0.1)
    raise AssertionError("no execution was started")


@contextmanager
def answering(text: str) -> Iterator[str]:
    """A server that answers every request with one text."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}/"
    running.shutdown()


def polled(uri: str, more: str) -> str:
    return f"""id: polled
namespace: company.data
inputs:
  - id: got
    type: STRING
tasks:
  - {{id: show, type: core.debug.Return, format: "{{{{ inputs.got }}}}"}}
triggers:
  - id: watch
    type: core.http.Trigger
    uri: {uri}
    interval: PT0.2S
    inputs:
      got: "{{{{ trigger.body ?? 'sealed' }}}} {{{{ trigger.code }}}}"
    labels:
      code: "{{{{ trigger.code }}}}"
    stopAfter: [SUCCESS]
    logToFile: true
{more}"""


def log_of(runs: Runs, execution: Any) -> str:
    uri = execution["trigger"]["logFile"]
    with tenant_scope(runs.cast.tenant.id):
        content: bytes = storage_for(runs.cast.tenant.id).open(uri).read()
    return content.decode()


def test_an_answer_starts_the_flow_with_what_was_answered_until_it_has_succeeded(
    processes: Processes, runs: Runs
) -> None:
    processes.worker(DOWNBEAT_EGRESS="open")
    processes.scheduler()
    with answering("fresh") as uri:
        runs.deploy(polled(uri, "    conditions: [{type: core.condition.Expression, expression:"
                                " \"{{ trigger.body == 'fresh' }}\"}]\n"))  # fmt: skip
        found = runs.finished(found_within(runs, 20)["id"])

    assert found["inputs"] == {"got": "fresh 200"}
    lines = log_of(runs, found)
    assert "GET http://127.0.0.1" in lines
    assert {"key": "code", "value": "200"} in found["labels"]
    path = f"{runs.cast.api}/triggers/company.data/polled"
    end = time.monotonic() + 10
    while not runs.cast.alice.get(path).json()["results"][0]["disabled"]:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_condition_on_what_was_found_that_is_false_starts_nothing(
    processes: Processes, runs: Runs
) -> None:
    processes.worker(DOWNBEAT_EGRESS="open")
    with answering("stale") as uri:
        runs.deploy(polled(uri, "    when: \"{{ trigger.body == 'fresh' }}\"\n"))
        path = f"{runs.cast.api}/triggers/company.data/polled"
        end = time.monotonic() + 20
        while not runs.cast.alice.get(path).json()["results"][0].get("evaluatedAt"):
            assert time.monotonic() < end
            time.sleep(0.05)

    assert runs.cast.alice.get(f"{runs.cast.api}/executions/search").json()["total"] == 0


def test_an_encrypted_answer_is_not_readable_in_the_trigger(
    processes: Processes, runs: Runs
) -> None:
    processes.worker(DOWNBEAT_EGRESS="open")
    with answering("fresh") as uri:
        runs.deploy(polled(uri, "    encryptBody: true\n"
                                "    responseCondition: \"{{ response.body == 'fresh' }}\"\n"))  # fmt: skip
        found = runs.finished(found_within(runs, 20)["id"])

    assert found["inputs"] == {"got": "sealed 200"}
    assert "fresh" not in str(found["trigger"]["variables"])
    assert found["trigger"]["variables"]["encryptedBody"]
