"""``gcp.bigquery.Query``."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, ClassVar, Final

from pydantic import Field, model_validator

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text, has_expression
from downbeat.sdk.task import Outputs
from flows.plugins.gcp.bigquery.errors import vendor_words
from flows.plugins.gcp.bigquery.jobs import BigQueryJob, QueryRun
from flows.plugins.gcp.bigquery.names import TableName, named, table_name
from flows.plugins.gcp.bigquery.options import PartitioningType, Priority, SchemaUpdateOption
from flows.plugins.gcp.bigquery.parameters import query_parameters
from flows.plugins.gcp.bigquery.rows import plain_record, records, store
from flows.plugins.gcp.bigquery.session import BigQuery, opened
from flows.plugins.gcp.bigquery.task import LabelledTask, common, measured, said, statistic
from flows.plugins.jdbc.query import FetchType

_MOST_FETCHED: Final = 100_000
_METRICS: Final = {
    "estimated.bytes.processed": "query.estimatedBytesProcessed",
    "num.dml.affected.rows": "query.numDmlAffectedRows",
    "total.bytes.billed": "query.totalBytesBilled",
    "total.bytes.processed": "query.totalBytesProcessed",
    "total.partitions.processed": "query.totalPartitionsProcessed",
    "total.slot.ms": "query.totalSlotMs",
    "num.child.jobs": "numChildJobs",
    "cache.hit": "query.cacheHit",
}


def _or_a_word(schema: dict[str, Any]) -> None:
    """In the JSON Schema, ``priority`` may also be the word that BigQuery wants."""
    number = {name: schema.pop(name) for name in ("type", "minimum", "maximum")}
    schema["anyOf"] = [number, {"enum": [str(word) for word in Priority]}]


class Query(LabelledTask):
    """Runs SQL in BigQuery.

    `@name` in the SQL is a value of `parameters` (or `?`, if that is a list); a value of another
    type than text, number and truth is written as `type` and `value`. The rows are fetched
    (`fetchType`), or kept by BigQuery in `destinationTable`. BigQuery knows the job by an id of
    ours: a worker that is lost never makes it run twice, and a killed task cancels it.
    """

    type_name: ClassVar[str] = "gcp.bigquery.Query"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "jobId": "The id of the job at BigQuery.",
        "rows": "The rows, with `fetchType: FETCH`.",
        "row": "The first row, with `fetchType: FETCH_ONE`.",
        "uri": "The file of JSON lines, with `fetchType: STORE`.",
        "size": "How many rows were fetched or stored.",
        "destinationTable": "`project`, `dataset` and `table` that hold the rows at BigQuery.",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Store the orders of a day",
            """id: orders_of_a_day
namespace: company.team
tasks:
  - id: orders
    type: gcp.bigquery.Query
    sql: select * from shop.orders where day = @day and amount > @least
    parameters:
      day:
        type: DATE
        value: "2026-01-31"
      least: 10
    fetchType: STORE
""",
        ),
        (
            "Make a table",
            """id: make_report
namespace: company.team
tasks:
  - id: report
    type: gcp.bigquery.Query
    sql: select day, sum(amount) as total from shop.orders group by day
    destinationTable: my-project.reports.totals
    writeDisposition: WRITE_TRUNCATE
    timePartitioningField: day
    clusteringFields:
      - total
    maximumBytesBilled: 10000000000
