"""Whatever the order of messages, lateness, doubles and lost turns: the end is what the flow means."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from executions.engine.state import State
from tests.unit.engine import standing_laws
from tests.unit.engine.chance import PARTS, search
from tests.unit.engine.drawn_flows import Author
from tests.unit.engine.fate import Fate
from tests.unit.engine.meaning import Meaning, meaning_of
from tests.unit.engine.shell import Shell

WELL = {State.SUCCESS, State.WARNING, State.SKIPPED}


def played(shell: Shell) -> int:
    """The steps until nothing happens any more; every law is checked after each of them."""
    steps = 0
    for steps in shell.play():  # noqa: B007 - counted
        standing_laws.check(shell)
    standing_laws.check(shell)
    assert shell.execution.ended
    assert all(run.ended for run in shell.stored.runs.values())
    return steps


def agree(shell: Shell, meaning: Meaning) -> None:
    """The engine has come to what the flow means."""
    assert shell.execution.state is meaning.state
    wanted = {key: (end.state, end.attempts) for key, end in meaning.runs.items()}
    assert standing_laws.ends(shell) == wanted


def an_undisturbed_end(seed: int) -> int:
    random = Random(seed)
    flow = Author(random, tame=True).flow()
    fate = Fate(random.getrandbits(32))
    shell = Shell(flow, fate, random)

    steps = played(shell)

    agree(shell, meaning_of(flow, fate))
    standing_laws.check_journal(shell)
    return steps


def restarts_until_all_is_well(seed: int) -> int:
    """Tasks fail and are restarted until nothing fails: all ran that would have run at once."""
    random = Random(seed)
    flow = Author(random, strict=True).flow()
    fate = Fate(random.getrandbits(32), kind=True)
    mended = replace(fate, mends_after=0)
    shell = Shell(flow, fate, random)

    steps = played(shell)
    for number in range(4):
        shell.fate = mended if number >= random.randint(0, 2) else fate
        if shell.restart():
            steps += played(shell)
    assert not shell.restart()

    clean = meaning_of(flow, mended)
    found = standing_laws.ends(shell)
    assert {state for state, _ in found.values()} <= WELL
    assert found.keys() == clean.runs.keys()
    assert shell.execution.state in WELL
    standing_laws.check_journal(shell)
    return steps


def a_replay_from_anywhere(seed: int) -> int:
    """A replay from any task run comes to the end of the first execution, with runs of its own."""
    random = Random(seed)
    flow = Author(random, strict=True).flow()
    fate = Fate(random.getrandbits(32), kind=True, mends_after=0)
    first = Shell(flow, fate, random)
    steps = played(first)
    if not first.replayable():
        return steps

    second = first.replayed(random.choice(first.replayable()))
    steps += played(second)

    agree(second, meaning_of(flow, fate))
    assert first.stored.runs.keys().isdisjoint(second.stored.runs)
    return steps


@pytest.mark.parametrize("part", range(PARTS))
def test_an_execution_comes_to_what_its_flow_means(part: int) -> None:
    assert search(part, 0.40, an_undisturbed_end)


@pytest.mark.parametrize("part", range(PARTS))
def test_restarts_lead_to_what_would_have_been(part: int) -> None:
    assert search(part, 0.12, restarts_until_all_is_well)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_replay_leads_to_the_same_end(part: int) -> None:
    assert search(part, 0.08, a_replay_from_anywhere)
