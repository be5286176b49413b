"""An agreement outlives the processes that work on its execution."""

from __future__ import annotations

import os
import signal

from tests.integration.runtime.conftest import Processes, Runs

LATE = """
id: late
namespace: company.data
sla:
  - id: soon
    type: MAX_DURATION
    duration: PT15S
    behavior: CANCEL
    labels:
      delivery: late
tasks:
  - id: endless
    type: scripts.shell.Commands
    commands: [sleep 600]
"""
QUICK = """
id: quick
namespace: company.data
tasks:
  - id: say
    type: core.log.Log
    message: The worker is there.
"""


def test_a_deadline_is_kept_though_the_worker_was_killed(processes: Processes, runs: Runs) -> None:
    runs.deploy(LATE)
    runs.deploy(QUICK)
    processes.scheduler()
    first = processes.worker()
    runs.finished(runs.start("quick"), 120)
    id = runs.start("late")
    runs.until(id, lambda shown: shown["state"]["current"] == "RUNNING", 60)

    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    processes.worker()
    done = runs.finished(id, 120)

    (run,) = done["taskRunList"]
    labels = {label["key"]: label["value"] for label in done["labels"]}
    assert done["state"]["current"] == run["state"]["current"] == "CANCELLED"
    assert labels["delivery"] == "late"
    assert any("'soon'" in line for line in runs.logs(id))
