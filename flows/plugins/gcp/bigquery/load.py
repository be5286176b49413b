"""``gcp.bigquery.Load`` and ``gcp.bigquery.LoadFromGcs``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs
from flows.plugins.gcp.bigquery.jobs import BigQueryJob, LoadRun
from flows.plugins.gcp.bigquery.names import TableName, named, table_name
from flows.plugins.gcp.bigquery.options import (
    AvroOptions,
    CreateDisposition,
    CsvOptions,
    LoadFormat,
    PartitioningType,
    SchemaUpdateOption,
    WriteDisposition,
)
from flows.plugins.gcp.bigquery.session import BigQuery, opened
from flows.plugins.gcp.bigquery.task import JobTask, common, measured, said
from flows.plugins.gcp.bigquery.uploading import UploadRun

_METRICS: Final = {
    "output.rows": "load.outputRows",
    "output.bytes": "load.outputBytes",
    "bad.records": "load.badRecords",
    "input.bytes": "load.inputFileBytes",
    "input.files": "load.inputFiles",
}


class LoadTask(JobTask):
    """What both kinds of load have in common."""

    outputs_schema: ClassVar[Mapping[str, str]] = {
        "jobId": "The id of the job at BigQuery.",
        "destinationTable": "The table as `project.dataset.table`.",
        "rows": "How many rows were loaded.",
    }

    destination_table: Dyn[Text | None] = None
    clustering_fields: Dyn[list[Text] | None] = None
    schema_update_options: Dyn[list[SchemaUpdateOption] | None] = None
    time_partitioning_field: Dyn[Text | None] = None
    time_partitioning_type: Dyn[PartitioningType] = PartitioningType.DAY
    write_disposition: Dyn[WriteDisposition | None] = None
    autodetect: Dyn[bool | None] = None
    create_disposition: Dyn[CreateDisposition | None] = None
    ignore_unknown_values: Dyn[bool | None] = None
    max_bad_records: Dyn[int | None] = Field(default=None, ge=0)
    schema_: Dyn[dict[str, Any] | None] = Field(default=None, alias="schema")
    format: Dyn[LoadFormat | None] = None
    csv_options: CsvOptions | None = None
    avro_options: AvroOptions | None = None

    def configuration(self, project: str, sources: list[str] | None = None) -> dict[str, Any]:
        """The job as the REST API wants it."""
        into = table_name(self.destination_table, project, of="destinationTable")
        fields = self.clustering_fields
        by = self.time_partitioning_field
        told = {
            "destinationTable": into.reference,
            "sourceUris": sources,
            "sourceFormat": self.format.vendor_word if self.format else None,
            "clustering": {"fields": fields} if fields else None,
            "schemaUpdateOptions": self.schema_update_options,
            "timePartitioning": {"type": self.time_partitioning_type, "field": by} if by else None,
            "writeDisposition": self.write_disposition,
            "createDisposition": self.create_disposition,
            "autodetect": self.autodetect,
            "ignoreUnknownValues": self.ignore_unknown_values,
            "maxBadRecords": self.max_bad_records,
            "schema": self._schema(),
            **self._of_format(),
        }
        plain: dict[str, Any] = json.loads(json.dumps(said(told)))
        return common("load", plain, timeout=None, labels=None)

    def outcome(self, ctx: RunContext, job: BigQueryJob) -> Outputs:
        loaded = job.last
        into = named(loaded.destination)
        measured(ctx, loaded, _METRICS, destination_table=str(into))
        ctx.asset(into.asset, direction="output", **self._facts(ctx, loaded, into))
        return {"jobId": loaded.job_id, "destinationTable": str(into), "rows": loaded.output_rows}

    def upstream(self) -> list[str]:
        """What the rows came from, as data things."""
        return []

    def _facts(self, ctx: RunContext, loaded: Any, into: TableName) -> dict[str, Any]:
        return said(
            {
                "type": "bigquery.table",
                "name": into.asset.removeprefix("bigquery://").replace("/", "."),
                "upstream": self.upstream() or None,
                "rows": loaded.output_rows,
                "bytes": loaded.output_bytes,
            }
        )

    def _schema(self) -> dict[str, Any] | None:
        if self.schema_ is None:
            return None
        if not isinstance(self.schema_.get("fields"), list):
            raise TaskFailed("'schema' has no list 'fields': write schema.fields[].name and .type")
        return self.schema_

    def _of_format(self) -> dict[str, Any]:
        match self.format:
            case LoadFormat.CSV | None:
                return self.csv_options.configuration() if self.csv_options else {}
            case LoadFormat.AVRO if self.avro_options:
                return {"useAvroLogicalTypes": self.avro_options.use_avro_logical_types}
            case _:
                return {}


class Load(LoadTask):
    """Loads a file of internal storage into a table of BigQuery.

    The file is sent in parts, so that it may be of any size. Without a `schema` the table's own
    schema counts, or the one that the file brings along (Avro, Parquet, ORC), or what BigQuery
    finds out (`autodetect`). A table that exists is appended to, unless `writeDisposition` says
    otherwise; a dataset must exist. BigQuery knows the job by an id of ours: a worker that is lost
    never makes it load twice.
    """

    type_name: ClassVar[str] = "gcp.bigquery.Load"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Load a Parquet file that a script has made",
            """id: load_events
