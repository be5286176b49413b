"""Triggers that poll: claimed by workers, each cause starts one execution."""

from __future__ import annotations

import time
from typing import Any

from tests.integration.runtime.conftest import Processes, Runs
from tests.integration.runtime.test_worker import flow, open_folder


def test_a_file_that_lands_in_a_folder_starts_the_flow(processes: Processes, runs: Runs) -> None:
    folder = open_folder()
    processes.worker(DOWNBEAT_LOCAL_PATHS=f"company.*={folder}")
    trigger = f"""triggers:
  - id: landed
    type: fs.local.Trigger
    from: {folder}
    interval: PT0.5S
    action: NONE
"""
    tasks = '  - id: show\n    type: core.debug.Return\n    format: "{{ trigger | json }}"\n'
    runs.deploy(flow("inbox", tasks) + trigger)
    time.sleep(3)

    (folder / "orders.csv").write_text("a,b\n1,2\n")

    found = found_within(runs, 10)
    shown = runs.finished(found["id"])
    assert shown["state"]["current"] == "SUCCESS"
    assert "orders.csv" in str(shown["trigger"]["variables"])


def found_within(runs: Runs, limit: float) -> Any:
    end = time.monotonic() + limit
    while time.monotonic() < end:
        results = runs.cast.alice.get(f"{runs.cast.api}/executions/search").json()["results"]
        if results:
            return results[0]
        time.sleep(0.1)
    raise AssertionError("no execution was started")
