"""The main example: a month of orders, from a file in the inbox to a report."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from downbeat.embedded.example import SOURCES
from tests.acceptance.examples.shop import BROKEN, GOOD, NOTIFICATIONS, ORDERS, Shop
from tests.acceptance.examples.warehouse import opened
from tests.support.driver import FlowName, Told

REVENUE = 29_962_480.7
ORDERS_IN_FILE = 120_000
NOT_REFUNDED = 113_915


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _assert_reported(shop: Shop, done: Told) -> None:
    assert done.state == "SUCCESS", shop.driver.messages(done.id)
    outputs = shop.driver.flow_outputs(done)
    rows = list(csv.DictReader(io.StringIO(shop.driver.file(done, outputs["report"]).decode())))
    assert outputs["revenue"] == pytest.approx(REVENUE)
    assert {row["country"] for row in rows} == {"DE", "FR", "IT", "ES", "PL", "NL", "SE"}
    assert sum(int(row["orders"]) for row in rows) == NOT_REFUNDED


def test_starting_the_instance_runs_the_example_to_its_end(shop: Shop) -> None:
    first = shop.driver.executions(ORDERS)[-1]

    assert "ended as SUCCESS" in shop.server.printed
    assert f"/ui/main/executions/{first.id}" in shop.server.printed
    _assert_reported(shop, shop.driver.get(first.id))


def test_a_file_in_the_inbox_starts_the_flow_within_two_seconds(shop: Shop) -> None:
    known = shop.driver.executions(ORDERS)

    dropped = shop.drop(GOOD)
    started = shop.after(known)
    done = shop.driver.ended(started.id)

    assert _moment(started.facts["state"]["startDate"]) - dropped < 2.0
    assert started.facts["trigger"]["id"] == "inbox"
    assert not list((Path(shop.room) / "inbox").iterdir())
    assert (Path(shop.room) / "archive" / GOOD.name).stat().st_size == GOOD.stat().st_size
    _assert_reported(shop, done)


def test_the_same_file_twice_does_not_count_twice(shop: Shop) -> None:
    done = shop.driver.run(ORDERS, {"file": GOOD.read_bytes()})

    _assert_reported(shop, done)
    assert shop.warehouse() == {"orders": ORDERS_IN_FILE, "batches": 1}


def test_rows_and_bytes_are_metrics_and_the_team_is_told(shop: Shop) -> None:
    done = shop.driver.run(ORDERS, {"file": GOOD.read_bytes()})

    metrics = shop.driver.metrics(done)
    assert metrics["rows"] == ORDERS_IN_FILE
    assert metrics["duplicates"] == 460
    assert metrics["bytes"] > 1_000_000
    assert shop.told_of(done) == ["113915 orders, 29,962,480.70 revenue"]


def test_a_broken_file_is_refused_withdrawn_and_announced(shop: Shop) -> None:
    before, known = shop.warehouse(), shop.driver.executions(ORDERS)

    shop.drop(BROKEN)
    done = shop.driver.ended(shop.after(known).id)

    assert done.state == "FAILED"
    assert done.state_of("verdict") == "FAILED"
    assert done.state_of("withdraw_duckdb") == "SUCCESS"
    assert done.state_of("notify") is None
    assert shop.warehouse() == before


def test_a_refusal_says_why(shop: Shop) -> None:
    done = shop.driver.run(ORDERS, {"file": BROKEN.read_bytes()})

    reason = "1992 lines cannot be right; the file is refused."
    assert done.state_of("alert") == "SUCCESS"
    assert shop.told_of(done) == [f"Orders were refused: {reason}"]
    assert shop.driver.messages(done.id, "ERROR") == [reason]


def test_a_refused_file_is_replayed_with_a_mended_one(shop: Shop) -> None:
    refused = shop.driver.run(ORDERS, {"file": BROKEN.read_bytes()})

    answer = shop.driver.act(refused.id, "replay-with-inputs", {"file": GOOD.read_bytes()})
    assert answer.is_success, answer.text
    done = shop.driver.ended(answer.json()["id"])

    assert refused.state == "FAILED"
    assert done.facts["originalId"] == refused.id
    _assert_reported(shop, done)


def test_a_call_from_outside_reports_anew_without_a_file(shop: Shop) -> None:
    address = f"{shop.server.url}/api/v1/main/executions/webhook/demo.sales/orders/report-now-7d1e"

    answer = httpx.post(address, json={}, trust_env=False)
    done = shop.driver.ended(answer.json()["id"])

    assert answer.status_code == HTTPStatus.OK
    assert done.state_of("clean") is None
    _assert_reported(shop, done)


def test_the_triggers_are_registered(shop: Shop) -> None:
    answer = shop.driver.http.get(f"/triggers/{ORDERS.namespace}/{ORDERS.id}")

    assert answer.is_success, answer.text
    found = {row["triggerId"]: row for row in answer.json()["results"]}
    assert set(found) == {"inbox", "nightly", "web"}
    nightly = datetime.fromisoformat(found["nightly"]["nextEvaluationDate"])
    assert (nightly.hour, nightly.minute) in {(1, 30), (2, 30)}


def test_the_same_flow_loads_into_postgresql_by_a_variable(shop: Shop) -> None:
    text = (SOURCES / "orders.yaml").read_text(encoding="utf-8")
    with opened() as warehouse:
        text = text.replace("warehouse: duckdb", "warehouse: postgresql")
        text = text.replace("jdbc:postgresql://127.0.0.1:5432/warehouse", warehouse.url)
        text = text.replace("postgresql_user: postgres", f"postgresql_user: {warehouse.user}")
        text = text.split("triggers:\n")[0].replace("id: orders", "id: orders-postgresql", 1)
        secret = {"key": "WAREHOUSE_PASSWORD", "value": warehouse.password}
        shop.driver.http.put("/namespaces/demo.sales/secrets", json=secret)
        flow = shop.driver.publish(text)

        good = shop.driver.run(flow, {"file": GOOD.read_bytes()})
        broken = shop.driver.run(flow, {"file": BROKEN.read_bytes()})

        rows = warehouse.ask("select count(*), count(distinct batch), min(batch) from orders")

    _assert_reported(shop, good)
    assert broken.state == "FAILED"
    assert broken.state_of("withdraw_postgresql") == "SUCCESS"
    assert rows == [(ORDERS_IN_FILE, 1, good.id)]


def test_the_other_examples_run(shop: Shop) -> None:
    hello = shop.driver.run(FlowName("demo.start", "hello"), {"name": "you"})

    assert hello.state == "SUCCESS"
    assert "Hello, you!" in shop.driver.messages(hello.id)
    assert shop.driver.outputs(hello, "answer")["value"] == "The answer is 42."
    assert all(told.state == "SUCCESS" for told in shop.driver.executions(NOTIFICATIONS))
