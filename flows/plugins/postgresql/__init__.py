"""PostgreSQL."""

from __future__ import annotations

from flows.plugins.postgresql.copying import CopyIn, CopyOut
from flows.plugins.postgresql.session import PostgresConnection
from flows.plugins.postgresql.tasks import Queries, Query
from flows.plugins.postgresql.trigger import Trigger

PLUGINS: tuple[type, ...] = (CopyIn, CopyOut, Queries, Query, Trigger)
CONNECTIONS = (PostgresConnection,)
