"""Two ways to do the same work, measured in turns so that both meet the same machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from tests.support.doubles.wire import HttpDouble


def compare(
    title: str, *, ours: Callable[[], None], bare: Callable[[], None], rounds: int = 9
) -> float:
    """Prints both medians and how fast ours is beside bare (1.0: the same); returns that."""
    ours()
    bare()
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(rounds):
        for name, work in (("ours", ours), ("bare", bare)):
            began = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - began)
    mine, theirs = (statistics.median(times[name]) for name in ("ours", "bare"))
    ratio = theirs / mine
    print(
        f"{title:<44} ours {mine * 1000:8.1f} ms   bare {theirs * 1000:8.1f} ms   "
        f"speed {ratio:.2f} of bare (goal >= 0.90)",
        flush=True,
    )
    return ratio


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
