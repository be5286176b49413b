"""What a step costs on a remote worker, beside what it costs on one with a database connection.

Run: python -m tests.bench.bench_remote
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from tests.bench.limits import bare_python
from tests.bench.server import YAML, Client, Server, running
from tests.support.remote_workers import remote_workers

STEPS: Final = 30
ROUNDS: Final = 5
GROUP: Final = "bench-far"
TASK: Final = "  - {{id: s{i}, type: scripts.shell.Script, script: 'true'}}\n"


def main() -> None:
    """Prints milliseconds for each step of a flow of sequential scripts, and the ratio."""
    print(f"bare python {bare_python() * 1000:.1f} ms for 40 calls")
    with running(DOWNBEAT_LAUNCHER="process", DOWNBEAT_ALLOW_PROCESS_LAUNCHER="1") as server:
        client = server.client
        with _remote(server):
            near = _milliseconds(client, "near", "")
            far = _milliseconds(client, "far", f"workerGroup: {{key: {GROUP}}}\n")
    for name, found in (("direct", near), ("remote", far)):
        print(f"{name:<8} {statistics.median(found):8.1f} ms a step (best {min(found):.1f})")
    print(f"ratio    {statistics.median(far) / statistics.median(near):8.2f}")


def _milliseconds(client: Client, id: str, top: str) -> list[float]:
    tasks = "".join(TASK.format(i=i) for i in range(STEPS))
    source = f"id: {id}\nnamespace: bench.remote\n{top}tasks:\n{tasks}"
    client.call("POST", "/flows", source, kind=YAML)
    _run(client, id)  # the first finds nothing warm
    return [_run(client, id) / STEPS * 1000 for _ in range(ROUNDS)]


def _run(client: Client, id: str) -> float:
    """Seconds from the first step's begin to the last one's end, by the database's clock."""
    execution = client.call("POST", f"/executions/bench.remote/{id}")["id"]
    while True:
        shown: dict[str, Any] = client.call("GET", f"/executions/{execution}")
        if "endDate" in shown["state"]:
            break
        time.sleep(0.05)
    if shown["state"]["current"] != "SUCCESS":
        raise RuntimeError(f"{id} ended {shown['state']['current']}")
    dates = [datetime.fromisoformat(shown["state"][name]) for name in ("startDate", "endDate")]
    return (dates[1] - dates[0]).total_seconds()


@contextmanager
def _remote(server: Server) -> Iterator[None]:
    """A remote worker of a group of the tenant."""
    client = server.client
    made = client.call("POST", "/worker-groups", f'{{"key": "{GROUP}"}}', kind="application/json")
    path = f"/worker-groups/{made['id']}"
    token = client.call("POST", f"{path}/tokens", '{"name": "bench"}', kind="application/json")
    with remote_workers() as found:
        found.start(f"http://127.0.0.1:{client.port}", token["token"], slots=4)
        while not client.call("GET", f"{path}/workers")["workers"]:
            time.sleep(0.2)
        yield


if __name__ == "__main__":
    main()
