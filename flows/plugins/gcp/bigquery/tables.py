"""``gcp.bigquery.CreateTable`` and ``gcp.bigquery.DeleteTable``."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, ClassVar, Final, TypeVar

from downbeat.sdk.context import RunContext
from downbeat.sdk.fields import Duration, Dyn, Text
from downbeat.sdk.task import Outputs
from flows.plugins.gcp.bigquery.definitions import (
    Encryption,
    TableDefinition,
    shown_definition,
    shown_moment,
)
from flows.plugins.gcp.bigquery.errors import Exists, Missing, VendorFailure, vendor_words
from flows.plugins.gcp.bigquery.names import TableName, table_name
from flows.plugins.gcp.bigquery.session import ANSWER_SECONDS, BigQuery, opened
from flows.plugins.gcp.bigquery.task import BigQueryTask, said

T = TypeVar("T")
_ASKED: Final = "asked"


class TableTask(BigQueryTask):
    """A task about one table."""

    dataset: Dyn[Text]
    table: Dyn[Text]

    def named(self, line: BigQuery) -> TableName:
        """The table."""
        return table_name(f"{line.project}.{self.dataset}.{self.table}", line.project, of="table")

    def patiently(self, ctx: RunContext, action: Callable[[], T]) -> T:
        """The answer to a request that is sent again while its failure is one that passes."""
        for pause in chain(self.pauses(), (None,)):
            try:
                with vendor_words():
                    return action()
            except VendorFailure as failure:
                if pause is None or not self.is_passing(failure):
                    raise
                ctx.log.warning(f"{failure}. It is tried again in {pause:.0f} seconds")
            time.sleep(pause)
        raise AssertionError("the last turn returns or raises")

    def is_repeated(self, ctx: RunContext) -> bool:
        """Whether an attempt before this one was lost after it had asked for the same."""
        repeated = bool(ctx.remembered.get(_ASKED))
        ctx.remember({_ASKED: True})
        return repeated


class CreateTable(TableTask):
    """Creates a table, a view, a materialized view or an external table.

    A table that exists already is an error.
    """

    type_name: ClassVar[str] = "gcp.bigquery.CreateTable"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "projectId": "The project.",
        "datasetId": "The dataset.",
        "table": "The name of the table.",
        "etag": "The hash of what BigQuery knows of the table.",
        "generatedId": "BigQuery's own id of the table.",
        "selfLink": "The address of the table at the REST API.",
        "friendlyName": "Its name for people.",
        "description": "What it is about.",
        "creationTime": "When it was created.",
        "expirationTime": "When it will be deleted, if ever.",
        "lastModifiedTime": "When it was changed last.",
        "numBytes": "Its size in bytes.",
        "numLongTermBytes": "How many of them are stored at the lower price.",
        "numRows": "How many rows it has.",
        "definition": "What it is made of.",
        "encryptionConfiguration": "The key that it is encrypted with.",
        "labels": "Its labels.",
        "requirePartitionFilter": "Whether queries have to choose partitions.",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "A table in partitions",
            """id: create_orders
namespace: company.team
tasks:
  - id: create
    type: gcp.bigquery.CreateTable
    projectId: my-project
    dataset: shop
    table: orders
    friendlyName: Orders
    tableDefinition:
      type: TABLE
      schema:
        fields:
          - name: id
            type: INT64
            mode: REQUIRED
          - name: day
            type: DATE
          - name: lines
            type: STRUCT
            mode: REPEATED
            subFields:
              - name: product
                type: STRING
              - name: amount
                type: NUMERIC
      standardTableDefinition:
        clustering:
          - id
        timePartitioning:
          type: DAY
          field: day
