"""BigQuery: queries, loads, copies, exports and tables."""

from __future__ import annotations

from flows.plugins.gcp.bigquery.copying import Copy
from flows.plugins.gcp.bigquery.extract import ExtractToGcs
from flows.plugins.gcp.bigquery.load import Load, LoadFromGcs
from flows.plugins.gcp.bigquery.query import Query
from flows.plugins.gcp.bigquery.tables import CreateTable, DeleteTable

__all__ = ["Copy", "CreateTable", "DeleteTable", "ExtractToGcs", "Load", "LoadFromGcs", "Query"]
