"""Settles the cases of a turn one by one, and writes all of them at once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from downbeat.common import clock, doorbell, events
from executions.contracts import ExecutionEnded
from executions.engine.commands import QueueAttempt
from executions.engine.events import Event, ExecutionMoved, ExecutionReopened
from executions.engine.evolve import evolve
from executions.engine.rules import killing
from executions.engine.settle import Bounds, Settled, settle
from executions.engine.state import Execution, Run
from executions.runtime import (
    batches,
    children,
    giving_up,
    group_assets,
    journal,
    outputs,
    queues,
    store,
)
from executions.runtime.admission_quotas import Place
from executions.runtime.inbox import Message, post_all
from executions.runtime.inline import Hands
from executions.runtime.lineage import Noted, place_of
from executions.runtime.outputs import NewOutput
from executions.runtime.placement import placement
from executions.runtime.store import Sheet
from executions.runtime.store_codec import (
    execution_progress,
    first_running,
    history_json,
    run_json,
)
from executions.runtime.turn_admission import Gate, release
from executions.runtime.turn_loading import Case, Hopeless
from executions.runtime.turn_notes import Reader
from executions.runtime.turn_records import failure_of, line_records, metric_records, reason_of

log = logging.getLogger(__name__)

MOST_TIME: Final = timedelta(milliseconds=200)
"""How long a turn settles before it writes what it has: others wait for it meanwhile."""
LEAST_TIME: Final = timedelta(milliseconds=20)
"""What each execution of a turn gets, however long those before it took."""
MOST_LOOKS: Final = 1000
"""Runs that a turn loads of those that an earlier one has left."""
STUCK: Final = (
    "The execution was ended because it could not go on: its tasks wanted the same again and "
    "again without anything coming of it. This is a defect of Downbeat; please report it"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """An attempt that this turn has claimed for its own worker."""

    case: Case
    hands: Hands
    run: Run
    number: int


@dataclass(slots=True)
class Desk:
    """One turn's work: cases come in, a sheet of rows goes out."""

    tenant_id: UUID
    group: str | None
    worker_id: UUID | None
    free_slots: int = 0
    claimed: list[Claim] = field(default_factory=list)
    again: set[UUID] = field(default_factory=set)
    unfinished: set[UUID] = field(default_factory=set)
    queued_groups: set[str] = field(default_factory=set)
    ended: list[UUID] = field(default_factory=list)
    assets: list[Noted] = field(default_factory=list)
    sheet: Sheet = field(init=False)
    gate: Gate = field(init=False)
    _outputs: list[NewOutput] = field(default_factory=list)
    _over: list[Case | Hopeless] = field(default_factory=list)
    _began: datetime = field(default_factory=clock.now)
    _messages: list[tuple[UUID, Message, dict[str, Any]]] = field(default_factory=list)
    _places: dict[UUID, Place] = field(default_factory=dict)
    _children: list[children.Post] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sheet = Sheet(self.tenant_id)
        self.gate = Gate(self.tenant_id)

    def settle(self, case: Case) -> None:
        """Takes one execution as far as it goes now."""
        was_over, known = case.snapshot.execution.ended, len(case.snapshot.execution.history)
        hands = Hands(
            case.held.facts,
            case.compiled,
            case.snapshot,
            fresh=case.fresh,
            progress=case.held.progress,
        )
        reader = Reader(case, hands)
        for note in case.notes:
            reader.read(note)
        happened = reader.events
        if (answer := self.gate.knock(case, hands)) is not None:
            evolve(case.compiled.plan, case.snapshot, answer)
            happened.append(answer)
        until = max(self._began + MOST_TIME, clock.now() + LEAST_TIME)
        settled = settle(case.compiled.plan, case.snapshot, hands, bounds=Bounds(until=until))
        if settled.stuck:
            self.give_up(Hopeless(case.held, STUCK, case.limit))
            return
        happened += settled.events
        batches.store_parts(hands)
        self.sheet.metrics += reader.metrics
        if happened or settled.waits:
            self._gather(case, hands, settled, happened)
            self._gather_moves(case, known)
        taken_up = any(isinstance(event, ExecutionReopened) for event in happened)
        if case.snapshot.execution.ended and (taken_up or not was_over):
            self._end(case, hands)

    def _gather(
        self, case: Case, hands: Hands, settled: Settled, happened: Sequence[Event]
    ) -> None:
        seq = case.held.seq + 1
        id = case.held.facts.id
        self._gather_runs(case)
        self._gather_attempts(case, hands, settled)
        self.sheet.executions.append(self._execution(case, hands, seq))
        if happened:
            record = {"execution_id": id, "seq": seq, "events": journal.written(happened)}
            self.sheet.journal.append(record)
        for wait in settled.waits.values():
            self.sheet.timers.append(
                {"execution_id": id, "task_run_id": wait.run, "kind": wait.kind,
                 "due_at": clock.wire(wait.due)}
            )  # fmt: skip
        self._gather_kills(case, hands, settled)
        self._kill_children(case, settled)
        hands.left.assets += group_assets.of_ended(hands, happened)
        self.sheet.lines += line_records(id, hands.log.lines, seq)
        self._places[id] = (hands.facts.namespace, hands.facts.flow_id)
        self.sheet.metrics += metric_records(id, hands.left.metrics)
        self._outputs += hands.left.outputs
        self.assets += self._noted(case, hands)
        self.sheet.loop_values += [
            {"execution_id": id, "id": run, "loop_values": values}
            for run, values in hands.left.loop_values.items()
        ]
        self._leave_the_rest(case, settled)
        self._publish(case, happened, seq)

    def _gather_kills(self, case: Case, hands: Hands, settled: Settled) -> None:
        by = killing.asked_by(case.snapshot)
        for id in settled.killed_attempts:
            hands.say(case.snapshot.runs[id], "INFO", f"The end was asked for by {by}")
            self.sheet.kills.append(
                {"execution_id": case.held.facts.id, "task_run_id": id, "by": by}
            )

    def _noted(self, case: Case, hands: Hands) -> Iterator[Noted]:
        """What quick tasks and groups have declared."""
        facts = case.held.facts
        for run, found in hands.left.assets:
            where = (case.held.namespace_id, facts.namespace, facts.flow_id, facts.revision)
            task_id = case.compiled.plan.nodes[run.node].id
            yield Noted(place_of(facts.id, run.id, task_id, *where), found)

    def _leave_the_rest(self, case: Case, settled: Settled) -> None:
        """Tells the next turn where to go on, and what the one after that may leave alone."""
        now = [None if run is None else str(run) for run in case.snapshot.agenda]
        left = [*(now if settled.unfinished else ()), *case.rest]
        if left:
            agenda = {"agenda": left[:MOST_LOOKS], "rest": left[MOST_LOOKS:]}
            self._messages.append((case.held.facts.id, Message.CONTINUE, agenda))
            self.unfinished.add(case.held.facts.id)

    def _gather_moves(self, case: Case, known: int) -> None:
        """States that the execution came into; those of tests and loops are no news to triggers."""
        facts, history = case.held.facts, case.snapshot.execution.history
        if facts.kind is not None:
            return
        place = {"namespace": facts.namespace, "flow_id": facts.flow_id}
        self.sheet.moves += [
            {
                "execution_id": facts.id,
                "position": position,
                "state": history[position].state,
                **place,
            }
            for position in range(known, len(history))
        ]

    def give_up(self, hopeless: Hopeless) -> None:
        """Ends an execution that cannot be taken further."""
        log.error("execution %s: %s", hopeless.held.facts.id, hopeless.why)
        if hopeless.over:
            giving_up.say_why(hopeless)
            return
        giving_up.give_up(hopeless)
        self.ended.append(hopeless.held.facts.id)
        self._over.append(hopeless)

    def _kill_children(self, case: Case, settled: Settled) -> None:
        for run in settled.killed_children:
            child = case.snapshot.runs[run].child
            if child is not None:
                payload = {"cascade": True, "by": children.killed_with(case.held.facts.id)}
                self._children.append((child, Message.KILL, payload))

    def _gather_runs(self, case: Case) -> None:
        snapshot, id, plan = case.snapshot, case.held.facts.id, case.compiled.plan
        for run_id in snapshot.changed:
            record = run_json(id, snapshot.runs[run_id], plan)
            if run_id in snapshot.created:
                self.sheet.new_runs.append(record)
            else:
                self.sheet.runs.append(record)
        self.sheet.dropped += [(id, run_id) for run_id in snapshot.dropped]

    def _gather_attempts(self, case: Case, hands: Hands, settled: Settled) -> None:
        for command in settled.queued.values():
            run = case.snapshot.runs.get(command.run)
            if run is not None and run.live_attempt:
                self._attempt(case, hands, run, command)

    def _attempt(self, case: Case, hands: Hands, run: Run, command: QueueAttempt) -> None:
        place = placement(hands, run)
        now = clock.wire(clock.now())
        record: dict[str, Any] = {
            "execution_id": case.held.facts.id,
            "task_run_id": run.id,
            "number": command.number,
            "kind": command.kind,
            "state": "QUEUED",
            "histories": [{"state": "CREATED", "date": now}],
            "worker_group": place.group,
            "fallback": place.fallback,
            "priority": case.compiled.plan.nodes[run.node].task.priority + case.held.priority,
            "created_at": now,
        }
        # Below a quota of task runs a claim counts first what runs.
        if place.group == self.group and self.free_slots > 0 and not self.gate.door.claims_apart:
            self.free_slots -= 1
            lease = settings.DOWNBEAT.lease.total_seconds()
            record |= {"state": "RUNNING", "worker_id": self.worker_id, "lease": lease}
            self.claimed.append(Claim(case, hands, run, command.number))
        else:
            self.queued_groups.add(place.group)
        self.sheet.attempts.append(record)

    def _execution(self, case: Case, hands: Hands, seq: int) -> dict[str, Any]:
        it: Execution = case.snapshot.execution
        facts, left = hands.facts, hands.left
        return {
            "execution_id": it.id,
            "state": it.state,
            "histories": history_json(it.history),
            "progress": execution_progress(it, limited=case.compiled.limited)
            | hands.meter.progress,
            "facts": it.facts,
            "kill_asked": it.kill_asked,
            "pause_asked": it.pause_asked,
            "scheduled_at": clock.wire(it.scheduled_at) if it.scheduled_at else None,
            "started_at": first_running(it),
            "ended_at": clock.wire(_end_of(it)) if it.ended else None,
            "seq": seq,
            "reason": reason_of(case),
            "error": failure_of(it),
            "outputs": left.flow_outputs,
            "labels": facts.labels if left.labels_changed else None,
            "variables": facts.variables if left.variables_changed else None,
            "worker_group": case.held.worker_group,
        }

    def _publish(self, case: Case, happened: Sequence[Event], seq: int) -> None:
        facts, state = case.held.facts, case.snapshot.execution.state
        data = {"id": str(facts.id), "flowId": facts.flow_id, "state": str(state)}
        events.publish_on_commit(f"execution:{facts.id}", "execution.changed", data, seq=seq)
        if any(isinstance(event, ExecutionMoved) for event in happened):
            topic = f"namespace:{facts.namespace}"
            events.publish_on_commit(topic, "execution.changed", data, seq=seq)

    def _end(self, case: Case, hands: Hands) -> None:
        held, execution = case.held, case.snapshot.execution
        self.ended.append(held.facts.id)
        self._over.append(case)
        told = children.is_told(execution.facts)
        message = children.ending(held, execution.state, hands.left.flow_outputs)
        if message is not None and not told:
            self._children.append(message)

    def write(self) -> None:
        """Writes everything, and tells whoever has to know after the commit."""
        self.sheet.outputs += outputs.records(self.tenant_id, self._outputs)
        self.sheet.lines = self.gate.door.kept_lines(self.sheet.lines, self._places)
        killed = store.write(self.sheet)
        self._after_kills(killed)
        post_all(self.tenant_id, self._messages, ring=False)
        post_all(self.tenant_id, self._children, ring=True)
        release(self.tenant_id, {over.held.flow_uid: over.limit for over in self._over})
        ended = {(over.held.facts.namespace, over.held.facts.flow_id) for over in self._over}
        self.gate.door.write(ended)
        self._ring_triggers()
        for id in self.ended:
            events.emit(ExecutionEnded(self.tenant_id, id))
        waiting = [one for one in self.sheet.attempts if one["state"] == "QUEUED"]
        for group, id in {one["worker_group"]: one["execution_id"] for one in waiting}.items():
            queues.ring("attempt", self.tenant_id, id, queue=group)

    def _ring_triggers(self) -> None:
        if self.sheet.heard:
            doorbell.ring_triggers_on_commit(doorbell.Trigger.JUDGE)
        causes = [case.held.facts.trigger or {} for case in self._over]
        if any("Schedule" in str(cause.get("type")) for cause in causes):
            # The next date of a schedule waits for the end of the execution before it.
            doorbell.ring_triggers_on_commit(doorbell.Trigger.SETTLE)

    def _after_kills(self, killed: Sequence[tuple[UUID, UUID, int, str]]) -> None:
        """Attempts that waited are over at once; workers of the others are rung once more.

        The bell of the kill itself was heard before the flag was committed.
        """
        now = clock.now().isoformat()
        for execution_id, run, number, group in killed:
            if number > 0:
                payload = {
                    "task_run_id": str(run), "number": number, "ending": "KILLED",
                    "reason": "killed", "started_at": now, "at": now,
                }  # fmt: skip
                self._messages.append((execution_id, Message.RESULT, payload))
                self.again.add(execution_id)
            else:
                queue = queues.engine_queue(group)
                doorbell.ring_on_commit("advance", self.tenant_id, execution_id, group=queue)


def _end_of(execution: Execution) -> Any:
    """When the execution ended; tasks that run afterwards do not move it."""
    return execution.history[-1].at
