"""``core.http.Trigger`` in a real task process: when it fires, and with what."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from downbeat.sdk.task import Task
from executions.worker.work import AttemptResult, Ending
from flows.plugins.http.tasks import Request
from flows.plugins.http.trigger import Trigger
from tests.integration.worker.conftest import Bench, bench_with
from tests.support.attempts import work_of

READY: Final = "{{ response.statusCode == 200 and json(response.body).ready }}"


class Reports(BaseHTTPRequestHandler):
    """Answers with what it was asked, and with the status that the path names."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        seen = {
            "ready": self.path != "/later",
            "sent": self.rfile.read(length).decode(),
            "key": self.headers.get("X-Key"),
        }
        text = json.dumps(seen).encode()
        self.send_response(int(self.path[1:]) if self.path[1:].isdigit() else 200)
        self.send_header("X-Rows", "7")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST  # noqa: N815 - the library's name

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Reports)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()


@pytest.fixture(scope="module")
def worker(folder: Path) -> Iterator[Bench]:
    found = bench_with(folder / "polls", launcher="process")
    yield found
    found.launcher.close()


def poll(worker: Bench, uri: str, **properties: Any) -> AttemptResult:
    work = work_of("core.http.Trigger", id="watch", uri=uri, **properties)
    return worker.run(replace(work, kind="poll"))


def fired(result: AttemptResult) -> list[Any]:
    assert result.ending is Ending.SUCCESS, result
    return [item["variables"] for item in result.outputs.get("fired") or ()]


@pytest.mark.parametrize(("path", "times"), [("/now", 1), ("/later", 0), ("/503", 0)])
def test_the_answer_decides(worker: Bench, server: str, path: str, times: int) -> None:
    result = poll(worker, f"{server}{path}", responseCondition=READY)

    assert len(fired(result)) == times


@pytest.mark.parametrize(("path", "times"), [("/204", 1), ("/399", 1), ("/400", 0), ("/500", 0)])
def test_without_a_condition_the_status_decides(
    worker: Bench, server: str, path: str, times: int
) -> None:
    assert len(fired(poll(worker, f"{server}{path}"))) == times


def test_a_condition_may_want_a_failure_and_sees_headers(worker: Bench, server: str) -> None:
    condition = "{{ response.statusCode == 500 and response.headers['x-rows'][0] == '7' }}"

    (found,) = fired(poll(worker, f"{server}/500", responseCondition=condition))

    assert found["code"] == 500


def test_the_request_is_sent_as_a_request_task_sends_it(worker: Bench, server: str) -> None:
    result = poll(
        worker,
        f"{server}/now",
        method="POST",
        contentType="application/json",
        body='{"flow": "{{ flow.id }}"}',
        headers={"X-Key": "{{ secret('TOKEN') }}"},
    )

    (found,) = fired(result)
    assert json.loads(json.loads(found["body"])["sent"]) == {"flow": "flow"}
    assert found["uri"] == f"{server}/now"
    assert found["headers"]["x-rows"] == ["7"]


def test_a_condition_that_cannot_be_judged_is_an_error_not_a_firing(
    worker: Bench, server: str
) -> None:
    result = poll(worker, f"{server}/now", responseCondition="{{ respons.statusCode }}")

    assert result.ending is Ending.FAILED
    assert "respons" in (result.error or "")


def test_a_server_that_is_away_is_an_error(worker: Bench) -> None:
    result = poll(worker, "http://127.0.0.1:1/")

    assert result.ending is Ending.FAILED
    assert "ConnectError" in (result.error or "")


def test_every_poll_fires_for_itself_and_a_poll_told_twice_does_not(
    worker: Bench, server: str
) -> None:
    work = replace(work_of("core.http.Trigger", id="watch", uri=f"{server}/now"), kind="poll")
    later = replace(work, info=replace(work.info, fence=2))

    keys = [worker.run(item).outputs["fired"][0]["key"] for item in (work, work, later)]

    assert keys[0] == keys[1] != keys[2]


def test_the_trigger_takes_every_property_of_the_request() -> None:
    own = Request.model_fields.keys() - Task.model_fields.keys()

    assert own - Trigger.model_fields.keys() == set()
