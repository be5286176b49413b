"""Runs the benchmarks and prints figures and ratios: ``python -m tests.bench.main [W1 W2 …]``."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.bench import flows, footprint, limits, workloads
from tests.bench.server import Server, running

GOALS: Final = {
    "W1 python chain of 40": "<= 0.6 s",
    "W1 inline chain of 40": "<= 0.1 s",
    "W2 python fan of 100": "<= 1.0 s",
    "W2 inline loop of 100": "<= 0.3 s",
    "W2 loop 10,000/100 per item": "<= 1.5",
    "W3 median": "<= 0.020 s",
    "W3 p95": "<= 0.050 s",
    "W4 executions/s": ">= 100",
    "W5 wall/code": "<= 1.03",
    "W6 PSS": "<= 400 MB",
    "W6 CPU": "<= 2 %",
    "webhook 4,000/min mean": "<= 0.200 s",
}


@dataclass
class Report:
    """Prints each figure as soon as it is known."""

    prefix: str

    def show(self, name: str, value: float, unit: str = "s") -> None:
        """One line: figure, unit, goal."""
        goal = GOALS.get(name, "")
        print(f"{self.prefix:11} {name:34} {value:10.4f} {unit:4} {goal}", flush=True)


def chain(server: Server, report: Report) -> None:
    """W1."""
    server.client.deploy(flows.python_chain(40))
    server.client.deploy(flows.inline_chain(40))
    python = workloads.median_wall(server.client, "w1", rounds=5)
    report.show("W1 python chain of 40", python)
    report.show(
        "W1 inline chain of 40",
        workloads.median_wall(server.client, "inline", rounds=7),
    )
    bare = statistics.median(limits.bare_python() for _ in range(5))
    report.show("W1 bare Python", bare)
    report.show("W1 chain / bare Python", python / bare, "x")


def fan(server: Server, report: Report) -> None:
    """W2."""
    for source in (
        flows.python_fan(100),
        flows.inline_loop(100),
        flows.inline_loop(10_000),
    ):
        server.client.deploy(source)
    report.show("W2 python fan of 100", workloads.median_wall(server.client, "w2", rounds=3))
    short = workloads.median_wall(server.client, "loop100", rounds=5)
    report.show("W2 inline loop of 100", short)
    long = workloads.run_flow(server.client, "loop10000").wall
    report.show("W2 inline loop of 10,000", long)
    report.show("W2 loop 10,000/100 per item", (long / 10_000) / (short / 100), "x")


def first_code(server: Server, report: Report) -> None:
    """W3."""
    server.client.deploy(flows.stamp())
    median, p95 = workloads.start_latency(server.client, rounds=40)
    report.show("W3 median", median)
    report.show("W3 p95", p95)


def at_once(server: Server, report: Report) -> None:
    """W4."""
    server.client.deploy(flows.single())
    workloads.run_flow(server.client, "w4")
    report.show("W4 executions/s", workloads.burst(server.client, count=300), "/s")


def computing(server: Server, report: Report) -> None:
    """W5."""
    server.client.deploy(flows.busy(10))
    report.show("W5 wall/code", workloads.busy_ratio(server.client), "x")


def webhooks(server: Server, report: Report) -> None:
    """A constant rate of webhooks, then higher ones until it breaks."""
    server.client.deploy(flows.webhook())
    workloads.webhook_rate(server.client, per_second=20, seconds=2)
    for per_minute in (4_000, 6_000, 8_000, 12_000, 16_000):
        found = workloads.webhook_rate(server.client, per_second=per_minute / 60, seconds=10)
        report.show(f"webhook {per_minute:,}/min mean", found.mean)
        report.show(f"webhook {per_minute:,}/min p95", found.p95)
        report.show(f"webhook {per_minute:,}/min done", found.done * 60, "/min")
        if found.done < 0.9 * found.offered or found.mean > 1.0:
            print(f"{report.prefix:11} breaks between here and the rate before")
            return


def idle(server: Server, report: Report) -> None:
    """W6."""
    time.sleep(5)
    memory, share, parts = footprint.idle(server.process.pid, seconds=20)
    report.show("W6 PSS", memory, "MB")
    report.show("W6 CPU", share, "%")
    for part, size in parts[:12]:
        print(f"{report.prefix:11}   {part:50} {size:8.1f} MB")


ALL: Final[dict[str, Callable[[Server, Report], None]]] = {
    "W6": idle,
    "W3": first_code,
    "W1": chain,
    "W2": fan,
    "W4": at_once,
    "W5": computing,
    "WEBHOOK": webhooks,
}
LAUNCHED: Final = ("W1", "W2", "W3", "W4")


def main(names: list[str]) -> None:
    """Every named workload with the process launcher, then those that launch with bubblewrap."""
    wanted = [name.upper() for name in names] or list(ALL)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with running(DOWNBEAT_LAUNCHER="process", DOWNBEAT_ALLOW_PROCESS_LAUNCHER="1") as server:
        report = Report("process")
        for name in wanted:
            ALL[name](server, report)
        for name, value in limits.database(database_of(server)).items():
            report.show(name, value, "/s")
    launched = [name for name in wanted if name in LAUNCHED]
    if launched:
        with running(DOWNBEAT_LAUNCHER="bubblewrap") as server:
            for name in launched:
                ALL[name](server, Report("bubblewrap"))


def database_of(server: Server) -> str:
    """How the benchmark reaches the server's own PostgreSQL, as its owner."""
    from downbeat.embedded.facts import owner_dsn

    return owner_dsn(server.home / "home")


if __name__ == "__main__":
    main(sys.argv[1:])
