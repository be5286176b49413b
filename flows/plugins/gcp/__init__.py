"""Google Cloud: BigQuery."""

from __future__ import annotations

from downbeat.sdk.connection import Connection
from flows.plugins.gcp import bigquery
from flows.plugins.gcp.connection import GcpConnection

CONNECTIONS: tuple[type[Connection], ...] = (GcpConnection,)
PLUGINS: tuple[type, ...] = (
    bigquery.Copy,
    bigquery.CreateTable,
    bigquery.DeleteTable,
    bigquery.ExtractToGcs,
    bigquery.Load,
    bigquery.LoadFromGcs,
    bigquery.Query,
)
