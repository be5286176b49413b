"""Executions that are killed, paused, restarted and changed by hand still end, lawfully."""

from __future__ import annotations

from random import Random

import pytest

from executions.engine.restarting import mark
from executions.engine.state import State
from tests.unit.engine import standing_laws
from tests.unit.engine.chance import PARTS, search
from tests.unit.engine.drawn_flows import Author
from tests.unit.engine.fate import Fate
from tests.unit.engine.shell import Shell

BY_HAND = (State.SUCCESS, State.WARNING, State.FAILED, State.KILLED, State.RUNNING)


def a_storm(seed: int) -> int:
    random = Random(seed)
    flow = Author(random).flow()
    shell = Shell(flow, Fate(random.getrandbits(32), wild=True), random)
    steps = 0
    for _ in range(random.choice((1, 1, 2, 4))):
        steps += _until_it_ends(shell, random, kill_at=random.choice((None, 0, 1, 3, 8)))
        if not _taken_up(shell, random):
            break
    steps += _until_it_ends(shell, random, kill_at=None)
    standing_laws.check_journal(shell)
    return steps


def _until_it_ends(shell: Shell, random: Random, *, kill_at: int | None) -> int:
    number = 0
    for number in shell.play():
        if number == kill_at and not shell.execution.ended:
            shell.kill(cascade=random.random() < 0.7)
        if random.random() < 0.01 and shell.execution.state is State.RUNNING:
            _changed_by_hand(shell, random)
        standing_laws.check(shell)
    assert shell.execution.ended
    assert all(run.ended for run in shell.stored.runs.values())
    return number


def _taken_up(shell: Shell, random: Random) -> bool:
    return shell.restart() if random.random() < 0.7 else _changed_by_hand(shell, random)


def _changed_by_hand(shell: Shell, random: Random) -> bool:
    """The state of a task run is changed, whether others are at work or not."""
    tasks = [run.id for run in shell.stored.runs.values() if run.scope is None]
    if shell.stored.agenda or not tasks:
        return False
    run, state = random.choice(tasks), random.choice(BY_HAND)
    return shell.take_up(lambda plan, snapshot, now: mark(plan, snapshot, run, state, now))


@pytest.mark.parametrize("part", range(PARTS))
def test_an_execution_ends_lawfully_whatever_is_done_to_it(part: int) -> None:
    assert search(part, 0.40, a_storm)
