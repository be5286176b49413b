"""Flows that other flows, services and past dates start."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.acceptance.flows.sources import source
from tests.support.driver import Driver, FlowName
from tests.support.stranger import eventually


def test_a_flow_starts_once_both_that_it_waits_for_have_succeeded(driver: Driver) -> None:
    after = driver.publish(source("after-extracts"))
    orders = driver.publish(source("extract-orders"))
    customers = driver.publish(source("extract-customers"))

    driver.run(orders)
    driver.run(orders)
    last = driver.run(customers)
    eventually(lambda: bool(driver.executions(after)), 20)

    (only,) = driver.executions(after)
    done = driver.ended(only.id)
    expected = "joined raw.orders and raw.customers after extract-customers"
    assert driver.outputs(done, "join")["value"] == expected
    assert done.facts["trigger"]["variables"]["executionId"] == last.id
    assert {"key": "because", "value": "extract-customers"} in done.facts["labels"]


def test_a_service_that_becomes_ready_starts_a_flow_once(driver: Driver) -> None:
    with report() as (url, answer):
        text = f'"{url}"'
        path = "/namespaces/examples.triggers/kv/report_service"
        kept = driver.http.put(path, content=text, headers={"Content-Type": "text/plain"})
        assert kept.is_success, kept.text
        flow = driver.publish(source("http-trigger"))
        eventually(lambda: "evaluatedAt" in state(driver, flow), 30)
        assert driver.executions(flow) == []

        answer["ready"] = True
        eventually(lambda: bool(driver.executions(flow)), 20)
        eventually(lambda: bool(state(driver, flow)["disabled"]), 20)

    done = driver.ended(driver.executions(flow)[0].id)
    assert driver.outputs(done, "read")["value"] == "42 rows, status 200"


def test_past_days_are_run_by_a_backfill(driver: Driver) -> None:
    flow = driver.publish(source("backfill"))
    address = {"namespace": flow.namespace, "flowId": flow.id, "triggerId": "nightly"}
    before = state(driver, flow)["nextEvaluationDate"]

    answer = driver.http.put(
        "/triggers/backfill/create",
        json={
            **address,
            "backfill": {
                "start": "2024-03-28T00:00:00Z",
                "end": "2024-04-02T00:00:00Z",
                "inputs": {"reason": "audit"},
                "labels": [{"key": "kind", "value": "backfill"}],
            },
        },
    )
    assert answer.status_code == HTTPStatus.OK, answer.text
    eventually(lambda: "backfill" not in state(driver, flow), 30)

    done = [driver.ended(one.id) for one in driver.executions(flow)]
    reports = sorted(driver.outputs(one, "report")["value"] for one in done)
    assert reports == [
        "2024-03-28 for audit",
        "2024-03-29 for audit",
        "2024-04-01 for audit",
    ]
    assert all({"key": "kind", "value": "backfill"} in one.facts["labels"] for one in done)
    assert state(driver, flow)["nextEvaluationDate"] == before


def state(driver: Driver, flow: FlowName) -> dict[str, Any]:
    """Where the only trigger of a flow stands."""
    answer = driver.http.get(f"/triggers/{flow.namespace}/{flow.id}")
    (found,) = answer.json()["results"]
    return dict(found)


@contextmanager
def report() -> Iterator[tuple[str, dict[str, Any]]]:
    """A service with a report that is not ready until the test says so."""
    answer: dict[str, Any] = {"ready": False, "rows": 42}

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = json.dumps(answer).encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_address[1]}", answer
    finally:
        running.shutdown()
        running.server_close()
