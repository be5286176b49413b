"""NOTIFY after the commit: once, together, and only when something was committed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Empty, Queue

import pytest
from django.db import transaction

from downbeat.common import doorbell, events, notify
from downbeat.common.doorbell import Ring
from downbeat.common.events import StreamEvent
from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from tests.support.cast import Cast

PATIENCE = 10


@pytest.fixture
def heard(database: object) -> Iterator[Queue[tuple[str, str]]]:
    messages: Queue[tuple[str, str]] = Queue()
    stop, connected = threading.Event(), threading.Event()
    channels = [events.STREAM_CHANNEL, doorbell.BELL_CHANNEL]

    def listen() -> None:
        notify.listen(channels, lambda *m: messages.put(m), stop=stop, connected=connected.set)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    assert connected.wait(PATIENCE)
    yield messages
    stop.set()
    thread.join(PATIENCE)


def test_a_ring_and_an_event_arrive_after_the_commit(
    heard: Queue[tuple[str, str]], cast: Cast
) -> None:
    execution = uuid7()
    with tenant_scope(cast.tenant.id):
        doorbell.ring_on_commit("advance", cast.tenant.id, execution)
        events.publish_on_commit(f"execution:{execution}", "execution.changed", {"n": 1}, seq=7)
        with pytest.raises(Empty):
            heard.get(timeout=0.05)

    ring, event = heard.get(timeout=PATIENCE)[1], heard.get(timeout=PATIENCE)[1]

    assert Ring.decode(ring) == Ring(doorbell.Kind.ADVANCE, cast.tenant.id, execution)
    found = StreamEvent.decode(event)
    assert (found.tenant, found.topic, found.seq) == (cast.tenant.id, f"execution:{execution}", 7)


def test_nothing_is_said_of_what_was_rolled_back(heard: Queue[tuple[str, str]], cast: Cast) -> None:
    lost, kept = uuid7(), uuid7()
    with pytest.raises(ZeroDivisionError), tenant_scope(cast.tenant.id):
        doorbell.ring_on_commit("advance", cast.tenant.id, lost)
        _ = 1 / 0
    with tenant_scope(cast.tenant.id):
        doorbell.ring_on_commit("attempt", cast.tenant.id, kept)

    ring = Ring.decode(heard.get(timeout=PATIENCE)[1])

    assert ring is not None
    assert ring.id == kept


def test_the_same_ring_twice_in_one_commit_is_one(
    heard: Queue[tuple[str, str]], cast: Cast
) -> None:
    first, last = uuid7(), uuid7()
    with tenant_scope(cast.tenant.id):
        doorbell.ring_on_commit("advance", cast.tenant.id, first)
        doorbell.ring_on_commit("advance", cast.tenant.id, first)
        doorbell.ring_on_commit("advance", cast.tenant.id, last)

    ids = [Ring.decode(heard.get(timeout=PATIENCE)[1]) for _ in range(2)]

    assert [ring.id for ring in ids if ring] == [first, last]


def test_without_a_transaction_it_is_said_at_once(heard: Queue[tuple[str, str]]) -> None:
    tenant, execution = uuid7(), uuid7()

    doorbell.ring_on_commit("schedule", tenant, execution)

    assert heard.get(timeout=PATIENCE)[1] == f"schedule:{tenant}:{execution}"


@pytest.mark.parametrize("payload", ["", "a:b", "advance:x:y", "bomb:1:2", "a" * 100])
def test_a_forged_ring_is_nothing(payload: str) -> None:
    assert Ring.decode(payload) is None


def test_an_event_carries_ids_and_not_contents(cast: Cast) -> None:
    with tenant_scope(cast.tenant.id), pytest.raises(events.TooLarge):
        events.publish_on_commit("logs:1", "logs.appended", {"text": "x" * 9000})


def test_handlers_work_in_the_transaction_of_the_event(cast: Cast) -> None:
    class Refused(Exception):
        pass

    class Happened:
        pass

    calls: list[object] = []

    def refuse(event: Happened) -> None:
        calls.append(event)
        raise Refused

    events.subscribe(Happened, refuse)
    events.subscribe(Happened, refuse)
    with pytest.raises(Refused), transaction.atomic():
        events.emit(Happened())

    assert len(calls) == 1
