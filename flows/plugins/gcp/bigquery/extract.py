"""``gcp.bigquery.ExtractToGcs``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs
from flows.plugins.gcp.bigquery.jobs import BigQueryJob, ExtractRun
from flows.plugins.gcp.bigquery.names import TableName, table_name
from flows.plugins.gcp.bigquery.session import BigQuery
from flows.plugins.gcp.bigquery.task import JobTask, common, measured


class ExtractToGcs(JobTask):
    """Exports a table to files of Cloud Storage.

    Tables of more than 1 GB need a `*` in the URI, which BigQuery replaces by the number of each
    file.
    """

    type_name: ClassVar[str] = "gcp.bigquery.ExtractToGcs"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "jobId": "The id of the job at BigQuery.",
        "sourceTable": "The name of the table, without its dataset.",
        "destinationUris": "Where the files are, as they were asked for.",
        "fileCounts": "How many files each of the URIs became.",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Export a table as CSV",
            """id: export_orders
namespace: company.team
tasks:
  - id: export
    type: gcp.bigquery.ExtractToGcs
    sourceTable: my-project.shop.orders
    destinationUris:
      - gs://my-bucket/orders/part-*.csv.gz
    format: CSV
    compression: GZIP
    fieldDelimiter: ";"
    printHeader: true
""",
        ),
    )

    source_table: Dyn[Text | None] = None
    destination_uris: Dyn[list[Text] | None] = None
    compression: Dyn[Text | None] = None
    field_delimiter: Dyn[Text | None] = None
    format: Dyn[Text | None] = None
    use_avro_logical_types: Dyn[bool | None] = None
    job_timeout_ms: Dyn[int | None] = Field(default=None, ge=1)
    labels: Dyn[dict[str, Text] | None] = None
    print_header: Dyn[bool | None] = None

    def longest(self) -> timedelta | None:
        return None if self.job_timeout_ms is None else timedelta(milliseconds=self.job_timeout_ms)

    def configuration(self, project: str) -> dict[str, Any]:
        """The job as the REST API wants it."""
        uris = [str(uri) for uri in self.destination_uris or ()]
        if not uris or not all(uri.startswith("gs://") for uri in uris):
            raise TaskFailed("'destinationUris' must hold addresses such as gs://bucket/part-*.csv")
        wanted = (self.format or "").upper()
        told = {
            "sourceTable": self._source(project).reference,
            "destinationUris": uris,
            "compression": self.compression,
            "fieldDelimiter": self.field_delimiter,
            "destinationFormat": ("NEWLINE_DELIMITED_JSON" if wanted == "JSON" else wanted) or None,
            "useAvroLogicalTypes": self.use_avro_logical_types,
            "printHeader": self.print_header,
        }
        return common("extract", told, timeout=self.longest(), labels=self.labels)

    def job(self, ctx: RunContext, line: BigQuery) -> BigQueryJob:
        return ExtractRun(line, self.configuration(line.project))

    def outcome(self, ctx: RunContext, job: BigQueryJob) -> Outputs:
        source = self._source(job.line.project)
        counts = list(job.last.destination_uri_file_counts or ())
        measured(ctx, job.last, {}, source_table=str(source))
        if counts:
            ctx.metric("output.file_counts", sum(counts), tags={"source_table": str(source)})
        ctx.asset(source.asset, direction="input", type="bigquery.table")
        for uri in self.destination_uris or ():
            ctx.asset(str(uri), direction="output", upstream=[source.asset])
        return {
            "jobId": job.last.job_id,
            "sourceTable": source.table,
            "destinationUris": list(self.destination_uris or ()),
            "fileCounts": counts,
        }

    def _source(self, project: str) -> TableName:
        return table_name(self.source_table, project, of="sourceTable")
