"""The one thread of a worker that advances executions.

Theory of operation. Bells, finished attempts and free slots arrive in a mailbox. The thread takes
all of it at once, turns the executions of each tenant in one transaction, hands what the turn
claimed to the slots, and claims more of its group's queue while slots are free. While a turn runs,
whatever arrives waits together for the next one; executions that the turn has left unfinished,
because there was more to do than one may take, come after it. A tenant gets one turn of bounded
time in each round, as many executions as that is enough for, and while others wait for slots its attempts go through the queue like theirs:
so that nobody's flood is served before the rest. Nothing in memory is needed for correctness:
results that cannot be written are tried again, and a worker that dies leaves rows that others find
by the poll, the lease and the sweep.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db import Error, connections

from executions.engine.pace import Pace
from executions.engine.sharing import Share
from executions.runtime import checks, claims, kills, polls, unattended
from executions.runtime.identity import Rhythm, WorkerIdentity
from executions.runtime.mailbox import Mailbox, Post
from executions.runtime.slots import Slots
from executions.runtime.turn import MOST_EXECUTIONS, TurnOutcome, Worker, turn
from executions.runtime.work_of import works_of
from executions.worker.work import AttemptResult, Work

log = logging.getLogger(__name__)

DATABASE_PAUSE: Final = 0.5
FAILURES_LOGGED: Final = 5


class EngineThread:
    """Advances executions and fills the slots of this worker."""

    def __init__(
        self, *, worker: WorkerIdentity, slots: Slots, mailbox: Mailbox, rhythm: Rhythm
    ) -> None:
        self._worker = worker
        self._slots = slots
        self._mailbox = mailbox
        self._rhythm = rhythm
        self._draining = threading.Event()
        self._stopped = threading.Event()
        self._looked_at = 0.0
        self._next_poll_at: float | None = 0.0
        self._starved = False
        self._share: Share[UUID] = Share()
        self._pace = Pace(largest=MOST_EXECUTIONS)
        self._failures: dict[UUID, tuple[int, float]] = {}
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def drain(self) -> None:
        """Claims nothing more; results are still written."""
        self._draining.set()

    def resume(self) -> None:
        """Claims again."""
        if self._draining.is_set():
            self._draining.clear()
            self._mailbox.look_for_attempts()

    def stop(self) -> None:
        """Ends after what has arrived is done."""
        self._stopped.set()
        self._mailbox.close()
        self._thread.join(timeout=30)

    def _work(self) -> None:
        while True:
            post = self._mailbox.take(self._pause())
            if self._stopped.is_set() and not post.results:
                break
            try:
                self._do(post)
            except Error as problem:
                log.warning("the database did not answer: %s", problem)
                self._mailbox.give_back(post.results)
                connections.close_all()
                self._stopped.wait(DATABASE_PAUSE)
                if self._stopped.is_set():
                    break
            except Exception:
                log.exception("the engine thread met an error; it goes on")
        connections.close_all()

    def _pause(self) -> float:
        """How long to sleep: until the next look at the queue, or the next poll that is due."""
        now = time.monotonic()
        until = self._looked_at + self._rhythm.poll.total_seconds()
        if self._next_poll_at is not None and self._slots.free:
            until = min(until, self._next_poll_at)
        return max(0.0, until - now)

    def _do(self, post: Post) -> None:
        self._share.waiting |= post.waiting
        self._advance(post)
        now = time.monotonic()
        looking = now - self._looked_at >= self._rhythm.poll.total_seconds()
        if looking:
            self._looked_at = now
            for tenant_id, executions in unattended.executions(self._rhythm).items():
                self._mailbox.ring(tenant_id, executions)
        if post.attempts or looking or (self._starved and self._slots.free > 0):
            self._claim()
        if post.polls or looking or (self._next_poll_at is not None and now >= self._next_poll_at):
            self._claim_polls()

    def _advance(self, post: Post) -> None:
        results: dict[UUID, list[AttemptResult]] = defaultdict(list)
        finished_polls = []
        for result in post.results:
            if polls.is_poll(result.key):
                finished_polls.append(result)
            else:
                results[result.key.tenant_id].append(result)
        for tenant_id in {*post.rung, *results}:
            rung = self._ready(post.rung.get(tenant_id, ()))
            rung -= post.unfinished.get(tenant_id, set())
            found = results.get(tenant_id, [])
            most = self._pace.most(tenant_id, time.monotonic())
            if len(rung) > most:
                later = sorted(rung)[most:]
                self._mailbox.ring(tenant_id, later)
                rung.difference_update(later)
            if rung or found:
                self._turn(tenant_id, rung, found)
                _taken(post.results, found)
        for tenant_id, unfinished in post.unfinished.items():
            ready = sorted(self._ready(unfinished))
            most = self._pace.most(tenant_id, time.monotonic())
            if ready:
                self._turn(tenant_id, set(ready[:most]), [])
            if ready[most:]:
                self._mailbox.go_on(tenant_id, ready[most:])
        for result in finished_polls:
            self._finish_poll(result)
            _taken(post.results, [result])

    def _ready(self, executions: Iterable[UUID]) -> set[UUID]:
        """Executions that may be turned now: one whose turn failed waits longer each time."""
        now = time.monotonic()
        return {id for id in executions if self._failures.get(id, (0, 0.0))[1] <= now}

    def _turn(
        self, tenant_id: UUID, executions: Collection[UUID], results: Sequence[AttemptResult]
    ) -> None:
        began = time.monotonic()
        try:
            outcome = turn(
                tenant_id,
                executions=executions,
                results=results,
                worker=None if self._draining.is_set() else self._as_turn_worker(),
                free_slots=self._free_for(tenant_id),
            )
        except Error:
            raise
        except Exception:
            self._turn_apart(tenant_id, executions, results)
            return
        turned = {*executions, *(result.key.execution_id for result in results)}
        self._pace.took(tenant_id, len(turned), began, time.monotonic())
        for id in executions:
            self._failures.pop(id, None)
        self._follow(tenant_id, outcome, rung=executions)

    def _free_for(self, tenant_id: UUID) -> int:
        """Slots that a turn may fill by itself: none while others wait for them."""
        if self._draining.is_set() or self._share.others_wait(tenant_id):
            return 0
        return self._slots.free

    def _turn_apart(
        self, tenant_id: UUID, executions: Collection[UUID], results: Sequence[AttemptResult]
    ) -> None:
        """Turns one execution at a time, so that one that cannot be turned stops no other."""
        everything = {*executions, *(result.key.execution_id for result in results)}
        if len(everything) == 1:
            self._failed(next(iter(everything)))
            return
        for id in everything:
            own = [result for result in results if result.key.execution_id == id]
            self._turn(tenant_id, {id} if id in executions else set(), own)

    def _failed(self, id: UUID) -> None:
        times = self._failures.get(id, (0, 0.0))[0] + 1
        self._failures[id] = (times, time.monotonic() + min(60.0, 2.0**times))
        if times <= FAILURES_LOGGED:
            log.exception("execution %s could not be advanced (%d times)", id, times)

    def _as_turn_worker(self) -> Worker:
        return Worker(id=self._worker.id, group=self._worker.group, start=self._slots.start)

    def _follow(self, tenant_id: UUID, outcome: TurnOutcome, *, rung: Collection[UUID]) -> None:
        if outcome.again:
            self._mailbox.ring(tenant_id, outcome.again)
        if outcome.unfinished:
            self._mailbox.go_on(tenant_id, outcome.unfinished)
        if self._worker.group in outcome.queued_groups:
            self._mailbox.look_for_attempts()
        here = {work.key.execution_id for work in self._slots.running()}
        if not here.isdisjoint(rung):
            for key in kills.requested(self._worker.id):
                self._slots.kill(key)

    def _claim(self) -> None:
        while self._slots.free > 0 and not self._draining.is_set():
            claimed = claims.claim(
                self._worker, limit=self._slots.free, rhythm=self._rhythm, share=self._share
            )
            if not claimed:
                self._starved = False
                return
            for tenant_id, keys in claimed.items():
                self._start(works_of(tenant_id, keys))
        # More may wait than there was room for: the next free slot looks again.
        self._starved = True

    def _start(self, works: Iterable[Work]) -> None:
        for work in works:
            self._slots.start(work)

    def _claim_polls(self) -> None:
        if self._draining.is_set():
            return
        self._start(checks.claim(self._worker, limit=self._slots.free))
        due = polls.claim(self._worker, limit=self._slots.free, rhythm=self._rhythm)
        self._start(due.works)
        self._next_poll_at = None if due.next_in is None else time.monotonic() + due.next_in

    def _finish_poll(self, result: AttemptResult) -> None:
        try:
            if checks.is_check(result.key):
                checks.finish(result)
                return
            started = polls.finish(result)
        except Error:
            raise
        except Exception:
            log.exception("the poll %s could not be finished", result.key)
            return
        if started:
            self._mailbox.ring(result.key.tenant_id, started)
        self._mailbox.look_for_polls()


def _taken(results: list[AttemptResult], written: Sequence[AttemptResult]) -> None:
    """Drops what is written, so that a later failure of the same round does not bring it again."""
    gone = {id(result) for result in written}
    results[:] = [result for result in results if id(result) not in gone]
