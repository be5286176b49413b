"""``jdbc.postgresql.Query`` and ``jdbc.postgresql.Queries``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar

from downbeat.sdk.context import RunContext
from flows.plugins.jdbc.query import Session, SqlProperties, SqlQueries, SqlQuery
from flows.plugins.postgresql.session import PostgresConnection, PostgresSession, connected


class PostgresProperties(PostgresConnection, SqlProperties):
    """The connection and the statement."""

    def connect(self, ctx: RunContext) -> AbstractContextManager[Session]:
        return self._opened(ctx)

    @contextmanager
    def _opened(self, ctx: RunContext) -> Iterator[Session]:
        with connected(ctx, self, zone=self.time_zone_id) as connection:
            yield PostgresSession(connection, fetch_size=self.fetch_size)


class Query(PostgresProperties, SqlQuery):
    """Runs SQL in PostgreSQL.

    Statements before the last one are run for their effect; the last one's rows are fetched.
    `:name` in the SQL is a value of `parameters`. Outputs: `rows`, `row` or `uri` (JSON lines),
    `size`.
    """

    type_name: ClassVar[str] = "jdbc.postgresql.Query"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Orders of a day",
            """id: orders_of_a_day
namespace: company.team
tasks:
  - id: orders
    type: jdbc.postgresql.Query
    url: jdbc:postgresql://localhost:5432/shop
    username: reader
    password: "{{ secret('SHOP_PASSWORD') }}"
    sql: select * from orders where day = :day
    parameters:
      day: "2024-01-31"
    fetchType: STORE
""",
        ),
        (
            "With a connection of the namespace",
            """id: orders_of_the_shop
namespace: company.team
tasks:
  - id: orders
    type: jdbc.postgresql.Query
    connection: shop
    sql: select count(*) as total from orders
    fetchType: FETCH_ONE
""",
        ),
    )


class Queries(PostgresProperties, SqlQueries):
    """Runs several statements in PostgreSQL. Output `outputs`: one entry for each statement."""

    type_name: ClassVar[str] = "jdbc.postgresql.Queries"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Two statements in one transaction",
            """id: two_statements
namespace: company.team
tasks:
  - id: statements
    type: jdbc.postgresql.Queries
    url: jdbc:postgresql://localhost:5432/shop
    fetchType: FETCH
    sql: |
      update orders set checked = true where not checked;
      select count(*) as total from orders;
""",
        ),
    )
