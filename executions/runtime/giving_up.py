"""Ends executions that no turn can take further, as FAILED and with the reason in their log.

For two cases that are nobody's wish: the pinned revision cannot be read (an upgrade has taken a
task type away), or the rules go round in circles. Neither can be left to the engine, so everything
that lives is ended in the rows: attempts are told to stop, task runs are KILLED, children too.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from downbeat.common import clock, doorbell, events
from executions.contracts import ExecutionEnded
from executions.engine.events import Event, ExecutionMoved, RunMoved
from executions.engine.rules.ending import FAILURE
from executions.engine.state import Moment, State
from executions.runtime import children, journal, store
from executions.runtime.inbox import Message, post_all
from executions.runtime.sql import rows, run_all
from executions.runtime.store import Held
from executions.runtime.store_codec import history_json, loaded, text
from executions.runtime.store_statements import JOURNAL, KILL_ATTEMPTS, LINES
from executions.runtime.turn_loading import Hopeless
from executions.runtime.turn_log import Line
from executions.runtime.turn_records import line_records

_END_RUNS: Final = """
update task_run
   set state = 'KILLED', ended_at = clock_timestamp(), folded = true, run_after = null,
       progress = coalesce(progress, '{}') - 'live' - 'kill',
       histories = histories || jsonb_build_array(jsonb_build_object(
           'state', 'KILLED', 'date', %s::text))
 where tenant_id = %s and execution_id = %s and ended_at is null
returning id
"""
_END_EXECUTION: Final = """
update execution
   set state = 'FAILED', ended_at = clock_timestamp(), histories = %(history)s::jsonb,
       error = %(error)s, facts = facts || %(facts)s::jsonb, reason = null, seq = seq + 1,
       kill_requested_at = null, pause_requested_at = null, scheduled_at = null
 where tenant_id = %(tenant)s and id = %(id)s and ended_at is null
"""
_NO_TIMERS: Final = "delete from timer where tenant_id = %s and execution_id = %s"


def say_why(hopeless: Hopeless) -> None:
    """Writes the reason into the log of the execution."""
    held = hopeless.held
    line = Line(None, None, 0, "ERROR", clock.now(), hopeless.why)
    records = line_records(held.facts.id, [line], held.seq + 1)
    rows(LINES, {"tenant": held.facts.tenant_id, "records": text(records)})


def give_up(hopeless: Hopeless) -> None:
    """Ends the execution and all that lives in it; inside the turn that holds it."""
    held = hopeless.held
    tenant_id, id = held.facts.tenant_id, held.facts.id
    say_why(hopeless)
    runs = list(store.live_runs(tenant_id, [id]).get(id, {}))
    by = "the platform: the execution cannot go on"
    records = [{"execution_id": id, "task_run_id": run, "by": by} for run in runs]
    facts = {"tenant": tenant_id, "executions": [id], "records": text(records)}
    if rows(KILL_ATTEMPTS, facts):
        # Whoever works on one of them hears of it by the bell of its execution.
        doorbell.ring_on_commit("advance", tenant_id, id)
    children.kill_all(tenant_id, id)
    _write_end(hopeless, runs)
    _tell(held)


def _write_end(hopeless: Hopeless, runs: list[UUID]) -> None:
    held = hopeless.held
    tenant_id, id, now = held.facts.tenant_id, held.facts.id, clock.now()
    happened: list[Event] = [RunMoved(run, State.KILLED, now) for run in runs]
    happened.append(ExecutionMoved(State.FAILED, now))
    record = {"execution_id": id, "seq": held.seq + 1, "events": journal.written(happened)}
    end: dict[str, Any] = {
        "tenant": tenant_id,
        "id": id,
        "history": text([*_history(held), *history_json([Moment(State.FAILED, now)])]),
        "error": hopeless.why,
        "facts": text({FAILURE: hopeless.why}),
    }
    statements: list[tuple[str, Any]] = [
        (_END_RUNS, [clock.wire(now), tenant_id, id]),
        (_END_EXECUTION, end),
        (JOURNAL, {"tenant": tenant_id, "records": text([record])}),
        (_NO_TIMERS, [tenant_id, id]),
    ]
    run_all(statements)


def _history(held: Held) -> list[Any]:
    return list(loaded(held.row[2]))


def _tell(held: Held) -> None:
    """Those who wait for the end, or watch."""
    facts = held.facts
    if held.parent_id is not None and held.parent_task_run_id is not None:
        payload = {
            "task_run_id": str(held.parent_task_run_id),
            "child_id": str(facts.id),
            "state": State.FAILED,
            "outputs": {},
        }
        post_all(facts.tenant_id, [(held.parent_id, Message.CHILD_ENDED, payload)], ring=True)
    events.emit(ExecutionEnded(facts.tenant_id, facts.id))
    data = {"id": str(facts.id), "flowId": facts.flow_id, "state": str(State.FAILED)}
    for topic in (f"execution:{facts.id}", f"namespace:{facts.namespace}"):
        events.publish_on_commit(topic, "execution.changed", data, seq=held.seq + 1)
