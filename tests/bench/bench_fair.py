"""Fair share: a tenant's latency while another floods the same workers, beside its latency alone.

    python -m tests.bench.bench_fair

Both run the same task, which waits for half a second in a slot: workers are scarce, the machine is
not. The goal is a ratio of at most 1.5.
"""

from __future__ import annotations

import json
import os
import statistics
from typing import Final

from tests.bench import workloads
from tests.bench.server import Client, Server, running

SECONDS: Final = 0.5
ROUNDS: Final = 12
FLOOD: Final = int(os.environ.get("BENCH_FLOOD", "200"))
SOURCE: Final = f"""
id: held
namespace: bench
tasks:
  - id: hold
    type: scripts.shell.Commands
    commands: ["sleep {SECONDS}"]
"""


def main() -> None:
    """Prints both medians and 95th percentiles, and the ratios."""
    launcher = {"DOWNBEAT_LAUNCHER": "process", "DOWNBEAT_ALLOW_PROCESS_LAUNCHER": "1"}
    with running(**launcher) as server:
        quiet = _tenant(server, "quiet")
        for client in (server.client, quiet):
            client.deploy(SOURCE)
        alone = _latencies(quiet)
        for _ in range(FLOOD):
            server.client.call("POST", "/executions/bench/held")
        flooded = _latencies(quiet)
    print(f"alone        median {_median(alone):.3f} s  p95 {_p95(alone):.3f} s")
    print(f"under flood  median {_median(flooded):.3f} s  p95 {_p95(flooded):.3f} s")
    print(f"ratio        median {_median(flooded) / _median(alone):.2f} x  goal <= 1.5")
    print(f"ratio        p95    {_p95(flooded) / _p95(alone):.2f} x")


def _tenant(server: Server, slug: str) -> Client:
    body = json.dumps({"id": slug, "name": slug}).encode()
    status, content = server.client.raw("POST", "/api/v1/tenants", body, kind="application/json")
    if status >= 300:
        raise RuntimeError(f"tenant: {status} {content!r}")
    return Client(port=server.port, token=server.client.token, tenant=slug)


def _latencies(client: Client) -> list[float]:
    workloads.run_flow(client, "held")
    return sorted(workloads.run_flow(client, "held").wall for _ in range(ROUNDS))


def _median(found: list[float]) -> float:
    return statistics.median(found)


def _p95(found: list[float]) -> float:
    return found[int(len(found) * 0.95) - 1]


if __name__ == "__main__":
    main()
