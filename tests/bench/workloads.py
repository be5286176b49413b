"""The workloads: each returns figures in seconds or per second, as a client sees them."""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tests.bench import flows
from tests.bench.server import Client

POLL_SECONDS: Final = 0.02
LIMIT_SECONDS: Final = 180.0
TERMINAL: Final = frozenset(
    ["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED"]
)


@dataclass(frozen=True)
class Timed:
    """One execution as timed from outside: seconds from request to terminal state."""

    wall: float
    execution: dict[str, Any]


def run_flow(client: Client, flow_id: str) -> Timed:
    """Starts an execution, waits for its end and returns how long that took."""
    began = time.time()
    execution = client.call("POST", f"/executions/bench/{flow_id}?wait=true")
    if execution["state"]["current"] not in TERMINAL:
        execution = wait_for(client, execution["id"])
    if execution["state"]["current"] != "SUCCESS":
        raise RuntimeError(f"{flow_id} ended {execution['state']['current']}")
    return Timed(time.time() - began, execution)


def wait_for(client: Client, execution_id: str) -> dict[str, Any]:
    """The execution once it is terminal."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        found: dict[str, Any] = client.call("GET", f"/executions/{execution_id}")
        if found["state"]["current"] in TERMINAL:
            return found
        time.sleep(POLL_SECONDS)
    raise RuntimeError(f"{execution_id} did not end within {LIMIT_SECONDS:.0f} s")


def median_wall(client: Client, flow_id: str, *, rounds: int) -> float:
    """The median of several runs, after one that warms up."""
    run_flow(client, flow_id)
    return statistics.median(run_flow(client, flow_id).wall for _ in range(rounds))


def start_latency(client: Client, *, rounds: int) -> tuple[float, float]:
    """W3: median and 95th percentile from the request to the task's first line of code."""
    waits = []
    for _ in range(rounds + 3):
        time.sleep(0.1)
        began = time.time()
        started = client.call("POST", "/executions/bench/w3")
        ended = wait_for(client, started["id"])
        run = ended["taskRunList"][0]["id"]
        outputs = client.call("GET", f"/outputs/tasks/{ended['id']}/{run}")
        waits.append(float(outputs["vars"]["at"]) - began)
    kept = sorted(waits[3:])
    return statistics.median(kept), kept[int(len(kept) * 0.95) - 1]


def burst(client: Client, *, count: int, threads: int = 8) -> float:
    """W4: executions per second when ``count`` are started at once."""
    began = time.time()
    _in_threads(lambda _: client.call("POST", "/executions/bench/w4"), count, threads)
    ends = _ends(client, "w4", count)
    return count / (max(ends) - began)


def busy_ratio(client: Client) -> float:
    """W5: wall time over time spent in the tasks' code."""
    timed = run_flow(client, "w5")
    spent = 0.0
    for run in timed.execution["taskRunList"]:
        outputs = client.call("GET", f"/outputs/tasks/{timed.execution['id']}/{run['id']}")
        spent += float(outputs["vars"]["seconds"])
    return timed.wall / spent


@dataclass(frozen=True)
class Rate:
    """What a constant rate of webhooks did."""

    offered: float
    done: float
    mean: float
    p95: float


def webhook_rate(client: Client, *, per_second: float, seconds: float) -> Rate:
    """Calls the webhook at a constant rate (open loop); latencies from due time to the end."""
    count = int(per_second * seconds)
    due: list[float] = [0.0] * count
    ids: list[str] = [""] * count
    begin = time.time() + 0.2

    def call(number: int) -> None:
        at = begin + number / per_second
        time.sleep(max(0.0, at - time.time()))
        due[number] = at
        answer = client.call(
            "POST",
            "/executions/webhook/bench/hook/benchmark-key-0123456789",
            json.dumps({"n": number}).encode(),
            kind="application/json",
        )
        ids[number] = answer["id"]

    _in_threads(call, count, 16)
    ends = _end_times(client, "hook", set(ids))
    waits = sorted(ends[ids[number]] - due[number] for number in range(count))
    span = max(ends.values()) - begin
    return Rate(per_second, count / span, statistics.fmean(waits), waits[int(count * 0.95) - 1])


def _in_threads(call: Callable[[int], object], count: int, threads: int) -> None:
    numbers = iter(range(count))
    lock = threading.Lock()
    failures: list[Exception] = []

    def work() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None or failures:
                return
            try:
                call(number)
            except (OSError, RuntimeError, ValueError, KeyError) as error:
                failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]


def _ends(client: Client, flow_id: str, count: int) -> list[float]:
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        ends = [end for end in _listed(client, flow_id).values() if end]
        if len(ends) >= count:
            return ends
        time.sleep(0.2)
    raise RuntimeError(f"{flow_id}: not all of {count} ended within {LIMIT_SECONDS:.0f} s")


def _end_times(client: Client, flow_id: str, ids: set[str]) -> dict[str, float]:
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        found = {key: end for key, end in _listed(client, flow_id).items() if key in ids and end}
        if len(found) == len(ids):
            return found
        time.sleep(0.2)
    raise RuntimeError(f"{flow_id}: {len(ids)} did not all end within {LIMIT_SECONDS:.0f} s")


def _listed(client: Client, flow_id: str) -> dict[str, float]:
    found: dict[str, float] = {}
    page = 1
    while True:
        query = (
            f"/executions/search?page={page}&size=1000&filters[namespace][EQUALS]=bench"
            f"&filters[flowId][EQUALS]={flow_id}"
        )
        listed = client.call("GET", query)["results"]
        for execution in listed:
            state = execution["state"]
            if state["current"] in TERMINAL:
                if state["current"] != "SUCCESS":
                    raise RuntimeError(f"{flow_id} ended {state['current']}")
                found[execution["id"]] = _seconds(state["histories"][-1]["date"])
            else:
                found[execution["id"]] = 0.0
        if len(listed) < 1000:
            return found
        page += 1


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


__all__ = [
    "Rate",
    "Timed",
    "burst",
    "busy_ratio",
    "flows",
    "median_wall",
    "run_flow",
    "start_latency",
    "webhook_rate",
]