""",
        ),
    )

    table_definition: TableDefinition | None = None
    friendly_name: Dyn[Text | None] = None
    description: Dyn[Text | None] = None
    labels: Dyn[dict[str, Text] | None] = None
    require_partition_filter: Dyn[bool | None] = None
    encryption_configuration: Encryption | None = None
    expiration_duration: Dyn[Duration | None] = None

    def run(self, ctx: RunContext) -> Outputs:
        repeated = self.is_repeated(ctx)
        with opened(ctx, self) as line:
            named = self.named(line)
            table = self.patiently(ctx, lambda: self._created(line, named, repeated=repeated))
        ctx.asset(named.asset, direction="output", type="bigquery.table", columns=_columns(table))
        return outputs_of(table)

    def resource(self, named: TableName, now: float) -> dict[str, Any]:
        """The table as the REST API wants it; ``now`` in seconds since 1970."""
        lives, key = self.expiration_duration, self.encryption_configuration
        return {
            "tableReference": named.reference,
            **(self.table_definition.resource() if self.table_definition else {}),
            **said(
                {
                    "friendlyName": self.friendly_name,
                    "description": self.description,
                    "labels": self.labels,
                    "requirePartitionFilter": self.require_partition_filter,
                    "encryptionConfiguration": (
                        {"kmsKeyName": key.kms_key_name} if key and key.kms_key_name else None
                    ),
                    "expirationTime": (
                        str(int((now + lives.total_seconds()) * 1000)) if lives else None
                    ),
                }
            ),
        }

    def _created(self, line: BigQuery, named: TableName, *, repeated: bool) -> dict[str, Any]:
        from google.cloud.bigquery import Table

        wanted = Table.from_api_repr(self.resource(named, time.time()))
        try:
            with vendor_words():
                made = line.client.create_table(wanted, retry=line.again, timeout=ANSWER_SECONDS)
        except Exists:
            if not repeated:
                raise
            # The attempt before this one made it, and was lost before it could say so.
            made = line.client.get_table(wanted, retry=line.again, timeout=ANSWER_SECONDS)
        found: dict[str, Any] = made.to_api_repr()
        return found


class DeleteTable(TableTask):
    """Deletes a table. A table that does not exist is an error."""

    type_name: ClassVar[str] = "gcp.bigquery.DeleteTable"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "projectId": "The project.",
        "datasetId": "The dataset.",
        "table": "The name of the table.",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Delete a table",
            """id: delete_orders
namespace: company.team
tasks:
  - id: delete
    type: gcp.bigquery.DeleteTable
    projectId: my-project
    dataset: shop
    table: orders_of_last_year
""",
        ),
    )

    def run(self, ctx: RunContext) -> Outputs:
        repeated = self.is_repeated(ctx)
        with opened(ctx, self) as line:
            named = self.named(line)
            try:
                self.patiently(
                    ctx,
                    lambda: line.client.delete_table(
                        str(named), retry=line.again, timeout=ANSWER_SECONDS
                    ),
                )
            except Missing:
                # Gone since the attempt before this one, which was lost before it could say so.
                if not repeated:
                    raise
        return {"projectId": named.project, "datasetId": named.dataset, "table": named.table}


def outputs_of(table: dict[str, Any]) -> dict[str, Any]:
    """What tasks tell of a table that the REST API has described."""
    place = table["tableReference"]
    return said(
        {
            "projectId": place["projectId"],
            "datasetId": place["datasetId"],
            "table": place["tableId"],
            "etag": table.get("etag"),
            "generatedId": table.get("id"),
            "selfLink": table.get("selfLink"),
            "friendlyName": table.get("friendlyName"),
            "description": table.get("description"),
            "creationTime": shown_moment(table.get("creationTime")),
            "expirationTime": shown_moment(table.get("expirationTime")),
            "lastModifiedTime": shown_moment(table.get("lastModifiedTime")),
            "numBytes": _number(table.get("numBytes")),
            "numLongTermBytes": _number(table.get("numLongTermBytes")),
            "numRows": _number(table.get("numRows")),
            "definition": shown_definition(table),
            "encryptionConfiguration": table.get("encryptionConfiguration"),
            "labels": table.get("labels"),
            "requirePartitionFilter": table.get("requirePartitionFilter"),
        }
    )


def _columns(table: dict[str, Any]) -> list[dict[str, Any]]:
    fields = (table.get("schema") or {}).get("fields") or []
    return [{"name": one["name"], "type": one["type"]} for one in fields]


def _number(text: Any) -> int | None:
    return None if text in (None, "") else int(text)
