"""Two ways to do the same work, measured in turns so that both meet the same machine."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final

from tests.support.doubles.wire import HttpDouble

GOAL: Final = 0.9


def compare(
    title: str,
    *,
    ours: Callable[[], object],
    bare: Callable[[], object],
    rounds: int = 9,
    own_process: bool = True,
) -> float:
    """Prints how fast ours is beside bare (1.0: the same); returns that.

    It is the median of the ratios of pairs: the two of a pair run one right after the other, each
    first in every other pair, so that whatever else the machine does meets both. The second ratio
    is that of this process's processor time, unless the work is done in other processes.
    """
    ours()
    bare()
    pairs = [_pair(ours, bare, ours_first=bool(number % 2)) for number in range(rounds)]
    mine, theirs = ([pair[side] for pair in pairs] for side in (0, 1))
    speed = statistics.median(b.wall / a.wall for a, b in pairs)
    work = statistics.median(b.work / a.work for a, b in pairs)
    processor = f", processor {work:.2f}" if own_process else ""
    print(
        f"{title:<44} ours {_middle(mine):8.1f} ms   bare {_middle(theirs):8.1f} ms   "
        f"speed {speed:.2f} of bare{processor} ({rounds} pairs, goal >= {GOAL})"
        f"{'' if speed >= GOAL else '   BELOW'}",
        flush=True,
    )
    return speed


@dataclass(frozen=True)
class Spent:
    """What one run took, in seconds."""

    wall: float
    work: float


def _pair(
    ours: Callable[[], object], bare: Callable[[], object], *, ours_first: bool
) -> tuple[Spent, Spent]:
    if ours_first:
        return _spent(ours), _spent(bare)
    second = _spent(bare)
    return _spent(ours), second


def _spent(run: Callable[[], object]) -> Spent:
    gc.collect()
    wall, work = time.perf_counter(), time.process_time()
    run()
    return Spent(time.perf_counter() - wall, max(time.process_time() - work, 1e-6))


def _middle(spent: list[Spent]) -> float:
    return statistics.median(one.wall for one in spent) * 1000


@contextmanager
def elsewhere(make: Callable[[], HttpDouble]) -> Iterator[str]:
    """The address of a double in a process of its own: its work is not measured."""
    here, there = get_context("fork").Pipe()
    process = get_context("fork").Process(target=_serve, args=(make, there), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("stop")
        process.join(10)


def _serve(make: Callable[[], HttpDouble], pipe: Connection) -> None:
    double = make()
    with double.listening():
        pipe.send(double.url)
        pipe.recv()
