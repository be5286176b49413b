"""More than one worker and more than one scheduler: the same results, and nothing double."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.bench.server import Server
from tests.chaos import echoes, ticks, witness
from tests.chaos.asking import PAUSE, Patient
from tests.chaos.instance import SETTINGS, instance
from tests.chaos.load import Load, source
from tests.chaos.test_kills import judged, witnessing

LIMIT: Final = 3
LIMITED: Final = """id: limited
namespace: chaos
concurrency:
  limit: {limit}
  behavior: QUEUE
tasks:
  - id: report
    type: scripts.python.Script
    script: |
      import json, os, socket, time

      def tell(event):
          said = {{"event": event, "execution": "{{{{ execution.id }}}}",
                  "run": os.environ["DOWNBEAT_IDEMPOTENCY_KEY"],
                  "fence": int(os.environ["DOWNBEAT_FENCE"])}}
          with socket.create_connection(("127.0.0.1", {port})) as line:
              line.sendall(json.dumps(said).encode() + b"\\n")
              line.recv(3)

      tell("start")
      time.sleep(0.2)
      tell("end")
      print('::{{"outputs": {{"user": %d}}}}::' % os.getuid())
outputs:
  - id: user
    type: INT
    value: "{{{{ outputs.report.vars.user }}}}"
"""
STARTS: Final = 60
LIMITED_STARTS: Final = 24

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]


def test_a_second_worker_and_a_second_scheduler_change_only_the_speed(tmp_path: Path) -> None:
    with witnessing(tmp_path) as (port, file), instance() as server, copies(server, tmp_path):
        patient = Patient(server.client)
        load = Load(server.client, "copies-", STARTS)
        patient.deploy(source(witness_port=port, seconds=0.2))
        echoes.begin(patient)
        ticks.begin(patient)
        with load.running():
            load.until_accepted(STARTS)
        PAUSE.wait(5)
        ticks.cease(patient)
        found = judged(patient, load, file)
        again = {report.fence for report in witness.reports(file)}
        workers = set(_workers(patient, load))

    assert found == []
    assert len(again) == 1, "an attempt was repeated although nobody died"
    assert len(workers) == 2


def test_a_limit_on_executions_holds_across_workers(tmp_path: Path) -> None:
    with witnessing(tmp_path) as (port, file), instance() as server, copies(server, tmp_path):
        patient = Patient(server.client)
        patient.deploy(LIMITED.format(limit=LIMIT, port=port))
        for _ in range(LIMITED_STARTS):
            server.client.call("POST", "/executions/chaos/limited")
        ended = patient.ended("limited", seconds=120)
        shown = [patient.get(f"/executions/{item['id']}") for item in ended]
        reports = witness.reports(file)

    assert [item["state"]["current"] for item in ended] == ["SUCCESS"] * LIMITED_STARTS
    assert max(_at_once(reports)) == LIMIT
    begun = [report for report in reports if report.event == "start"]
    assert len(begun) == LIMITED_STARTS
    # Whoever starts a worker as root must not thereby run everybody's code as root.
    assert len({item["outputs"]["user"] for item in shown}) == 1


@contextmanager
def copies(server: Server, logs: Path) -> Iterator[None]:
    """One more worker and one more scheduler, as somebody would start them by hand."""
    with ExitStack() as running:
        for role in ("worker", "scheduler"):
            running.enter_context(_copy(server, role, logs / f"{role}.log"))
        yield


@contextmanager
def _copy(server: Server, role: str, log: Path) -> Iterator[None]:
    command = str(Path(sys.executable).parent / "downbeat")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DOWNBEAT_")},
        "DOWNBEAT_HOME": str(server.home / "home"),
        "DOWNBEAT_PORT": str(server.port),
        **SETTINGS,
    }
    with log.open("wb") as output:
        process = subprocess.Popen([command, role], env=environment, stdout=output, stderr=output)
    try:
        _until_said(process, log, {"worker": "serves group", "scheduler": "scheduler runs"}[role])
        yield
    finally:
        process.terminate()
        process.wait(30)


def _until_said(process: subprocess.Popen[bytes], log: Path, words: str) -> None:
    while words not in (said := log.read_text(errors="replace")):
        assert process.poll() is None, said
        PAUSE.wait(0.1)


def _workers(patient: Patient, load: Load) -> Iterable[str]:
    for id in load.accepted.values():
        shown: dict[str, Any] = patient.get(f"/executions/{id}")
        for run in shown["taskRunList"]:
            for attempt in run["attempts"] or ():
                yield attempt["workerId"]


def _at_once(reports: Iterable[witness.Report]) -> Iterator[int]:
    """How many were under way, after each report."""
    number = 0
    for report in reports:
        number += 1 if report.event == "start" else -1
        yield number