namespace: company.team
tasks:
  - id: transform
    type: scripts.python.Script
    script: |
      import pandas as pd
      pd.DataFrame({"id": [1, 2, 3]}).to_parquet("events.parquet")
    outputFiles:
      - events.parquet
  - id: load
    type: gcp.bigquery.Load
    from: "{{ outputs.transform.outputFiles['events.parquet'] }}"
    destinationTable: analytics.events
    format: PARQUET
    writeDisposition: WRITE_APPEND
""",
        ),
        (
            "Replace a table by a CSV file",
            """id: load_customers
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: load
    type: gcp.bigquery.Load
    from: "{{ inputs.file }}"
    destinationTable: my-project.shop.customers
    format: CSV
    csvOptions:
      fieldDelimiter: ";"
      skipLeadingRows: 1
    schema:
      fields:
        - name: id
          type: INT64
        - name: name
          type: STRING
    writeDisposition: WRITE_TRUNCATE
""",
        ),
    )

    from_: Dyn[Text | None] = Field(default=None, alias="from")
    failed_on_empty: Dyn[bool] = True

    def run(self, ctx: RunContext) -> Outputs:
        if not self.from_:
            raise TaskFailed("'from' is empty: it must be the URI of a file of internal storage")
        file = ctx.fetch(self.from_)
        if file.stat().st_size == 0:
            if self.failed_on_empty:
                raise TaskFailed(
                    f"The file {self.from_} is empty; 'failedOnEmpty: false' lets that pass"
                )
            return {"rows": 0}
        with opened(ctx, self) as line:
            return self.done(ctx, UploadRun(line, self.configuration(line.project), file))

    def job(self, ctx: RunContext, line: BigQuery) -> BigQueryJob:
        return UploadRun(line, self.configuration(line.project), ctx.fetch(str(self.from_)))


class LoadFromGcs(LoadTask):
    """Loads files of Cloud Storage into a table of BigQuery. `from` may hold one `*` per URI."""

    type_name: ClassVar[str] = "gcp.bigquery.LoadFromGcs"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Load all files of a day",
            """id: load_day
namespace: company.team
tasks:
  - id: load
    type: gcp.bigquery.LoadFromGcs
    from:
      - gs://my-bucket/events/2026-11-22/*.json
    destinationTable: analytics.events
    format: JSON
    autodetect: true
""",
        ),
    )

    from_: Dyn[list[Text] | None] = Field(default=None, alias="from")

    def job(self, ctx: RunContext, line: BigQuery) -> BigQueryJob:
        sources = self.upstream()
        bad = [source for source in sources if not source.startswith("gs://")]
        if bad or not sources:
            shown = f"'{bad[0]}' is none" if bad else "there is none"
            raise TaskFailed(f"'from' must hold addresses such as gs://bucket/path/*.csv; {shown}")
        return LoadRun(line, self.configuration(line.project, sources))

    def outcome(self, ctx: RunContext, job: BigQueryJob) -> Outputs:
        for source in self.upstream():
            ctx.asset(source, direction="input")
        return super().outcome(ctx, job)

    def upstream(self) -> list[str]:
        return [str(source) for source in self.from_ or ()]
