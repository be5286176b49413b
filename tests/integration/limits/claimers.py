"""Claimers in processes of their own, each a whole worker without slots: claims, ends, turns.

    python claimers.py <tenant> <group> <how many> <seed>

One process imports everything and forks the others, so that sixteen of them start in a moment. It
prints the pid of each; whoever started it may kill any of them, at any moment.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from executions.worker.work import AttemptKey

LEASE: Final = timedelta(seconds=3)
FEW: Final = 6


def main(tenant: str, group: str, count: int, seed: int) -> None:
    """Forks the claimers and waits for them."""
    import django

    django.setup()
    from executions.runtime import claims, turn  # noqa: F401  what every child needs
    from flows.selectors.catalogue import registry

    registry()  # reading every task type costs more than all that the children do

    children = []
    for number in range(count):
        pid = os.fork()
        if pid == 0:
            work(UUID(tenant), group, random.Random(seed * 1000 + number))
        children.append(pid)
    print(*children, flush=True)
    signal.pause()


def work(tenant_id: UUID, group: str, chance: random.Random) -> None:
    """Goes on until it is killed, or its parent is gone."""
    from downbeat.common.models import uuid7
    from executions.runtime import claims
    from executions.runtime.identity import Rhythm, WorkerIdentity
    from executions.runtime.turn import turn
    from executions.worker.work import AttemptResult, Ending

    me, times = WorkerIdentity(uuid7(), group, 3), Rhythm(LEASE, LEASE, LEASE, LEASE)
    parent = os.getppid()
    while os.getppid() == parent:
        found = claims.claim(me, limit=chance.randint(1, 3), rhythm=times)
        keys: list[AttemptKey] = [key for claimed in found.values() for key in claimed]
        chance.shuffle(keys)
        for key in keys:
            time.sleep(chance.uniform(0.02, 0.08))  # Long enough for others to claim beside it.
            done = AttemptResult(key, Ending.SUCCESS)
            turn(tenant_id, executions=(), results=[done], worker=None, free_slots=0)
        rung = _waiting(tenant_id, chance)
        if rung:
            turn(tenant_id, executions=rung, results=[], worker=None, free_slots=0)
        elif not keys:
            time.sleep(0.1)
    os._exit(0)


def _waiting(tenant_id: UUID, chance: random.Random) -> list[UUID]:
    from django.db import connections

    with connections["system"].cursor() as cursor:
        statement = "select distinct execution_id from inbox where tenant_id = %s limit 50"
        cursor.execute(statement, [tenant_id])
        found = [row[0] for row in cursor.fetchall()]
    return chance.sample(found, min(FEW, len(found)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
