"""A quota of 5 under 16 claimers that are killed: what ran says that there were never 6.

The proof is a sweep over the intervals in which attempts and executions ran, as the database has
written them: nothing is sampled, so no moment is missed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from django.db import connections

from downbeat.common.scope import tenant_entered
from executions.runtime import sweep
from executions.runtime.identity import Rhythm
from executions.services import limit_changes
from tenants.ceilings import QuotaKind
from tenants.services.quotas import NewQuota, create_quota
from tests.integration.engine.stage import Stage
from tests.integration.limits import claimers
from tests.support.database import Server

SOAK: Final = bool(float(os.environ.get("SOAK_MINUTES", "0")))
EXECUTIONS: Final = 1500 if SOAK else 20
KILLS: Final = 12 if SOAK else 4
CLAIMERS: Final = 16
TASK_RUNS: Final = 5
AT_ONCE: Final = 4
PATIENCE: Final = 1800 if SOAK else 600
SOURCE: Final = """
id: swept
namespace: company.data
workerGroup: {key: swept}
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
      - {id: a, type: scripts.shell.Commands, commands: [work]}
      - {id: b, type: scripts.shell.Commands, commands: [work]}
      - {id: c, type: scripts.shell.Commands, commands: [work]}
"""
Interval = tuple[datetime, datetime]

pytestmark = pytest.mark.timeout(PATIENCE + 120)


def test_there_are_never_more_than_the_quota(stage: Stage, database: Server) -> None:
    seed = int(os.environ.get("CHAOS_SEED", "7"))
    print(f"seed {seed}: {EXECUTIONS} executions, {KILLS} kills (CHAOS_SEED repeats it)")
    with tenant_entered(stage.tenant_id):
        create_quota(
            stage.actor, NewQuota(QuotaKind.RUNNING_TASK_RUNS, TASK_RUNS, namespace="company")
        )
        create_quota(stage.actor, NewQuota(QuotaKind.RUNNING_EXECUTIONS, AT_ONCE))
        stage.deploy(SOURCE)
    for _ in range(EXECUTIONS):
        stage.start("swept")

    with claiming(stage.tenant_id, seed) as pids:
        _kill_and_sweep(stage, pids, random.Random(seed))

    attempts = stage.rows("select started_at, ended_at from attempt where started_at is not null")
    assert set(stage.executions().values()) == {"SUCCESS"}
    assert most_at_once(attempts) == TASK_RUNS
    assert most_at_once(_running(stage)) == AT_ONCE
    lost = stage.rows("select count(*) from attempt where reason = 'worker_lost'")
    print(f"{len(attempts)} attempts ran, {lost[0][0]} of them lost their worker")


def test_the_sweep_over_intervals_sees_one_too_many() -> None:
    """The proof itself: an overlap is found, and what ends when the next begins is none."""
    at = [datetime.fromtimestamp(second) for second in range(4)]

    assert most_at_once([(at[0], at[2]), (at[1], at[3])]) == 2
    assert most_at_once([(at[0], at[1]), (at[1], at[2])]) == 1


def most_at_once(intervals: Iterable[tuple[datetime, ...]]) -> int:
    """How many intervals overlap at the worst moment; ends come before beginnings."""
    moments = sorted(moment for begun, ended in intervals for moment in ((begun, 1), (ended, -1)))
    running = most = 0
    for _, change in sorted(moments, key=lambda moment: (moment[0], moment[1])):
        running += change
        most = max(most, running)
    return most


@contextmanager
def claiming(tenant_id: UUID, seed: int) -> Iterator[list[int]]:
    """Sixteen claimers, and the pids by which they can be killed."""
    # Whatever this process has become by what it imported: they claim, so they are workers.
    environment = {**os.environ, "DOWNBEAT_PROCESS": "worker"}
    for alias, name in (("default", ""), ("system", "SYSTEM_"), ("owner", "OWNER_")):
        environment[f"DOWNBEAT_DATABASE_{name}URL"] = _url(alias)
    process = subprocess.Popen(
        [sys.executable, str(Path(claimers.__file__)), str(tenant_id), "swept", str(CLAIMERS),
         str(seed)],
        env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield [int(pid) for pid in process.stdout.readline().split()]
    finally:
        # The whole session: nobody of it may hold the database when it is dropped.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _url(alias: str) -> str:
    from downbeat.settings.environment import database_url

    known = connections.settings[alias]
    return database_url(
        user=known["USER"], password=known["PASSWORD"], host=known["HOST"],
        port=known["PORT"], name=known["NAME"],
    )  # fmt: skip


def _kill_and_sweep(stage: Stage, pids: list[int], chance: random.Random) -> None:
    """Kills some claimers while work is left, and does what a scheduler does, until all has ended."""
    victims = chance.sample(pids, KILLS)
    times = Rhythm(*(claimers.LEASE,) * 4)
    began, until = time.monotonic(), time.monotonic() + PATIENCE
    while stage.rows("select 1 from execution where ended_at is null limit 1"):
        assert time.monotonic() < until, stage.rows("select state, reason from execution")
        assert any(_lives(pid) for pid in pids), "the claimers broke; see what they printed"
        if victims and time.monotonic() - began > 0.2:
            began = time.monotonic()
            os.kill(victims.pop(), signal.SIGKILL)
        sweep.sweep(times)
        limit_changes.sweep()
        time.sleep(0.1)
    assert not victims


def _lives(pid: int) -> bool:
    """Whether a process is there and not only its exit code."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _running(stage: Stage) -> list[Interval]:
    """From the first RUNNING of each execution to its end, as its history has it."""
    found = []
    for (histories,) in stage.rows("select histories from execution"):
        moments = histories if isinstance(histories, list) else json.loads(histories)
        begun = next(one["date"] for one in moments if one["state"] == "RUNNING")
        found.append((datetime.fromisoformat(begun), datetime.fromisoformat(moments[-1]["date"])))
    return found
