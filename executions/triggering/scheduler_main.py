"""The scheduler process: timers, schedules, flow triggers, the sweep and the upkeep of tables.

Any number of copies may run; each step takes rows that no other copy holds. The loop sleeps until
the next timer or date is due, at most a fifth of a second, so that a timer which an execution has
just set is not late; idle, a round costs two index look-ups.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from typing import Final

from django.db import Error, connections

from downbeat.common import doorbell
from downbeat.common.doorbell import Ring
from downbeat.common.schema_state import SchemaWatch
from executions.runtime import sweep, upkeep
from executions.runtime.assignment_thread import AssignmentThread
from executions.runtime.identity import Rhythm, rhythm
from executions.services import limit_changes
from executions.triggering import evaluation, settling
from executions.triggering.audit_thread import AuditThread
from executions.triggering.judge_thread import JudgeThread
from executions.triggering.removal_thread import RemovalThread

log = logging.getLogger(__name__)

LONGEST_NAP: Final = 0.2
SETTLE_EVERY: Final = 1.0
DATABASE_PAUSE: Final = 0.5


class Scheduler:
    """The loop of one scheduler process."""

    def __init__(self, pace: Rhythm) -> None:
        self._pace = pace
        self._stopped = threading.Event()
        self._rung = threading.Event()
        self._ears = threading.Thread(target=self._listen, name="bell", daemon=True)
        self._trigger_ears = threading.Thread(
            target=self._listen_for_triggers, name="trigger-bell", daemon=True
        )
        self._judges = JudgeThread()
        self._audit = AuditThread()
        self._removals = RemovalThread(pace.sweep)
        self._assignments = AssignmentThread(pace)
        self._sweep_at = self._settle_at = self._upkeep_at = 0.0
        self._schedule_at = 0.0

    def stop(self) -> None:
        """Ends the loop after its round."""
        self._stopped.set()
        self._rung.set()

    def run(self) -> None:
        """Works until ``stop``."""
        self._ears.start()
        self._trigger_ears.start()
        self._judges.start()
        self._audit.start()
        self._removals.start()
        self._assignments.start()
        while not self._stopped.is_set():
            try:
                nap = self.round()
            except Error as problem:
                log.warning("the database did not answer: %s", problem)
                connections.close_all()
                nap = DATABASE_PAUSE
            except Exception:
                log.exception("the scheduler met an error; it goes on")
                nap = DATABASE_PAUSE
            self._rung.wait(nap)
            self._rung.clear()
        self._judges.stop()
        self._audit.stop()
        self._removals.stop()
        self._assignments.stop()
        self._judges.join()
        self._audit.join()
        self._removals.join()
        connections.close_all()

    def round(self) -> float:
        """Does what is due; returns how long nothing will be."""
        now = time.monotonic()
        sweep.fire_timers()
        if now >= self._settle_at:
            self._settle_at = now + SETTLE_EVERY
            if settling.settle_ended():
                self._schedule_at = 0.0
        if now >= self._schedule_at:
            self._look_at_schedules(now)
        if now >= self._sweep_at:
            self._sweep_at = now + self._pace.sweep.total_seconds()
            sweep.sweep(self._pace)
            limit_changes.sweep()
        if now >= self._upkeep_at:
            self._upkeep_at = now + upkeep.EVERY_SECONDS
            upkeep.run()
        at_most = LONGEST_NAP if self._schedule_at > now else 0.0
        return evaluation.soon(sweep.next_timer_in(), at_most=at_most)

    def _look_at_schedules(self, now: float) -> None:
        if evaluation.evaluate_due():
            # The dates that follow may have passed already.
            self._schedule_at = now
        else:
            again = evaluation.soon(evaluation.next_in(), at_most=SETTLE_EVERY)
            self._schedule_at = now + again

    def _listen(self) -> None:
        doorbell.listen(self._heard, stop=self._stopped, connected=self._rung.set)

    def _heard(self, ring: Ring) -> None:
        if ring.kind is doorbell.Kind.SCHEDULE:
            self._schedule_at = 0.0
            self._rung.set()

    def _listen_for_triggers(self) -> None:
        doorbell.listen_for_triggers(self._heard_trigger, stop=self._stopped)

    def _heard_trigger(self, what: doorbell.Trigger) -> None:
        match what:
            case doorbell.Trigger.JUDGE:
                self._judges.ring()
            case doorbell.Trigger.SETTLE:
                self._settle_at = 0.0
                self._rung.set()


def run() -> int:
    """Runs a scheduler until SIGTERM or SIGINT."""
    scheduler = Scheduler(rhythm())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: scheduler.stop())
    SchemaWatch(scheduler.stop).start()
    log.info("the scheduler runs")
    scheduler.run()
    return 0
