"""What each message means to an execution: the events that the engine then settles from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from downbeat.common import clock
from downbeat.common.errors import AppError
from downbeat.sdk.errors import TaskFailed
from executions.engine.events import (
    Admitted,
    Awaited,
    BreakpointsSet,
    Event,
    ExecutionMoved,
    KillAsked,
    PauseAsked,
    ResumeAsked,
    TryEnded,
)
from executions.engine.evolve import evolve
from executions.engine.plan import Kind
from executions.engine.restarting import mark, restart
from executions.engine.rules.agreements import last_unfinished
from executions.engine.rules.retrying import NEW_EXECUTION
from executions.engine.state import Reason, Run, Snapshot, State
from executions.runtime import batches, carried_effects, children, renewal, turn_results
from executions.runtime.inbox import Message, Note
from executions.runtime.inline import Hands
from executions.runtime.output_limit import OutputsTooLarge
from executions.runtime.placement import FAIL
from executions.runtime.quick_tasks import TOO_LARGE
from executions.runtime.turn_loading import Case


class Reader:
    """Reads one execution's messages into its snapshot."""

    def __init__(self, case: Case, hands: Hands) -> None:
        self.case, self.hands = case, hands
        self.events: list[Event] = []
        self.metrics: list[dict[str, Any]] = []

    @property
    def snapshot(self) -> Snapshot:
        return self.case.snapshot

    def read(self, note: Note) -> None:
        """Takes note of one message; what is out of date changes nothing."""
        payload = note.payload
        match note.kind:
            case Message.CREATED | Message.RELEASED:
                self._look_everywhere()
            case Message.RESULT:
                self._result(payload)
            case Message.WORKER_LOST:
                self._lost(payload)
            case Message.NO_WORKER:
                self._unserved(payload)
            case Message.CHILD_ENDED:
                self._child_ended(payload)
            case Message.TIMER:
                self._timer(payload)
            case Message.CONTINUE:
                self._look_at(payload.get("agenda") or ())
            case _:
                self._by_hand(note.kind, payload)

    def _by_hand(self, kind: Message, payload: Mapping[str, Any]) -> None:
        execution = self.snapshot.execution
        match kind:
            case Message.KILL if not execution.ended:
                self._kill(payload)
            case Message.PAUSE if execution.state is State.RUNNING:
                self._happen(PauseAsked())
            case Message.RESUME if execution.state is State.PAUSED or execution.paused:
                self._resume(payload)
            case Message.FORCE_RUN if not execution.ended:
                self._force_run()
            case Message.RESTART:
                self._restart(awaited=bool(payload.get("awaited")))
            case Message.SET_STATE:
                self._set_state(payload)
            case Message.SET_STATUS:
                self._set_status(payload)
            case _:
                return

    def _happen(self, event: Event) -> None:
        evolve(self.case.compiled.plan, self.snapshot, event)
        self.events.append(event)

    def _look_at(self, runs: Iterable[str | None]) -> None:
        for run in runs:
            if run is None or UUID(run) in self.snapshot.runs:
                self.snapshot.look_at(None if run is None else UUID(run))

    def _look_everywhere(self) -> None:
        for run in self.snapshot.runs:
            self.snapshot.look_at(run)
        self.snapshot.look_at(None)

    def _result(self, payload: Mapping[str, Any]) -> None:
        event = turn_results.event_of(payload)
        run = self.snapshot.runs.get(event.run)
        if run is None or not run.live_attempt:
            return
        plan = self.case.compiled.plan
        node = plan.nodes[run.node]
        for record in payload.get("metrics") or ():
            self.metrics.append({**record, "task_id": node.id})
        self.metrics += turn_results.child_metrics(payload)
        for child in turn_results.reported(plan, run.id, payload.get("children") or ()):
            # The worker may have hidden the value of the loop that all of them are in.
            looped = child.node is not None and child.value is not None
            self._happen(replace(child, value=run.value) if looped else child)
        asked: list[Event] = []
        try:
            self._put_child_outputs(payload)
            self._put_outputs(run, payload)
            asked = carried_effects.apply_all(self.hands, run, payload.get("effects") or ())
        except (OutputsTooLarge, TaskFailed, AppError) as problem:
            reason = TOO_LARGE if isinstance(problem, OutputsTooLarge) else "failed"
            self.hands.say(run, "ERROR", str(problem))
            event = replace(event, ending=State.FAILED, reason=reason, error=str(problem))
        for one in (event, *asked):
            self._happen(one)

    def _put_outputs(self, run: Run, payload: Mapping[str, Any]) -> None:
        """Outputs that came with the result; others were written when it was left as a message."""
        outputs = self.case.outputs.pop(run.id, None)
        if outputs:
            self.hands.put_outputs(run, outputs)
        else:
            self.hands.meter.take_bytes(int(payload.get("output_bytes") or 0))

    def _put_child_outputs(self, payload: Mapping[str, Any]) -> None:
        for child in payload.get("children") or ():
            reported = self.snapshot.runs[UUID(str(child["id"]))]
            if child.get("outputs"):
                self.hands.put_outputs(reported, child["outputs"])

    def _lost(self, payload: Mapping[str, Any]) -> None:
        run = self.snapshot.runs.get(UUID(str(payload["task_run_id"])))
        if run is None or not run.live_attempt or run.attempts + 1 != payload["number"]:
            return
        now = clock.now()
        message = "The worker that ran this attempt was lost."
        self.hands.say(run, "ERROR", message)
        self._happen(TryEnded(run.id, State.FAILED, now, now, Reason.WORKER_LOST, message))

    def _unserved(self, payload: Mapping[str, Any]) -> None:
        """No worker of its group lives, and the task does not want to wait for one."""
        run = self.snapshot.runs.get(UUID(str(payload["task_run_id"])))
        if run is None or not run.live_attempt or run.attempts + 1 != payload["number"]:
            return
        now, error = clock.now(), str(payload["error"])
        self.hands.say(run, "ERROR", error)
        failed = payload["fallback"] == FAIL
        ending = State.FAILED if failed else State.KILLED
        self._happen(TryEnded(run.id, ending, now, now, "no_worker", error))
        if not failed:
            self._kill({"by": "the platform: no worker"})

    def _child_ended(self, payload: Mapping[str, Any]) -> None:
        run = self.snapshot.runs.get(UUID(str(payload["task_run_id"])))
        if run is None:
            return
        if self.case.compiled.plan.nodes[run.node].kind is Kind.CHILDREN:
            if (ended := batches.ended(self.hands, run, payload)) is not None:
                self._happen(ended)
            return
        try:
            event = children.ended(self.hands, run, payload)
        except OutputsTooLarge as problem:
            now, why = clock.now(), str(problem)
            self.hands.say(run, "ERROR", why)
            event = TryEnded(run.id, State.FAILED, now, now, TOO_LARGE, why, by_worker=False)
        if event is not None:
            self._happen(self.hands.noted(event))

    def _timer(self, payload: Mapping[str, Any]) -> None:
        if payload["kind"] == NEW_EXECUTION:
            renewal.start_anew(self.case.held, self.snapshot.execution)
            return
        self._look_at([payload.get("task_run_id")])

    def _kill(self, payload: Mapping[str, Any]) -> None:
        cascade, end_as = bool(payload.get("cascade", True)), payload.get("end_as")
        if cascade:
            children.kill_all(self.hands.facts.tenant_id, self.hands.facts.id)
        last = last_unfinished(self.snapshot) if payload.get("last") else None
        ending = State(end_as) if end_as else None
        self._happen(KillAsked(cascade, ending, last, by=payload.get("by")))
        self._look_everywhere()

    def _leave_breakpoint(self, payload: Mapping[str, Any]) -> None:
        if "breakpoints" in payload:
            self._happen(BreakpointsSet(tuple(payload["breakpoints"])))
        self._happen(ResumeAsked(None, clock.now()))
        self._look_everywhere()

    def _resume(self, payload: Mapping[str, Any]) -> None:
        if payload.get("at_breakpoint"):
            self._leave_breakpoint(payload)
            return
        if payload.get(
            "lifted"
        ):  # what a switch has paused; who waits for a person goes on waiting
            if self.snapshot.execution.pause_asked:
                self._happen(ResumeAsked(None, clock.now()))
                self._look_everywhere()
            return
        named = payload.get("task_run_id")
        paused = [run for run in self.snapshot.runs.values() if run.state is State.PAUSED]
        chosen = [run for run in paused if named is None or run.id == UUID(str(named))]
        now = clock.now()
        inputs = payload.get("inputs") or {}
        for run in chosen:
            self.hands.put_outputs(run, {"onResume": inputs}, limited=False)
            self._happen(ResumeAsked(run.id, now, inputs))
        if not chosen and self.snapshot.execution.pause_asked:
            self._happen(ResumeAsked(None, now))
        self._look_everywhere()

    def _force_run(self) -> None:
        if self.snapshot.execution.state is State.PAUSED:
            self._resume({})
        else:
            self._happen(Admitted(forced=True))
            self._look_everywhere()

    def _restart(self, *, awaited: bool) -> None:
        """Takes the execution up again; whoever waits for it is told even if there is no need."""
        execution = self.snapshot.execution
        if execution.ended or not awaited:
            plan, now = self.case.compiled.plan, clock.now()
            again = restart(plan, self.snapshot, now, awaited=awaited)
            self.events += again
            self.hands.meter.forget(self.snapshot.dropped)
            if again or not awaited or not children.is_told(execution.facts):
                return
            children.tell_parent(self.case.held, execution.state)
        self._happen(Awaited())

    def _set_state(self, payload: Mapping[str, Any]) -> None:
        run = UUID(str(payload["task_run_id"]))
        plan = self.case.compiled.plan
        again = mark(plan, self.snapshot, run, State(payload["state"]), clock.now())
        self.events += again
        self.hands.meter.forget(self.snapshot.dropped)
        if again:  # what was held until now may go on
            self._look_everywhere()

    def _set_status(self, payload: Mapping[str, Any]) -> None:
        state = State(payload["state"])
        execution = self.snapshot.execution
        if execution.ended:
            self._happen(ExecutionMoved(state, clock.now()))
        elif execution.state is State.QUEUED:  # one that was restarted has task runs that wait
            self._happen(KillAsked(end_as=state, by=payload.get("by")))
            self._look_everywhere()
