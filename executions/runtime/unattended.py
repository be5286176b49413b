"""Finds executions with messages that no turn has taken: their bell was lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import connections

from executions.runtime.identity import Rhythm

LIMIT: Final = 500

_WAITING: Final = """
select distinct tenant_id, execution_id
  from (select tenant_id, execution_id from inbox
         where created_at < now() - %s::interval
         order by created_at limit %s) as old
"""


def executions(rhythm: Rhythm) -> Mapping[UUID, set[UUID]]:
    """Executions whose oldest message has waited for half a poll, by tenant."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    with connections["system"].cursor() as cursor:
        facts: list[Any] = [rhythm.poll / 2, LIMIT]
        cursor.execute(_WAITING, facts)
        for tenant_id, execution_id in cursor.fetchall():
            found[tenant_id].add(execution_id)
    return found
