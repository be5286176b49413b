"""``jdbc.postgresql.Trigger``: starts an execution when a query returns rows."""

from __future__ import annotations

import hashlib
import json
import time
from typing import ClassVar

from downbeat.sdk.fields import Dyn
from downbeat.sdk.trigger import Fired, PollContext, Polled, PollingTrigger
from flows.plugins.jdbc.query import FetchType
from flows.plugins.postgresql.tasks import PostgresProperties


class Trigger(PostgresProperties, PollingTrigger):
    """Runs a query at an interval and starts an execution when it returns rows.

    `trigger.rows`, `trigger.row` or `trigger.uri`, and `trigger.size`. Let `sql` mark what it
    returns (`update … returning`), or name in `afterSQL` what marks it; else the next poll returns
    it again.
    """

    type_name: ClassVar[str] = "jdbc.postgresql.Trigger"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "New orders",
            """id: new_orders
namespace: company.team
tasks:
  - id: show
    type: core.log.Log
    message: "{{ trigger.size }} new orders"
triggers:
  - id: orders
    type: jdbc.postgresql.Trigger
    url: jdbc:postgresql://localhost:5432/shop
    sql: update orders set seen = true where not seen returning *
    interval: PT10S
""",
        ),
    )

    fetch_type: Dyn[FetchType] = FetchType.FETCH

    def poll(self, ctx: PollContext) -> Polled:
        with self.connect(ctx) as session:
            try:
                answer = self.answer(ctx, session, self.sql)
                if answer.get("size") and self.after_sql:
                    session.run(self.after_sql, {})
            except BaseException:
                session.rollback()
                raise
            session.commit()
        if not answer.get("size"):
            return Polled()
        text = json.dumps([answer, time.time_ns()], sort_keys=True, default=str)
        key = hashlib.sha256(text.encode()).hexdigest()
        return Polled(fired=(Fired(key=key, variables=answer),))
