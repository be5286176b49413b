"""A file lands in a bucket: pandas cleans it, BigQuery takes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from tests.acceptance.guide.world import BUCKET, World, events
from tests.support.doubles.aws import Call
from tests.support.stranger import eventually

pytestmark = [pytest.mark.guide, pytest.mark.slow, pytest.mark.vendors]

ORDERS = "id,amount\n1,10\n2,20\n2,20\n3,\n"
MORE = "id,amount\n4,40\n"


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[Any]:
    """BigQuery's own client, past everything of ours; the dataset is there beforehand."""
    found = bigquery.Client(
        project="shop",
        credentials=AnonymousCredentials(),
        client_options=ClientOptions(api_endpoint=world.bigquery.url),
    )
    found.create_dataset("analytics")
    yield found
    found.close()


def rows(client: Any) -> list[tuple[int, float]]:
    """What is in the table, as the client reads it."""
    found = client.query("select id, amount from `shop.analytics.events` order by id").result()
    return [(row["id"], float(row["amount"])) for row in found]


def loads(world: World) -> list[str]:
    """The jobs that the product has begun; the test's own queries are not among them."""
    return [id for id in world.bigquery.started if id.startswith("downbeat_")]


def _listed(call: Call) -> bool:
    return call.is_("GET", f"/{BUCKET}")


def polled(world: World) -> None:
    """One poll of the trigger, to its end: the bucket has been listed once more."""
    before = world.s3.count(_listed)
    world.make_due("s3_file_landing")
    eventually(lambda: world.s3.count(_listed) > before, 60)


def test_an_object_starts_one_execution_whose_rows_are_in_bigquery(
    world: World, client: Any
) -> None:
    flow = events(world)

    world.s3.put(BUCKET, "orders.csv", ORDERS)
    polled(world)
    first = world.ended(world.next_execution(flow, 0))

    assert first.state == "SUCCESS", world.driver.messages(first.id)
    assert world.driver.outputs(first, "load")["rows"] == 2
    assert rows(client) == [(1, 10.0), (2, 20.0)]
    assert first.facts["trigger"]["variables"]["objects"][0]["key"] == "orders.csv"

    polled(world)
    polled(world)
    assert len(world.executions(flow)) == 1

    world.s3.put(BUCKET, "orders.csv", MORE)
    polled(world)
    second = world.ended(world.next_execution(flow, 1))

    assert second.state == "SUCCESS", world.driver.messages(second.id)
    assert rows(client) == [(1, 10.0), (2, 20.0), (4, 40.0)]
    assert second.facts["trigger"]["variables"]["objects"][0]["changeType"] == "UPDATE"


def test_a_worker_lost_during_the_load_starts_no_second_job(world: World, client: Any) -> None:
    flow = events(world)
    before = len(world.executions(flow))
    held = rows(client)
    world.bigquery.hold()

    world.s3.put(BUCKET, "late.csv", "id,amount\n9,90\n")
    polled(world)
    world.bigquery.wait_for(lambda _: bool(loads(world)), 120)
    world.lose_the_worker()
    world.bigquery.release()
    done = world.ended(world.next_execution(flow, before))

    assert done.state == "SUCCESS", world.driver.messages(done.id)
    assert len(loads(world)) == 1
    assert rows(client) == [*held, (9, 90.0)]


def test_a_worker_lost_during_the_script_runs_it_again(world: World, client: Any) -> None:
    flow = events(world)
    before = len(world.executions(flow))
    held = rows(client)

    world.s3.put(BUCKET, "again.csv", "id,amount\n10,100\n")
    polled(world)
    begun = world.next_execution(flow, before)
    eventually(lambda: world.driver.get(begun.id).state_of("transform") == "RUNNING", 60)
    world.lose_the_worker()
    done = world.ended(begun)

    assert done.state == "SUCCESS", world.driver.messages(done.id)
    assert len(loads(world)) == 1
    assert rows(client) == [*held, (10, 100.0)]
