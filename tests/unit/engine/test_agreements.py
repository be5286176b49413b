"""Agreements, listeners, checks and breakpoints: what stands around an execution's own tasks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from downbeat.sdk.task import Task
from executions.engine import laws
from executions.engine.events import (
    Breached,
    BreakpointReached,
    BreakpointsSet,
    Event,
    KillAsked,
)
from executions.engine.restarting import restart
from executions.engine.rules.agreements import last_unfinished
from executions.engine.rules.breaking import BREAKPOINTS, STOPPED_AT
from executions.engine.rules.ending import FAILURE
from executions.engine.state import TERMINAL, Ask, Snapshot, State
from executions.runtime import journal
from flows.plugins.core.groups import Parallel, Sequential
from flows.plugins.core.loops import ForEach
from flows.plugins.core.waiting import Pause, Sleep
from flows.spec.flow import ExecutionAssertion, MaxDuration, Sla
from tests.unit.engine.test_laws import flows
from tests.unit.engine.world import T0, Flow, Quick, Step, World


def step(id: str, **more: Any) -> Task:
    return Step(id=id, type="test.Step", **more)


def quick(id: str, **more: Any) -> Task:
    return Quick(id=id, type="test.Quick", **more)


def sleep(id: str) -> Task:
    return Sleep(id=id, type="core.flow.Sleep", duration=timedelta(seconds=60))


LONG = {("nap", Ask.DELAY): 60.0}


def group(kind: type[Task], id: str, *tasks: Task, **more: Any) -> Task:
    return kind.model_validate({"id": id, "type": kind.type_name, "tasks": list(tasks), **more})


def longest(seconds: int, behavior: str = "FAIL", **more: Any) -> MaxDuration:
    return MaxDuration.model_validate(
        {"id": "long", "type": "MAX_DURATION", "behavior": behavior, "duration": f"PT{seconds}S"}
        | more
    )


def asserted(text: str, behavior: str = "FAIL") -> ExecutionAssertion:
    return ExecutionAssertion.model_validate(
        {"id": "fact", "type": "EXECUTION_ASSERTION", "behavior": behavior, "assert": text}
    )


@dataclass(frozen=True)
class Heard:
    """A listener, as the engine reads it."""

    tasks: tuple[Task, ...]


def breached(world: World) -> list[int]:
    return list(world.snapshot.execution.facts.get("breached", ()))


def ended_at(world: World) -> datetime:
    return world.snapshot.execution.history[-1].at


@pytest.mark.parametrize(
    ("behavior", "state"), [("FAIL", State.FAILED), ("CANCEL", State.CANCELLED)]
)
def test_a_deadline_that_passes_ends_the_execution_and_its_last_task(
    behavior: str, state: State
) -> None:
    flow = Flow((sleep("nap"), step("never")), sla=(longest(10, behavior),))
    world = World(flow, answers=LONG)

    assert world.play() is state
    assert world.states() == {"nap": str(state)}
    assert ended_at(world) == T0 + timedelta(seconds=10)
    laws.check(world.plan, world.snapshot, world.now())


def test_a_group_with_live_children_does_not_take_the_end_in_their_place() -> None:
    world = World(Flow((group(Sequential, "g", step("a")),)))
    world.settle()
    whole = world.snapshot
    part = Snapshot(whole.execution, {id: run for id, run in whole.runs.items() if run.scope})

    assert world.task_of(whole.runs[last_unfinished(whole) or UUID(int=0)]) == "a"
    assert last_unfinished(part) is None


def test_a_deadline_in_time_changes_nothing() -> None:
    world = World(Flow((sleep("nap"), step("next")), sla=(longest(10),)))

    assert world.play() is State.SUCCESS
    assert breached(world) == []


def test_a_deadline_that_only_marks_acts_once_and_the_next_still_stands() -> None:
    agreements = (longest(10, "NONE"), longest(20, "FAIL"))
    world = World(Flow((sleep("nap"),), sla=agreements), answers=LONG)

    assert world.play() is State.FAILED
    assert breached(world) == [0, 1]
    assert ended_at(world) == T0 + timedelta(seconds=20)


def test_a_deadline_counts_from_the_date_at_which_the_execution_was_due() -> None:
    world = World(Flow((sleep("nap"),), sla=(longest(10),)), answers=LONG)
    due = T0 + timedelta(hours=1)
    world.snapshot.execution = replace(world.snapshot.execution, scheduled_at=due)

    assert world.play() is State.FAILED
    assert ended_at(world) == due + timedelta(seconds=10)


def test_an_execution_that_waits_for_a_slot_can_be_too_late_as_well() -> None:
    world = World(Flow((quick("never"),), sla=(longest(10),)))
    world.snapshot.execution = replace(world.snapshot.execution, admitted=False)

    assert world.play() is State.FAILED
    assert world.created() == []


def test_a_deadline_counts_anew_after_a_restart() -> None:
    world = World(Flow((sleep("nap"),), sla=(longest(5),)), answers=LONG)
    assert world.play() is State.FAILED
    again = world.now_at
    world.renders.clear()

    world.events.extend(restart(world.plan, world.snapshot, world.now()))

    assert world.play() is State.FAILED
    assert ended_at(world) == again + timedelta(seconds=5)


def test_an_assertion_is_looked_at_whenever_the_execution_changes() -> None:
    world = World(Flow((quick("a"), quick("b"), quick("c")), sla=(asserted("x"),)))
    world.holding = lambda text: "b" not in world.created()

    assert world.play() is State.FAILED
    assert world.created() == ["a", "b"]
    assert world.order.count("assert x") >= 3


def test_of_several_assertions_only_the_first_violated_acts() -> None:
    agreements = (asserted("one", "NONE"), asserted("two", "FAIL"))
    world = World(Flow((quick("a"), quick("b")), sla=agreements), holding=lambda text: False)

    assert world.play() is State.SUCCESS
    assert breached(world) == [0]


def test_an_assertion_that_fails_from_the_start_lets_nothing_begin() -> None:
    world = World(Flow((quick("a"),), sla=(asserted("x", "CANCEL"),)), holding=lambda text: False)

    assert world.play() is State.CANCELLED
    assert world.created() == []


def test_what_is_killed_or_waits_to_be_let_in_violates_nothing() -> None:
    flow = Flow((step("a"), step("b")), sla=(asserted("x"), longest(10)))
    killed, waiting = World(flow, answers=LONG), World(flow)
    killed.settle()
    killed.kill()
    for world in (killed, waiting):
        world.holding = lambda text: False
    killed.now_at = T0 + timedelta(seconds=11)
    waiting.snapshot.execution = replace(waiting.snapshot.execution, admitted=False)

    waiting.settle()

    assert killed.play() is State.KILLED
    assert (breached(killed), breached(waiting)) == ([], [])


def test_nothing_begins_until_the_execution_is_let_in() -> None:
    world = World(Flow((step("a"), step("b"))), mended("a"))
    world.play()
    world.events.extend(restart(world.plan, world.snapshot, world.now()))
    world.snapshot.execution = replace(world.snapshot.execution, admitted=False)

    world.settle()
    held = dict(world.states())
    world.admit()
    world.look_everywhere()

    assert held == {"a": "RESTARTED"}
    assert world.play() is State.SUCCESS


def mended(task: str) -> Any:
    """The task fails at its first try only."""
    return lambda name, n: State.FAILED if (name, n) == (task, 1) else State.SUCCESS


def test_a_flow_without_agreements_is_asked_nothing() -> None:
    world = World(Flow((quick("a"),)))

    world.play()

    assert world.order == []


def test_listeners_run_after_the_end_in_order_and_change_nothing() -> None:
    listeners = (Heard((step("ko"),)), Heard((step("l2"), step("l3"))))
    flow = Flow((step("first"),), listeners=listeners, after_execution=(step("last"),))
    world = World(flow, lambda task, n: State.FAILED if task == "ko" else State.SUCCESS)

    assert world.play() is State.SUCCESS
    assert world.created() == ["first", "ko", "l2", "l3", "last"]
    assert [m.state for m in world.snapshot.execution.history] == [State.RUNNING, State.SUCCESS]
    laws.check(world.plan, world.snapshot, world.now())


def test_a_listener_whose_conditions_do_not_hold_is_silent() -> None:
    listeners = (Heard((step("l0"),)), Heard((step("off", disabled=True), step("l1"))))
    flow = Flow((step("first"),), listeners=listeners, after_execution=(step("last"),))
    world = World(flow, answers={("", Ask.LISTENERS): [1]})

    assert world.play() is State.SUCCESS
    assert world.created() == ["first", "l1", "last"]


def test_conditions_of_listeners_are_asked_once_for_each_end() -> None:
    world = World(
        Flow((step("ko"),), listeners=(Heard((step("tell"),)),)),
        lambda task, n: State.FAILED if task == "ko" and n == 1 else State.SUCCESS,
    )
    world.play()
    world.renders.clear()
    world.events.extend(restart(world.plan, world.snapshot, world.now()))

    assert world.play() is State.SUCCESS
    assert world.renders == [(None, Ask.LISTENERS)]
    assert world.created() == ["ko", "tell"]


def test_an_execution_that_a_check_refused_fails_before_anything_runs() -> None:
    world = World(Flow((step("a"),), errors=(step("h"),), after_execution=(step("tell"),)))
    world.snapshot.execution = replace(world.snapshot.execution, facts={FAILURE: "no"})

    assert world.play() is State.FAILED
    assert world.created() == ["tell"]
    laws.check(world.plan, world.snapshot, world.now())


def stopping(flow: Flow, *points: dict[str, str]) -> World:
    world = World(flow)
    facts = {BREAKPOINTS: list(points)}
    world.snapshot.execution = replace(world.snapshot.execution, facts=facts)
    return world


def test_a_breakpoint_stops_before_its_task_until_it_is_resumed() -> None:
    world = stopping(Flow((quick("a"), step("b"), quick("c"))), {"id": "b"})

    assert world.play() is State.PAUSED
    assert world.states() == {"a": "SUCCESS", "b": "CREATED"}
    assert world.snapshot.execution.facts[STOPPED_AT] == "b"
    laws.check(world.plan, world.snapshot, world.now())
    world.resume()
    assert world.play() is State.SUCCESS
    assert STOPPED_AT not in world.snapshot.execution.facts


def test_a_breakpoint_in_a_loop_stops_at_each_value_or_at_the_one_named() -> None:
    loop = group(ForEach, "each", quick("x"), values=["1"])
    each = stopping(Flow((loop,)), {"id": "x"})
    one = stopping(Flow((loop,)), {"id": "x", "value": "b"})

    stops = 0
    while each.play() is State.PAUSED:
        stops += 1
        each.resume()
    assert stops == 3
    assert one.play() is State.PAUSED
    assert [run.value for run in one.snapshot.runs.values() if run.value] == ["a", "b"]
    one.resume()
    assert one.play() is State.SUCCESS


def test_breakpoints_of_the_same_moment_are_met_one_after_the_other() -> None:
    par = group(Parallel, "par", step("a"), step("b"))
    world = stopping(Flow((par,)), {"id": "a"}, {"id": "b"})

    assert world.play() is State.PAUSED
    world.resume()
    assert world.play() is State.PAUSED
    world.resume()
    assert world.play() is State.SUCCESS


def test_breakpoints_said_anew_replace_the_old_ones() -> None:
    world = stopping(Flow((quick("a"), quick("b"), quick("c"))), {"id": "a"}, {"id": "b"})

    assert world.play() is State.PAUSED
    world.happen(BreakpointsSet(({"id": "c"},)))
    world.resume()
    assert world.play() is State.PAUSED
    assert world.created() == ["a", "b", "c"]


def test_an_execution_at_a_breakpoint_can_be_killed() -> None:
    world = stopping(Flow((group(Sequential, "g", quick("a")),)), {"id": "a"})
    assert world.play() is State.PAUSED

    world.kill()

    assert world.play() is State.KILLED
    laws.check(world.plan, world.snapshot, world.now())


def test_a_paused_task_and_a_breakpoint_know_each_other() -> None:
    par = group(Parallel, "par", group(Pause, "hold"), step("b"))
    world = stopping(Flow((par, step("end"))), {"id": "b"})

    assert world.play() is State.PAUSED
    world.resume()
    assert world.play() is State.PAUSED
    held = next(run for run in world.snapshot.runs.values() if run.state is State.PAUSED)
    world.resume(held.id)
    assert world.play() is State.SUCCESS


BEHAVIORS = st.sampled_from(["FAIL", "CANCEL", "NONE"])


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    flows(),
    st.lists(st.tuples(st.integers(0, 12), BEHAVIORS), max_size=2),
    st.lists(BEHAVIORS, max_size=2),
    st.integers(0, 30),
    st.sets(st.integers(1, 8), max_size=3),
)
def test_whatever_is_agreed_every_execution_ends_lawfully(
    flow: Flow, deadlines: Any, assertions: Any, holds_for: int, points: set[int]
) -> None:
    agreements: list[Sla] = [longest(seconds, behavior) for seconds, behavior in deadlines]
    agreements += [asserted("x", behavior) for behavior in assertions]
    listeners = (Heard((quick("heard"),)),)
    world = stopping(
        replace(flow, sla=tuple(agreements), listeners=listeners),
        *({"id": f"t{number}"} for number in points),
    )
    world.holding = lambda text: len(world.events) < holds_for
    for _ in range(400):
        world.settle()
        laws.check(world.plan, world.snapshot, world.now())
        if not world.step():
            it = world.snapshot.execution
            if it.ended:
                break
            held = [run for run in world.snapshot.runs.values() if run.state is State.PAUSED]
            world.resume(held[0].id if held and not it.pause_asked else None)
    it = world.snapshot.execution
    assert it.state in TERMINAL
    acted = [world.plan.agreements[place] for place in breached(world)]
    assert len(acted) == len(set(breached(world)))
    assert sum(isinstance(one, ExecutionAssertion) for one in acted) <= 1
    ending = [one.behavior for one in acted if one.behavior != "NONE"]
    assert len(ending) <= 1
    if ending:
        assert it.state is {"FAIL": State.FAILED, "CANCEL": State.CANCELLED}[ending[0]]


def test_what_happened_reads_back_from_the_journal_as_it_was() -> None:
    events: list[Event] = [
        BreakpointsSet(({"id": "a", "value": "x"}, {"id": "b"})),
        BreakpointReached(UUID(int=7), "a"),
        Breached(1, "too late"),
        Breached(0),
        KillAsked(end_as=State.FAILED, run=UUID(int=9)),
    ]

    assert journal.read(journal.written(events)) == events
