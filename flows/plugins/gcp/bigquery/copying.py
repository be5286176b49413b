"""``gcp.bigquery.Copy``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs
from flows.plugins.gcp.bigquery.jobs import BigQueryJob, CopyRun
from flows.plugins.gcp.bigquery.names import TableName, table_name
from flows.plugins.gcp.bigquery.options import OperationType
from flows.plugins.gcp.bigquery.session import BigQuery, opened
from flows.plugins.gcp.bigquery.task import LabelledTask, common, measured


class Copy(LabelledTask):
    """Copies tables into one, or makes a snapshot, a clone, or a table out of a snapshot.

    Tables may be partitions (`table$20260131`). With `dryRun` nothing is sent: BigQuery does not
    try copies out, so only the names are checked.
    """

    type_name: ClassVar[str] = "gcp.bigquery.Copy"
    outputs_schema: ClassVar[Mapping[str, str]] = {"jobId": "The id of the job at BigQuery."}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Keep a snapshot",
            """id: keep_snapshot
namespace: company.team
tasks:
  - id: snapshot
    type: gcp.bigquery.Copy
    operationType: SNAPSHOT
    sourceTables:
      - my-project.shop.orders
    destinationTable: my-project.archive.orders_of_today
""",
        ),
    )

    source_tables: Dyn[list[Text]]
    destination_table: Dyn[Text]
    operation_type: Dyn[OperationType | None] = None

    def run(self, ctx: RunContext) -> Outputs:
        if not self.dry_run:
            return super().run(ctx)
        with opened(ctx, self) as line:
            self.configuration(line.project)
        ctx.log.info("Dry run: nothing was copied")
        return {}

    def configuration(self, project: str) -> dict[str, Any]:
        """The job as the REST API wants it."""
        told = {
            "sourceTables": [source.reference for source in self.sources(project)],
            "destinationTable": self._into(project).reference,
            "writeDisposition": _word(self.write_disposition),
            "createDisposition": _word(self.create_disposition),
            "operationType": _word(self.operation_type),
        }
        return common("copy", told, timeout=self.job_timeout, labels=self.labels)

    def sources(self, project: str) -> list[TableName]:
        """The tables that are copied."""
        if not self.source_tables:
            raise TaskFailed("'sourceTables' is empty: name at least one table")
        return [table_name(text, project, of="sourceTables") for text in self.source_tables]

    def job(self, ctx: RunContext, line: BigQuery) -> BigQueryJob:
        return CopyRun(line, self.configuration(line.project))

    def outcome(self, ctx: RunContext, job: BigQueryJob) -> Outputs:
        project = job.line.project
        into = self._into(project)
        measured(ctx, job.last, {"num.child.jobs": "numChildJobs"})
        upstream = [source.asset for source in self.sources(project)]
        for asset in upstream:
            ctx.asset(asset, direction="input", type="bigquery.table")
        ctx.asset(into.asset, direction="output", type="bigquery.table", upstream=upstream)
        return {"jobId": job.last.job_id}

    def _into(self, project: str) -> TableName:
        return table_name(self.destination_table, project, of="destinationTable")


def _word(value: Any) -> str | None:
    return None if value is None else str(value)
