"""DuckDB: SQL over files, in memory or in a database file."""

from __future__ import annotations

from flows.plugins.duckdb.tasks import Queries, Query

PLUGINS: tuple[type, ...] = (Queries, Query)
