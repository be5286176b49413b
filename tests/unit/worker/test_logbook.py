"""Log lines leave in batches, numbered without gaps, within limits, and never in the clear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from executions.worker.channel import LeaseLost
from executions.worker.logbook import Logbook
from executions.worker.masking import Masker
from executions.worker.settings import LogLimits
from tests.support.attempts import shell
from tests.support.memory_channel import MemoryChannel


@dataclass
class HandClock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def book_with(channel: MemoryChannel, clock: HandClock, **limits: int) -> Logbook:
    chosen = LogLimits(batch_lines=10, batch_delay=timedelta(milliseconds=100))
    chosen = LogLimits(**{**{name: getattr(chosen, name) for name in chosen.__slots__}, **limits})
    key = shell("true").key
    masker = Masker(["hunter2-and-more"])
    return Logbook(channel, key, "task", masker=masker, limits=chosen, wall=clock, clock=clock)


def test_a_full_batch_leaves_at_once_and_a_small_one_after_its_delay() -> None:
    channel, clock = MemoryChannel(), HandClock()
    book = book_with(channel, clock)

    for number in range(13):
        book.line("INFO", str(number))
    assert channel.batches == [10]
    assert book.patience() == pytest.approx(0.1)
    clock.now += 0.11
    book.flush_if_due()

    assert channel.batches == [10, 3]
    assert [line.seq for line in channel.lines] == list(range(13))


def test_lines_beyond_the_rate_are_counted_and_told() -> None:
    channel, clock = MemoryChannel(), HandClock()
    book = book_with(channel, clock, burst=5, lines_per_second=10)

    for number in range(20):
        book.line("INFO", str(number))
    clock.now += 1.0
    book.line("INFO", "later")
    book.close()

    texts = channel.messages()
    assert texts[:5] == ["0", "1", "2", "3", "4"]
    assert texts[5].startswith("[15 lines omitted")
    assert texts[6] == "later"


def test_an_attempt_cannot_fill_the_store() -> None:
    channel, clock = MemoryChannel(), HandClock()
    book = book_with(channel, clock, lines_per_attempt=7)

    for number in range(50):
        book.line("INFO", str(number))
    book.close()

    assert len(channel.lines) == 8
    assert channel.messages()[-1].startswith("[43 lines omitted")


def test_a_secret_is_hidden_before_the_line_is_shortened() -> None:
    channel, clock = MemoryChannel(), HandClock()
    book = book_with(channel, clock, line_chars=20)

    book.line("INFO", "x" * 15 + "hunter2-and-more")
    book.close()

    assert "hunter2" not in channel.text()


def test_a_platform_that_refuses_lines_is_heard() -> None:
    channel, clock = MemoryChannel(), HandClock()
    book = book_with(channel, clock)
    channel.lease_lost = True
    book.line("INFO", "x")

    with pytest.raises(LeaseLost):
        book.flush()