""",
        ),
    )

    sql: Dyn[Text]
    parameters: Dyn[dict[str, Any] | list[Any] | None] = None
    legacy_sql: Dyn[bool] = False
    use_legacy_sql: Dyn[bool] = False
    fetch: bool = False
    store: bool = False
    fetch_one: bool = False
    fetch_type: Dyn[FetchType] = FetchType.NONE
    clustering_fields: Dyn[list[Text] | None] = None
    schema_update_options: Dyn[list[SchemaUpdateOption] | None] = None
    time_partitioning_field: Dyn[Text | None] = None
    time_partitioning_type: Dyn[PartitioningType] = PartitioningType.DAY
    range_partitioning_field: Dyn[Text | None] = None
    range_partitioning_start: Dyn[int | None] = None
    range_partitioning_end: Dyn[int | None] = None
    range_partitioning_interval: Dyn[int | None] = None
    default_dataset: Dyn[Text | None] = None
    priority: int = Field(default=0, ge=-100, le=100, json_schema_extra=_or_a_word)
    """The priority among our own tasks; a word is the priority of the job at BigQuery."""
    job_priority: Dyn[Priority] = Priority.INTERACTIVE
    allow_large_results: Dyn[bool | None] = None
    use_query_cache: Dyn[bool | None] = None
    flatten_results: Dyn[bool] = True
    maximum_billing_tier: Dyn[int | None] = None
    maximum_bytes_billed: Dyn[int | None] = None
    max_results: Dyn[int | None] = Field(default=None, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _word_of_priority(cls, value: Any) -> Any:
        """``priority`` is a number in every task; the word that BigQuery wants is told apart."""
        word = value.get("priority") if isinstance(value, dict) else None
        if isinstance(word, str):
            if not has_expression(word) and word not in Priority.__members__:
                raise ValueError(
                    f"'priority' is '{word}': it must be INTERACTIVE, BATCH or a number"
                )
            rest = {name: given for name, given in value.items() if name != "priority"}
            return {"jobPriority": word, **rest}
        return value

    def how(self) -> FetchType:
        """The fetch type, also as the older switches say it."""
        if self.store:
            return FetchType.STORE
        if self.fetch_one:
            return FetchType.FETCH_ONE
        return FetchType.FETCH if self.fetch else self.fetch_type

    def configuration(self, project: str) -> dict[str, Any]:
        """The job as the REST API wants it."""
        into = self.destination_table
        legacy = self.legacy_sql or self.use_legacy_sql
        billed, fields = self.maximum_bytes_billed, self.clustering_fields
        told = {
            "query": self.sql,
            "useLegacySql": legacy,
            "destinationTable": (
                table_name(into, project, of="destinationTable").reference if into else None
            ),
            "writeDisposition": _word(self.write_disposition),
            "createDisposition": _word(self.create_disposition),
            "schemaUpdateOptions": [str(one) for one in self.schema_update_options or ()] or None,
            "clustering": {"fields": fields} if fields else None,
            "defaultDataset": self._default_dataset(project),
            "priority": str(self.job_priority),
            "allowLargeResults": self.allow_large_results,
            "useQueryCache": self.use_query_cache,
            # Only legacy SQL may say so; standard SQL never flattens.
            "flattenResults": self.flatten_results if legacy else None,
            "maximumBillingTier": self.maximum_billing_tier,
            "maximumBytesBilled": None if billed is None else str(billed),
            **self._partitioning(),
            **query_parameters(self.parameters),
        }
        found = common("query", told, timeout=self.job_timeout, labels=self.labels)
        return {**found, "dryRun": True} if self.dry_run else found

    def job(self, ctx: RunContext, line: BigQuery) -> BigQueryJob:
        return QueryRun(line, self.configuration(line.project))

    def run(self, ctx: RunContext) -> Outputs:
        with opened(ctx, self) as line:
            job = self.job(ctx, line)
            if not self.dry_run:
                return self.done(ctx, job)
            # A dry run is no job: there is nothing to follow, and its id is not kept.
            job.start(f"{ctx.run.task_run_id}-dry-{ctx.run.attempt}")
            ctx.log.info(f"Dry run: {job.last.total_bytes_processed} bytes would be processed")
            measured(ctx, job.last, _METRICS)
            return {"jobId": job.last.job_id}

    def outcome(self, ctx: RunContext, job: BigQueryJob) -> Outputs:
        query = job.last
        tags = {"statement_type": query.statement_type, "fetch_type": str(self.how())}
        measured(ctx, query, _METRICS, **tags)
        read = statistic(query, "query.referencedTables")
        if read is not None:
            ctx.metric("referenced.tables", len(read))
        into = named(query.destination) if query.destination else None
        self._assets(ctx, query, [named(table) for table in read or ()], into)
        outputs: dict[str, Any] = {"jobId": query.job_id, **self._fetched(ctx, job)}
        if into is not None:
            names = {"project": into.project, "dataset": into.dataset, "table": into.table}
            outputs["destinationTable"] = names
        return outputs

    def _fetched(self, ctx: RunContext, job: BigQueryJob) -> dict[str, Any]:
        how = self.how()
        if how is FetchType.NONE:
            return {}
        with vendor_words():
            rows = job.last.result(
                page_size=self.max_results,
                retry=job.line.again,
                job_retry=None,
                max_results=1 if how is FetchType.FETCH_ONE else None,
            )
            total = rows.total_rows or 0
            ctx.metric("total.rows", total)
            if how is FetchType.STORE:
                uri, size = store(ctx, rows)
                found: dict[str, Any] = {"uri": uri, "size": size}
            elif how is FetchType.FETCH_ONE:
                first = next(records(rows), None)
                found = {"row": first and plain_record(first), "size": 0 if first is None else 1}
            else:
                if total > _MOST_FETCHED:
                    raise TaskFailed(
                        f"{total} rows, and at most {_MOST_FETCHED} can be fetched: use "
                        "'fetchType: STORE' for so many"
                    )
                fetched = [plain_record(row) for row in islice(records(rows), _MOST_FETCHED)]
                found = {"rows": fetched, "size": len(fetched)}
        ctx.metric("fetch.rows", found["size"])
        return found

    def _assets(
        self, ctx: RunContext, query: Any, read: list[TableName], into: TableName | None
    ) -> None:
        upstream = [table.asset for table in read if table.is_kept]
        for asset in upstream:
            ctx.asset(asset, direction="input", type="bigquery.table")
        made = query.ddl_target_table
        written = named(made) if made else into
        if written is None or not written.is_kept:
            return
        facts = said({"rows": query.num_dml_affected_rows, "upstream": upstream or None})
        ctx.asset(written.asset, direction="output", type="bigquery.table", **facts)

    def _default_dataset(self, project: str) -> dict[str, str] | None:
        if not self.default_dataset:
            return None
        before, dot, dataset = self.default_dataset.rpartition(".")
        if not dataset or (dot and not before):
            raise TaskFailed(
                f"'defaultDataset' is '{self.default_dataset}': it must be 'dataset' or "
                "'project.dataset'"
            )
        return {"projectId": before or project, "datasetId": dataset}

    def _partitioning(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.time_partitioning_field:
            found["timePartitioning"] = {
                "type": str(self.time_partitioning_type),
                "field": self.time_partitioning_field,
            }
        if self.range_partitioning_field:
            bounds = {
                "start": self.range_partitioning_start,
                "end": self.range_partitioning_end,
                "interval": self.range_partitioning_interval,
            }
            missing = [name for name, value in bounds.items() if value is None]
            if missing:
                raise TaskFailed(
                    f"'rangePartitioningField' needs 'rangePartitioning{missing[0].capitalize()}'"
                )
            found["rangePartitioning"] = {
                "field": self.range_partitioning_field,
                "range": {name: str(value) for name, value in bounds.items()},
            }
        return found


def _word(value: Any) -> str | None:
    return None if value is None else str(value)
