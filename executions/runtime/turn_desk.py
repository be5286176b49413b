"""Settles the cases of a turn one by one, and writes all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from downbeat.common import clock, doorbell, events
from executions.contracts import ExecutionEnded
from executions.engine.commands import QueueAttempt
from executions.engine.events import Event, ExecutionMoved, RenderFailed
from executions.engine.evolve import evolve
from executions.engine.settle import Settled, settle
from executions.engine.state import Execution, Run, State
from executions.runtime import journal, outputs, store
from executions.runtime.inbox import Message, post_all
from executions.runtime.inline import Hands
from executions.runtime.outputs import NewOutput
from executions.runtime.plans import namespace_of
from executions.runtime.store import Sheet
from executions.runtime.store_codec import (
    execution_progress,
    first_running,
    history_json,
    run_json,
)
from executions.runtime.turn_admission import Gate
from executions.runtime.turn_loading import Case
from executions.runtime.turn_notes import Reader
from executions.runtime.turn_records import failure_of, line_records, metric_records, reason_of

DEFAULT_GROUP: Final = "default"


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
    queued_groups: set[str] = field(default_factory=set)
    ended: list[UUID] = field(default_factory=list)
    sheet: Sheet = field(init=False)
    gate: Gate = field(init=False)
    _outputs: list[NewOutput] = field(default_factory=list)
    _over: list[Case] = field(default_factory=list)
    _messages: list[tuple[UUID, Message, dict[str, Any]]] = field(default_factory=list)
    _children: list[tuple[UUID, Message, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sheet = Sheet(self.tenant_id)
        self.gate = Gate(self.tenant_id)

    def settle(self, case: Case) -> None:
        """Takes one execution as far as it goes now."""
        was_over = case.snapshot.execution.ended
        hands = Hands(case.held.facts, case.compiled, case.snapshot, fresh=case.fresh)
        reader = Reader(case, hands)
        for note in case.notes:
            reader.read(note)
        happened = reader.events
        if (answer := self.gate.knock(case, hands)) is not None:
            evolve(case.compiled.plan, case.snapshot, answer)
            happened.append(answer)
        settled = settle(case.compiled.plan, case.snapshot, hands)
        happened += settled.events
        self.sheet.metrics += reader.metrics
        if happened or settled.waits:
            self._gather(case, hands, settled, happened)
        if case.snapshot.execution.ended and not was_over:
            self._end(case, hands)

    def _gather(
        self, case: Case, hands: Hands, settled: Settled, happened: Sequence[Event]
    ) -> None:
        seq = case.held.seq + 1
        id = case.held.facts.id
        self._complain(hands, happened)
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
        self.sheet.kills += [(id, run) for run in settled.killed_attempts]
        self.sheet.lines += line_records(id, hands.left.lines, seq)
        self.sheet.metrics += metric_records(id, hands.left.metrics)
        self._outputs += hands.left.outputs
        self.sheet.loop_values += [
            {"execution_id": id, "id": run, "loop_values": list(values)}
            for run, values in hands.left.loop_values.items()
        ]
        if settled.unfinished:
            agenda = [None if run is None else str(run) for run in case.snapshot.agenda]
            self._messages.append((id, Message.CONTINUE, {"agenda": agenda}))
            self.again.add(id)
        self._publish(case, happened, seq)

    def _complain(self, hands: Hands, happened: Sequence[Event]) -> None:
        """Puts what could not be rendered into the log of its run."""
        for event in happened:
            if isinstance(event, RenderFailed) and event.run is not None:
                run = hands.snapshot.runs.get(event.run)
                if run is not None:
                    hands.say(run, "ERROR", event.message)

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
        group = self._group(case, run)
        now = clock.wire(clock.now())
        record: dict[str, Any] = {
            "execution_id": case.held.facts.id,
            "task_run_id": run.id,
            "number": command.number,
            "kind": command.kind,
            "state": "QUEUED",
            "histories": [{"state": "CREATED", "date": now}],
            "worker_group": group,
            "priority": case.compiled.plan.nodes[run.node].task.priority + case.held.priority,
            "created_at": now,
        }
        if group == self.group and self.free_slots > 0:
            self.free_slots -= 1
            lease = settings.DOWNBEAT.lease.total_seconds()
            record |= {"state": "RUNNING", "worker_id": self.worker_id, "lease": lease}
            self.claimed.append(Claim(case, hands, run, command.number))
        else:
            self.queued_groups.add(group)
        self.sheet.attempts.append(record)

    def _group(self, case: Case, run: Run) -> str:
        task = case.compiled.plan.nodes[run.node].task
        if task.queue:
            return str(task.queue)
        if task.worker_group is not None:
            return str(task.worker_group.key)
        place = namespace_of(self.tenant_id, case.held.facts.namespace)
        return (place.worker_group if place else None) or DEFAULT_GROUP

    def _execution(self, case: Case, hands: Hands, seq: int) -> dict[str, Any]:
        it: Execution = case.snapshot.execution
        facts, left = hands.facts, hands.left
        return {
            "execution_id": it.id,
            "state": it.state,
            "histories": history_json(it.history),
            "progress": execution_progress(it, limited=case.compiled.limited),
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
        if held.parent_id is None or held.parent_task_run_id is None:
            return
        if execution.state is not State.RETRIED:
            payload = {
                "task_run_id": str(held.parent_task_run_id),
                "child_id": str(execution.id),
                "state": execution.state,
                "outputs": hands.left.flow_outputs or {},
            }
            self._children.append((held.parent_id, Message.CHILD_ENDED, payload))

    def write(self) -> None:
        """Writes everything, and tells whoever has to know after the commit."""
        self.sheet.outputs += outputs.records(self.tenant_id, self._outputs)
        killed = store.write(self.sheet)
        self._after_kills(killed)
        post_all(self.tenant_id, self._messages, ring=False)
        post_all(self.tenant_id, self._children, ring=True)
        self.gate.release(self._over)
        for id in self.ended:
            events.emit(ExecutionEnded(self.tenant_id, id))
        waiting = [one for one in self.sheet.attempts if one["state"] == "QUEUED"]
        for group, id in {one["worker_group"]: one["execution_id"] for one in waiting}.items():
            doorbell.ring_on_commit("attempt", self.tenant_id, id, group=group)

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
                doorbell.ring_on_commit("advance", self.tenant_id, execution_id, group=group)


def _end_of(execution: Execution) -> Any:
    """When the execution ended; tasks that run afterwards do not move it."""
    return execution.history[-1].at
