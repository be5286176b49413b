"""Kills of every process, at named commit points and at random: nothing lost, nothing twice."""

from __future__ import annotations

import http.client
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from downbeat.common.faultpoints import NAMES
from tests.bench.server import Server, free_port
from tests.chaos import witness
from tests.chaos.instance import LEASE_SECONDS, ROLES, instance, kill
from tests.chaos.judgement import TERMINAL, Facts, faults
from tests.chaos.load import Load

KILLS: Final = int(os.environ.get("CHAOS_KILLS", "20"))
EXECUTIONS: Final = int(os.environ.get("CHAOS_EXECUTIONS", "240"))
RECOVERY_SECONDS: Final = 30.0
END_SECONDS: Final = 240.0

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


def test_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    seed = int(os.environ.get("CHAOS_SEED", str(random.SystemRandom().randrange(10**6))))
    print(f"seed {seed}: {KILLS} kills under {EXECUTIONS} executions (CHAOS_SEED repeats it)")
    dice = random.Random(seed)
    armed = tmp_path / "faultpoints"
    armed.mkdir()
    armed.chmod(0o777)
    tmp_path.chmod(0o755)

    with witnessing(tmp_path) as (port, file), instance(armed) as server:
        load = Load(server.client)
        load.deploy(witness_port=port, seconds=0.3)
        starting = start_all(load, f"{seed}-")
        worst = maltreat(server, armed, dice)
        starting.join()
        assert load.refused == [], "the API did not answer for a minute"
        executions = wait_for_all(server, load)
        found = faults(
            Facts(load.accepted, executions, tuple(witness.reports(file)), LEASE_SECONDS)
        )
    print(f"slowest recovery {worst:.1f} s")
    assert found == []
    assert worst < RECOVERY_SECONDS


@contextmanager
def witnessing(folder: Path) -> Iterator[tuple[int, Path]]:
    """The witness process and its file."""
    port, file = free_port(), folder / "witness.sqlite"
    process = subprocess.Popen(
        [sys.executable, witness.__file__, str(port), str(file)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    try:
        yield port, file
    finally:
        process.kill()
        process.wait()


def start_all(load: Load, prefix: str) -> threading.Thread:
    """Starts every execution from a few threads, most of them at once; returns what to join."""
    keys = iter([f"{prefix}{number}" for number in range(EXECUTIONS)])
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                key = next(keys, None)
            if key is None:
                return
            load.start(key)

    def run() -> None:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    whole = threading.Thread(target=run)
    whole.start()
    return whole


def maltreat(server: Server, armed: Path, dice: random.Random) -> float:
    """Half the kills at fault points, half at random; returns the slowest recovery in seconds."""
    worst = 0.0
    for number in range(KILLS):
        time.sleep(dice.uniform(0.2, 1.5))
        began = time.monotonic()
        if number % 2:
            role = dice.choice(ROLES)
            victim = kill(server, role, dice)
            print(f"kill {number}: {role} {victim}")
        else:
            point = dice.choice(NAMES)
            (armed / point).write_text(str(dice.randrange(1, 6)))
            print(f"kill {number}: armed {point}")
        worst = max(worst, until_ready(server, began))
    return worst


def until_ready(server: Server, began: float) -> float:
    """Seconds until the instance says that it is ready again."""
    while time.monotonic() - began < 2 * RECOVERY_SECONDS:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=2)
        try:
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return time.monotonic() - began
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    return time.monotonic() - began


def wait_for_all(server: Server, load: Load) -> dict[str, Any]:
    """Every execution of the flow, once all of them are terminal."""
    deadline = time.monotonic() + END_SECONDS
    found: dict[str, Any] = {}
    while time.monotonic() < deadline:
        listed = _listed(server)
        if len(listed) >= len(load.accepted) and all(
            item["state"]["current"] in TERMINAL for item in listed
        ):
            break
        time.sleep(0.5)
    for item in _listed(server):
        found[item["id"]] = server.client.call("GET", f"/executions/{item['id']}")
    return found


def _listed(server: Server) -> list[dict[str, Any]]:
    query = "/executions/search?size=1000&filters[namespace][EQUALS]=chaos"
    results: list[dict[str, Any]] = server.client.call("GET", query)["results"]
    return results
