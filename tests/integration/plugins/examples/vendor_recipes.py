"""How the examples of vendors' types are run: what their systems hold, what is left in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.integration.plugins.examples.core_recipes import FAILS
from tests.integration.plugins.examples.recipe import Recipe, due, follows
from tests.integration.plugins.examples.stage import Stage

_CSV: Final = "id;name\n1;Ada\n2;Grace\n"
_ORDERS: Final = (
    "create or replace table shop.orders as select * from (values "
    "(1, date '2026-01-31', 20.5), (2, date '2026-02-01', 5.0)) as rows (id, day, amount)"
)


def _objects(bucket: str, *keys: str) -> Callable[[Stage], None]:
    def put(stage: Stage) -> None:
        for key in keys:
            stage.around.vendors.s3.put(bucket, key, "id,amount\n1,10\n")

    return put


def _no_bucket(stage: Stage) -> None:
    s3 = stage.around.vendors.s3
    for key in s3.keys("company-reports"):
        s3.client().delete_object(Bucket="company-reports", Key=key)
    s3.client().delete_bucket(Bucket="company-reports")


def _warehouse(*statements: str) -> Callable[[Stage], None]:
    def run(stage: Stage) -> None:
        warehouse = stage.around.vendors.bigquery.warehouse
        with warehouse.lock:
            for statement in statements:
                warehouse.database.execute(statement)

    return run


def _cloud_file(stage: Stage) -> None:
    file = stage.around.folder / "cloud/my-bucket/events/2026-11-22/a.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('{"id": 9}\n')


def _was_told(stage: Stage, _: Any) -> None:
    assert stage.around.vendors.slack.messages


RECIPES: Final[Mapping[str, Recipe]] = {
    "aws.s3.Copy": Recipe(before=_objects("raw-events", "incoming/orders.csv")),
    "aws.s3.CreateBucket": Recipe(before=_no_bucket),
    "aws.s3.Delete": Recipe(before=_objects("raw-events", "incoming/orders.csv")),
    "aws.s3.DeleteList": Recipe(before=_objects("raw-events", "temporary/a", "temporary/b")),
    "aws.s3.Download": Recipe(
        before=_objects("raw-events", "incoming/orders.csv", "reports/may.csv")
    ),
    "aws.s3.Downloads": Recipe(before=_objects("raw-events", "incoming/orders.csv")),
    "aws.s3.List": Recipe(before=_objects("raw-events", "reports/may.csv")),
    "aws.s3.Trigger": due("landed", _objects("raw-events", "incoming/orders.csv")),
    "aws.s3.Upload": Recipe(inputs={"report": b"id,amount\n"}),
    "aws.s3.Upload 2": Recipe(),
    "gcp.bigquery.Copy": Recipe(before=_warehouse(_ORDERS)),
    "gcp.bigquery.CreateTable": Recipe(before=_warehouse("drop table if exists shop.orders")),
    "gcp.bigquery.DeleteTable": Recipe(
        before=_warehouse("create table shop.orders_of_last_year (id integer)")
    ),
    "gcp.bigquery.ExtractToGcs": Recipe(before=_warehouse(_ORDERS)),
    "gcp.bigquery.Load 2": Recipe(inputs={"file": _CSV.encode()}),
    "gcp.bigquery.LoadFromGcs": Recipe(before=_cloud_file),
    "gcp.bigquery.Query": Recipe(before=_warehouse(_ORDERS)),
    "slack.SlackExecution": Recipe(begin=follows(tasks=FAILS).begin, after=_was_told),
    "slack.SlackExecution 2": Recipe(state="FAILED", after=_was_told),
    "slack.SlackIncomingWebhook": Recipe(state="FAILED", after=_was_told),
    "slack.SlackIncomingWebhook 2": Recipe(after=_was_told),
}
