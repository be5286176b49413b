"""Doorbells by Redis and RabbitMQ: they make things quick, and nothing depends on them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from tenants.models import Namespace
from tests.integration.broker.conftest import NOBODY, Place, place, purge, send
from tests.integration.runtime.conftest import Processes
from tests.support.cast import NAMESPACE, Cast

STEPS = """  - id: first
    type: scripts.shell.Script
    script: 'echo one'
  - id: second
    type: core.debug.Return
    format: two
  - id: third
    type: scripts.shell.Script
    script: 'echo three'
"""
SLOW = """  - id: slow
    type: scripts.shell.Script
    script: 'sleep 0.3'
"""
RARELY = {"DOWNBEAT_POLL_SECONDS": "120", "DOWNBEAT_SWEEP_SECONDS": "120"}
OFTEN = {"DOWNBEAT_POLL_SECONDS": "0.5"}

opened = contextmanager(place)


def succeeded_once(place: Place, ids: list[str], *, seconds: float) -> None:
    """Every execution ended well, and no task was tried twice."""
    for shown in place.ended(ids, seconds=seconds):
        assert shown["state"]["current"] == "SUCCESS", shown
        for run in shown["taskRunList"]:
            assert len(run["attempts"] or [None]) == 1, run


def test_bells_by_the_broker_are_heard_without_any_poll(
    cast: Cast, processes: Processes, broker: str
) -> None:
    with opened(cast, processes, broker, **RARELY) as here:
        here.deploy("steps", STEPS)

        ids = [here.start("steps") for _ in range(5)]

        succeeded_once(here, ids, seconds=60)


def test_a_broker_that_forgets_everything_costs_only_time(
    cast: Cast, processes: Processes, broker: str
) -> None:
    with opened(cast, processes, broker, **OFTEN) as here, forgetting(broker):
        here.deploy("slow", SLOW)

        ids = [here.start("slow") for _ in range(12)]

        succeeded_once(here, ids, seconds=60)


def test_doubled_and_forged_messages_change_nothing(
    cast: Cast, processes: Processes, broker: str
) -> None:
    with opened(cast, processes, broker, **OFTEN) as here:
        here.deploy("slow", SLOW)
        ids = [here.start("slow") for _ in range(6)]

        true = [f"advance:{cast.tenant.id}:{id}" for id in ids]
        foreign = [f"advance:{cast.other.id}:{id}" for id in ids]
        absent = [f"{kind}:{uuid7()}:{uuid7()}" for kind in ("advance", "attempt", "schedule")]
        absurd = ["", "x", "advance:1:2", "a:b:c:d", "é" * 5000, 7, None, {"kind": "advance"}, [[]]]
        send(broker, *true * 5, *foreign, *absent, *absurd)

        succeeded_once(here, ids, seconds=60)
        succeeded_once(here, [here.start("slow")], seconds=30)


def test_without_its_broker_an_instance_still_runs(cast: Cast, processes: Processes) -> None:
    with opened(cast, processes, NOBODY, **OFTEN) as here:
        here.deploy("steps", STEPS)

        began = time.monotonic()
        ids = [here.start("steps") for _ in range(3)]
        took = time.monotonic() - began

        succeeded_once(here, ids, seconds=90)
        assert took < 20


@contextmanager
def forgetting(broker: str) -> Iterator[None]:
    """Loses every message that waits, again and again."""
    over = threading.Event()

    def forget() -> None:
        while not over.wait(0.05):
            purge(broker)

    thread = threading.Thread(target=forget)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_group_of_its_own_is_rung_by_the_broker_too(
    cast: Cast, processes: Processes, broker: str
) -> None:
    with opened(cast, processes, broker, **RARELY) as here:
        here.deploy("steps", STEPS)
        processes.worker(group="rare")
        give_to_group(cast, "rare")

        ids = [here.start("steps") for _ in range(3)]

        succeeded_once(here, ids, seconds=60)


def give_to_group(cast: Cast, group: str) -> None:
    """Moves Alice's namespace to a worker group."""
    with tenant_scope(cast.tenant.id):
        assert Namespace.objects.filter(path=NAMESPACE).update(worker_group=group)
