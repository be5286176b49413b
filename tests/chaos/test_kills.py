"""Kills of every process, at named commit points and at random: nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from downbeat.common.faultpoints import NAMES
from tests.bench.server import Server, free_port
from tests.chaos import echoes, ticks, witness
from tests.chaos.asking import PAUSE, Patient
from tests.chaos.instance import LEASE_SECONDS, ROLES, freeze, instance, kill
from tests.chaos.judgement import Facts, faults, gaps, open_runs
from tests.chaos.load import Load, source

KILLS: Final = int(os.environ.get("CHAOS_KILLS", "22"))
EXECUTIONS: Final = int(os.environ.get("CHAOS_EXECUTIONS", "280"))
SOAK_SECONDS: Final = 60 * float(os.environ.get("SOAK_MINUTES", "0"))
FREEZE: Final = "frozen worker"
BLOWS: Final = (*NAMES, *ROLES, FREEZE, "worker", "worker")
"""Fault points, roles and a zombie; as many as kills, so that a run deals each of them once."""
RECOVERY_SECONDS: Final = 30.0
ARMED_SECONDS: Final = 15.0
END_SECONDS: Final = 240.0

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900 + SOAK_SECONDS)]


def test_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    seed = int(os.environ.get("CHAOS_SEED", str(random.SystemRandom().randrange(10**6))))
    print(f"seed {seed}: {KILLS} kills under {EXECUTIONS} executions (CHAOS_SEED repeats it)")
    armed = tmp_path / "faultpoints"
    armed.mkdir()

    with witnessing(tmp_path) as (port, file), instance(DOWNBEAT_FAULTPOINTS=str(armed)) as server:
        load = Load(server.client, f"{seed}-", EXECUTIONS)
        patient = Patient(server.client)
        patient.deploy(source(witness_port=port, seconds=0.3))
        echoes.begin(patient)
        ticks.begin(patient)
        tormentor = Tormentor(server, patient, load, file, armed, random.Random(seed))
        with load.running():
            load.until_accepted(EXECUTIONS * 5 // 6)
            print(f"{tormentor.alive()} executions are live")
            tormentor.torment()
        ticks.cease(patient)
        found = judged(patient, load, file)
    print(f"slowest recovery {tormentor.worst:.1f} s, {len(load.accepted)} executions")
    assert found == []
    assert tormentor.worst < RECOVERY_SECONDS


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


@dataclass
class Tormentor:
    """Deals the blows, one after the other, and measures how long each is felt."""

    server: Server
    patient: Patient
    load: Load
    file: Path
    armed: Path
    dice: random.Random
    worst: float = 0.0
    _deck: list[str] = field(default_factory=list)

    def alive(self) -> int:
        """Executions that were accepted and whose last task has not ended."""
        ends = [report for report in witness.reports(self.file) if report.event == "end"]
        return len(self.load.accepted) - len(ends) // 3

    def torment(self) -> None:
        """All the kills; some come while the one before is still felt."""
        until = time.monotonic() + SOAK_SECONDS
        for number in count():
            if number >= KILLS and time.monotonic() > until:
                break
            PAUSE.wait(self.dice.uniform(0.2, 1.0))
            hurt = open_runs(witness.reports(self.file))
            blow = self._blow()
            began = time.monotonic()
            hasty = self.dice.random() < 0.25 and number + 1 < KILLS
            recovery = "not waited for" if hasty else f"{self._recovery(began, hurt):.1f} s"
            print(f"kill {number}: {blow}, {recovery}")

    def _blow(self) -> str:
        """The next of the deck that meets somebody."""
        while True:
            if not self._deck:
                self._deck = self.dice.sample(BLOWS, len(BLOWS))
            blow = self._deck.pop()
            if self._strike(blow):
                return blow
            print(f"nobody was met by {blow}")

    def _strike(self, blow: str) -> bool:
        if blow == FREEZE:
            return freeze(self.server, self.dice) is not None
        if blow in ROLES:
            return bool(_until(lambda: bool(kill(self.server, blow, self.dice)), ARMED_SECONDS))
        point = self.armed / blow
        # Written beside and renamed: a process must not find it empty.
        point.with_suffix(".new").write_text(str(self.dice.randrange(1, 6)))
        point.with_suffix(".new").rename(point)
        gone = _until(lambda: not point.exists(), ARMED_SECONDS)
        point.unlink(missing_ok=True)
        return gone

    def _recovery(self, began: float, hurt: set[str]) -> float:
        """Seconds until the server answers, starts, ticks, and has ended what was under way."""
        accepted = len(self.load.accepted)
        tick = self.patient.newest("ticks")

        def recovered() -> bool:
            return (
                self.patient.ready()
                and len(self.load.accepted) > accepted
                and self.patient.newest("ticks") not in (None, tick)
                and not hurt & open_runs(witness.reports(self.file))
            )

        _until(recovered, 2 * RECOVERY_SECONDS)
        seconds = time.monotonic() - began
        self.worst = max(self.worst, seconds)
        return seconds


def judged(patient: Patient, load: Load, file: Path) -> list[str]:
    """Everything that is wrong once all executions have ended."""
    listed = patient.ended("chaos", seconds=END_SECONDS)
    beats = patient.ended("ticks", seconds=END_SECONDS)
    heard = echoes.ended(patient, beats, seconds=END_SECONDS)
    shown = {item["id"]: patient.get(f"/executions/{item['id']}") for item in listed}
    reports = tuple(witness.reports(file))
    again = gaps(reports)
    print(
        f"{len(again)} tasks were tried again, at most {max(again.values(), default=0):.1f} s later"
    )
    print(f"{len(beats)} ticks, {len(heard)} echoes")
    return [
        *(f"not accepted: {refusal}" for refusal in load.refused),
        # A second blow may fall while the first is still felt.
        *faults(Facts(load.accepted, shown, reports, LEASE_SECONDS, 2 * RECOVERY_SECONDS)),
        *ticks.faults(beats),
        *echoes.faults(heard, beats),
    ]


def _until(holds: Callable[[], bool], seconds: float) -> bool:
    """Whether something came to hold in time."""
    until = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < until:
        PAUSE.wait(0.05)
    return found
