"""The engine thread takes executions that have had a turn and want more after all the others."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from executions.runtime import engine_thread
from executions.runtime.engine_thread import EngineThread
from executions.runtime.identity import Rhythm, WorkerIdentity
from executions.runtime.mailbox import Mailbox
from executions.runtime.turn import TurnOutcome

A, B = uuid4(), uuid4()
LONG, SHORT, OTHER = uuid4(), uuid4(), uuid4()


class NoSlots:
    free = 0
    size = 0

    def running(self) -> list[Any]:
        return []

    def start(self, work: Any) -> None:
        raise AssertionError("nothing was claimed")


@pytest.fixture
def turned(monkeypatch: pytest.MonkeyPatch) -> list[tuple[UUID, set[UUID]]]:
    """The turns that were made; one of the executions is never done."""
    found: list[tuple[UUID, set[UUID]]] = []

    def turn(tenant_id: UUID, *, executions: Collection[UUID], **_: Any) -> TurnOutcome:
        found.append((tenant_id, set(executions)))
        return TurnOutcome(unfinished=frozenset({LONG} & set(executions)))

    monkeypatch.setattr(engine_thread, "turn", turn)
    return found


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def thread(mailbox: Mailbox) -> EngineThread:
    second = timedelta(seconds=1)
    rhythm = Rhythm(lease=second, heartbeat=second, sweep=second, poll=second)
    worker = WorkerIdentity(id=uuid4(), group="default", slots=0)
    slots: Any = NoSlots()
    return EngineThread(worker=worker, slots=slots, mailbox=mailbox, rhythm=rhythm)


def test_one_that_is_not_done_comes_after_those_that_arrived_meanwhile(
    thread: EngineThread, mailbox: Mailbox, turned: list[tuple[UUID, set[UUID]]]
) -> None:
    mailbox.ring(A, [LONG])
    thread._advance(mailbox.take(0))

    mailbox.ring(A, [SHORT])
    mailbox.ring(B, [OTHER])
    thread._advance(mailbox.take(0))

    assert turned[0] == (A, {LONG})
    assert sorted(turned[1:3]) == sorted([(A, {SHORT}), (B, {OTHER})])
    assert turned[3:] == [(A, {LONG})]


def test_a_bell_for_it_does_not_bring_it_forward(
    thread: EngineThread, mailbox: Mailbox, turned: list[tuple[UUID, set[UUID]]]
) -> None:
    mailbox.ring(A, [LONG])
    thread._advance(mailbox.take(0))

    mailbox.ring(A, [LONG, SHORT])
    thread._advance(mailbox.take(0))

    assert turned[1:] == [(A, {SHORT}), (A, {LONG})]


COST = 0.05


@pytest.fixture
def spent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[UUID, float]]:
    """Whose turns took how long: every execution takes its time, and none of A's is ever done."""
    found: list[tuple[UUID, float]] = []
    now = 0.0

    def turn(tenant_id: UUID, *, executions: Collection[UUID], **_: Any) -> TurnOutcome:
        nonlocal now
        now += COST * len(executions)
        found.append((tenant_id, COST * len(executions)))
        return TurnOutcome(unfinished=frozenset(executions) if tenant_id == A else frozenset())

    monkeypatch.setattr(engine_thread, "turn", turn)
    monkeypatch.setattr("executions.runtime.engine_thread.time.monotonic", lambda: now)
    return found


def test_a_flood_of_costly_executions_makes_the_others_wait_for_a_part_of_a_second(
    thread: EngineThread, mailbox: Mailbox, spent: list[tuple[UUID, float]]
) -> None:
    mailbox.ring(A, [uuid4() for _ in range(500)])
    for _ in range(20):
        mailbox.ring(B, [OTHER])
        thread._advance(mailbox.take(0))

    rounds = [time for tenant_id, time in spent[4:] if tenant_id == A]
    turns_of_b = [time for tenant_id, time in spent if tenant_id == B]
    assert len(turns_of_b) == 20
    assert max(rounds) <= 0.11
    assert len(rounds) >= 30
