"""What the engine thread has to do next; whatever arrives while it works is done together.

Bells, finished attempts and settings of flags come from many threads. A bell that is rung twice
before it is heard is heard once: that is the coalescing which makes a hundred children that end
together cost a few transactions.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from executions.worker.work import AttemptResult


@dataclass(slots=True)
class Post:
    """All that had arrived when the engine thread looked."""

    rung: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    """Executions to advance, by tenant."""
    unfinished: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    """Those that have had a turn and want more: all others come before them."""
    results: list[AttemptResult] = field(default_factory=list)
    attempts: bool = False
    """Whether attempts of this worker's group may be waiting."""
    waiting: set[UUID] = field(default_factory=set)
    """Tenants whose attempts may be waiting."""
    polls: bool = False
    """Whether triggers that poll may be due."""

    def __bool__(self) -> bool:
        return bool(self.rung or self.unfinished or self.results or self.attempts or self.polls)


class Mailbox:
    """A post box with one reader and many writers."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._post = Post()
        self._closed = False

    def ring(self, tenant_id: UUID, executions: Iterable[UUID]) -> None:
        """Asks for the executions to be advanced."""
        with self._changed:
            self._post.rung[tenant_id].update(executions)
            self._changed.notify()

    def go_on(self, tenant_id: UUID, executions: Iterable[UUID]) -> None:
        """Asks for the executions to be advanced further, after all that has arrived."""
        with self._changed:
            self._post.unfinished[tenant_id].update(executions)
            self._changed.notify()

    def result(self, result: AttemptResult) -> None:
        """Hands over a finished attempt."""
        with self._changed:
            self._post.results.append(result)
            self._changed.notify()

    def give_back(self, results: Iterable[AttemptResult]) -> None:
        """Puts results that could not be written in front of the others."""
        with self._changed:
            self._post.results[:0] = results

    def look_for_attempts(self, tenant_id: UUID | None = None) -> None:
        """Says that attempts of the group may be waiting, perhaps of whom."""
        with self._changed:
            self._post.attempts = True
            if tenant_id is not None:
                self._post.waiting.add(tenant_id)
            self._changed.notify()

    def look_for_polls(self) -> None:
        """Says that a trigger that polls may be due."""
        with self._changed:
            self._post.polls = True
            self._changed.notify()

    def close(self) -> None:
        """Wakes the reader for the last time."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def take(self, timeout: float) -> Post:
        """Everything that has arrived; waits up to ``timeout`` seconds for the first thing."""
        with self._changed:
            if not self._post and not self._closed:
                self._changed.wait(timeout)
            taken, self._post = self._post, Post()
            return taken
