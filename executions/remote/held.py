"""What a remote worker holds: from the answer that gave it to the one that takes the result.

An attempt counts as held until the server has said that its result is written, or that the lease is
over; so nothing that is on its way is given a second time, and no lease ends while a result waits.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from executions.worker.work import AttemptKey, AttemptResult, Work


class Held:
    """The attempts of this worker, and their results that wait to be sent."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._works: dict[AttemptKey, Work] = {}
        self._results: list[AttemptResult] = []
        self._closed = False

    def take(self, work: Work) -> bool:
        """Whether this work is new here."""
        with self._changed:
            if work.key in self._works:
                return False
            self._works[work.key] = work
            return True

    def all_keys(self) -> list[AttemptKey]:
        """What names all that is held."""
        with self._changed:
            return list(self._works)

    def works(self) -> list[Work]:
        """All that is held."""
        with self._changed:
            return list(self._works.values())

    def drop(self, keys: Iterable[AttemptKey]) -> None:
        """These are over; results of theirs are not wanted any more."""
        gone = set(keys)
        with self._changed:
            for key in gone:
                self._works.pop(key, None)
            self._results = [result for result in self._results if result.key not in gone]
            self._changed.notify_all()

    def finish(self, result: AttemptResult) -> None:
        """Puts a result where it is sent from; one whose attempt is over is dropped."""
        with self._changed:
            if result.key in self._works:
                self._results.append(result)
                self._changed.notify_all()

    def next_result(self, timeout: float) -> AttemptResult | None:
        """The oldest result that waits; it stays until it is dropped."""
        with self._changed:
            if not self._results and not self._closed:
                self._changed.wait(timeout)
            return self._results[0] if self._results else None

    def wait_until_empty(self, timeout: float) -> bool:
        """Whether nothing is held within so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._works, timeout)

    def close(self) -> None:
        """Wakes whoever waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
