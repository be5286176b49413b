"""How groups order their tasks, and what their state becomes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from downbeat.sdk.retry import ConstantRetry
from downbeat.sdk.task import Task
from executions.engine import laws
from executions.engine.rules.walking import BATCH
from executions.engine.state import Ask, State
from flows.plugins.core.branching import If, Switch
from flows.plugins.core.groups import AllowFailure, Dag, Parallel, Sequential
from flows.plugins.core.loops import EachParallel, ForEach, LoopUntil
from flows.plugins.core.subflows import Subflow
from flows.plugins.core.waiting import Pause, Sleep
from tests.unit.engine.world import Flow, Quick, Step, World


def step(id: str, **more: Any) -> Task:
    return Step(id=id, type="test.Step", **more)


def quick(id: str, **more: Any) -> Task:
    return Quick(id=id, type="test.Quick", **more)


def group(kind: type[Task], id: str, *tasks: Task, **more: Any) -> Task:
    return kind.model_validate({"id": id, "type": kind.type_name, "tasks": list(tasks), **more})


def failing(*names: str) -> Any:
    return lambda task, attempt: State.FAILED if task in names else State.SUCCESS


def retry(times: int, **more: Any) -> ConstantRetry:
    return ConstantRetry(type="constant", interval=timedelta(seconds=1), max_attempts=times, **more)


def test_tasks_of_a_flow_run_one_after_the_other() -> None:
    world = World(Flow((quick("a"), quick("b"), quick("c"))))

    assert world.play() is State.SUCCESS
    assert world.created() == ["a", "b", "c"]
    laws.check(world.plan, world.snapshot, world.now())


def test_a_failure_stops_the_sequence_and_runs_the_errors_of_every_level() -> None:
    inner = group(Sequential, "inner", step("ko"), step("never"), errors=[step("inner_handler")])
    outer = group(Sequential, "outer", inner, errors=[step("outer_handler")])
    world = World(Flow((outer, step("nor_this")), errors=(step("handler"),)), failing("ko"))

    assert world.play() is State.FAILED
    order = ["outer", "inner", "ko", "inner_handler", "outer_handler", "handler"]
    assert world.created() == order


def test_a_failing_handler_does_not_stop_the_handlers_after_it() -> None:
    flow = Flow((step("ko"),), errors=(step("first"), step("second")))
    world = World(flow, failing("ko", "first"))

    assert world.play() is State.FAILED
    assert world.states()["second"] == "SUCCESS"


def test_finally_runs_whatever_happened_and_its_failure_counts() -> None:
    flow = Flow((step("a"),), finally_=(step("clean"), step("up")))
    world = World(flow, failing("clean"))

    assert world.play() is State.FAILED
    assert world.created() == ["a", "clean", "up"]


def test_tasks_after_the_execution_run_when_its_state_is_final() -> None:
    flow = Flow((step("ko"),), after_execution=(step("tell"),))
    world = World(flow, failing("ko", "tell"))

    assert world.play() is State.FAILED
    assert world.created() == ["ko", "tell"]
    assert [m.state for m in world.snapshot.execution.history] == [State.RUNNING, State.FAILED]


def test_an_allowed_failure_is_a_warning_and_the_sequence_goes_on() -> None:
    flow = Flow((step("ko", allow_failure=True), step("next")))
    world = World(flow, failing("ko"))

    assert world.play() is State.WARNING
    assert world.states() == {"ko": "WARNING", "next": "SUCCESS"}


def test_an_allowed_failure_that_is_an_allowed_warning_is_a_success() -> None:
    flow = Flow((step("ko", allow_failure=True, allow_warning=True),))

    assert World(flow, failing("ko")).play() is State.SUCCESS


def test_a_group_that_allows_failure_runs_its_own_errors_and_warns() -> None:
    allowed = group(AllowFailure, "allowed", step("ko"), errors=[step("handler")])
    world = World(Flow((allowed, step("next")), errors=(step("never"),)), failing("ko"))

    assert world.play() is State.WARNING
    assert world.states() == {
        "allowed": "WARNING", "ko": "FAILED", "handler": "SUCCESS", "next": "SUCCESS",
    }  # fmt: skip


def test_parallel_tasks_run_at_once_within_the_limit() -> None:
    tasks = [step(f"p{n}") for n in range(5)]
    world = World(Flow((group(Parallel, "par", *tasks, concurrent=2), step("end"))))

    world.settle()
    assert len(world.live_attempts()) == 2
    assert world.play() is State.SUCCESS
    assert len(world.created()) == 7


def test_a_failure_beside_others_lets_them_end_before_the_errors() -> None:
    par = group(Parallel, "par", step("ko"), step("slow"), errors=[step("handler")])
    world = World(Flow((par, step("never"))), failing("ko"))

    world.settle()
    world.finish(world.live_attempts()[0])
    world.settle()
    assert "handler" not in world.created()
    assert world.play() is State.FAILED
    assert world.created() == ["par", "ko", "slow", "handler"]


def test_a_task_of_a_dag_starts_when_all_it_depends_on_have_ended() -> None:
    dag = Dag.model_validate(
        {
            "id": "dag",
            "type": "core.flow.Dag",
            "tasks": [
                {"task": step("c"), "dependsOn": ["a", "b"]},
                {"task": step("a")},
                {"task": step("b")},
            ],
        }
    )
    world = World(Flow((dag,)))

    world.settle()
    assert sorted(world.created()) == ["a", "b", "dag"]
    world.finish(world.live_attempts()[0])
    world.settle()
    assert "c" not in world.created()
    assert world.play() is State.SUCCESS
    assert world.created()[-1] == "c"


@pytest.mark.parametrize(("choice", "ran"), [("true", "yes"), ("false", "no")])
def test_a_condition_chooses_a_branch(choice: str, ran: str) -> None:
    chosen = If.model_validate(
        {"id": "if", "type": "core.flow.If", "condition": "x", "then": [step("yes")],
         "else": [step("no")]}
    )  # fmt: skip
    world = World(Flow((chosen,)), answers={("if", Ask.CHOICE): choice})

    assert world.play() is State.SUCCESS
    assert world.created() == ["if", ran]


def test_a_false_condition_without_else_is_a_success() -> None:
    chosen = If.model_validate(
        {"id": "if", "type": "core.flow.If", "condition": "x", "then": [step("yes")]}
    )
    world = World(Flow((chosen,)), answers={("if", Ask.CHOICE): "false"})

    assert world.play() is State.SUCCESS
    assert world.created() == ["if"]


def test_a_switch_without_a_matching_case_fails_and_allows_failure() -> None:
    def flow(**more: Any) -> Flow:
        return Flow(
            (
                Switch.model_validate(
                    {"id": "s", "type": "core.flow.Switch", "value": "x",
                     "cases": {"one": [step("one")]}, **more}
                ),
            )
        )  # fmt: skip

    answers = {("s", Ask.CHOICE): "two"}
    assert World(flow(), answers=answers).play() is State.FAILED
    assert World(flow(allowFailure=True), answers=answers).play() is State.WARNING


def test_a_loop_of_one_at_a_time_stops_at_the_first_failed_iteration() -> None:
    loop = group(ForEach, "each", step("x"), step("y"), values=["1", "2", "3"],
                 errors=[step("handler")])  # fmt: skip
    seen: list[str] = []

    def verdict(task: str, attempt: int) -> State:
        seen.append(task)
        return State.FAILED if seen.count("x") == 2 and task == "x" else State.SUCCESS

    world = World(Flow((loop,)), verdict)

    assert world.play() is State.FAILED
    assert seen == ["x", "y", "x", "handler"]


def test_iterations_side_by_side_are_each_in_order_and_within_the_limit() -> None:
    loop = group(ForEach, "each", step("x"), step("y"), values=["1"], concurrencyLimit=2)
    world = World(Flow((loop,)), answers={("each", Ask.VALUES): ["a", "b", "c"]})

    world.settle()
    assert [run.path for run in world.live_attempts()] == [("a",), ("b",)]
    world.finish(world.live_attempts()[1])
    world.settle()
    ahead = [(world.task_of(run), run.path) for run in world.live_attempts()]
    assert ahead == [("x", ("a",)), ("y", ("b",))]
    assert world.play() is State.SUCCESS
    assert len(world.created()) == 7


def test_each_parallel_starts_every_task_of_every_value() -> None:
    loop = group(EachParallel, "each", step("x"), step("y"), value=["1"])
    world = World(Flow((loop,)), answers={("each", Ask.VALUES): ["a", "b", "c"]})

    world.settle()
    assert len(world.live_attempts()) == 6
    assert world.play() is State.SUCCESS


def test_an_empty_loop_succeeds() -> None:
    loop = group(ForEach, "each", step("x"), values=[])

    assert World(Flow((loop,)), answers={("each", Ask.VALUES): []}).play() is State.SUCCESS


@pytest.mark.parametrize("limit", [0, 1, 7])
def test_a_long_loop_settles_in_bounded_pieces(limit: int) -> None:
    loop = group(ForEach, "each", quick("x"), values=["1"], concurrencyLimit=limit)
    values = list(range(3 * BATCH))
    world = World(Flow((loop,)), answers={("each", Ask.VALUES): values}, most_creations=100)

    assert world.play() is State.SUCCESS
    assert len(world.created()) == 1 + len(values)
    laws.check(world.plan, world.snapshot, world.now())


def test_a_repetition_keeps_only_its_last_round() -> None:
    loop = group(LoopUntil, "until", quick("check"), condition="x")
    world = World(Flow((loop,)))

    assert world.play() is State.SUCCESS
    assert world.created() == ["until", "check"]
    assert sum(1 for run, ask in world.renders if ask is Ask.UNTIL) == 2


def test_a_repetition_beyond_its_rounds_fails_if_it_says_so() -> None:
    def answers(fail: bool) -> Any:
        def until(round_: int) -> dict[str, Any]:
            return {
                "done": False, "interval": 1.0, "maxIterations": 3, "maxDuration": None,
                "failOnMax": fail,
            }  # fmt: skip

        return {("until", Ask.UNTIL): until}

    loop = group(LoopUntil, "until", quick("check"), condition="x")

    assert World(Flow((loop,)), answers=answers(True)).play() is State.FAILED
    assert World(Flow((loop,)), answers=answers(False)).play() is State.SUCCESS


def test_a_repetition_whose_condition_breaks_fails_and_runs_its_errors() -> None:
    loop = group(LoopUntil, "until", quick("check"), condition="x", errors=[step("handler")])
    world = World(Flow((loop,)), answers={("until", Ask.UNTIL): ValueError("no such name")})

    assert world.play() is State.FAILED
    assert world.created() == ["until", "check", "handler"]


def test_a_pause_holds_its_branch_until_it_is_resumed() -> None:
    world = World(Flow((group(Pause, "hold", step("sub")), step("last"))))

    assert world.play() is State.PAUSED
    assert world.created() == ["hold"]
    world.resume(next(iter(world.snapshot.runs)), approved=True)
    assert world.play() is State.SUCCESS
    assert world.created() == ["hold", "sub", "last"]
    states = [moment.state for moment in world.snapshot.execution.history]
    assert states == [
        State.RUNNING, State.PAUSED, State.RESTARTED, State.RUNNING, State.SUCCESS,
    ]  # fmt: skip


def test_a_pause_with_a_delay_goes_on_by_itself() -> None:
    answers = {("hold", Ask.HOLD): {"delay": 2.0, "timeout": None}}
    world = World(Flow((group(Pause, "hold"), step("last"))), answers=answers)

    assert world.play() is State.SUCCESS
    run = next(iter(world.snapshot.runs.values()))
    assert [m.state for m in run.history].count(State.RUNNING) == 2


def test_a_pause_that_nobody_resumes_in_time_fails() -> None:
    answers = {("hold", Ask.HOLD): {"delay": None, "timeout": 2.0}}
    world = World(Flow((group(Pause, "hold"), step("never"))), answers=answers)

    assert world.play() is State.FAILED
    assert world.created() == ["hold"]


def test_a_sleep_holds_no_worker() -> None:
    world = World(
        Flow((Sleep(id="nap", type="core.flow.Sleep", duration=timedelta(seconds=5)), step("next")))
    )

    world.settle()
    assert world.live_attempts() == []
    assert world.states() == {"nap": "RUNNING"}
    assert world.play() is State.SUCCESS
    assert (world.now_at - world.events[0].at).total_seconds() == 5  # type: ignore[union-attr]


def test_a_child_execution_is_waited_for_and_retried() -> None:
    sub = Subflow(id="sub", type="core.flow.Subflow", namespace="n", flow_id="f", retry=retry(3))
    world = World(Flow((sub,)), failing("sub"))

    assert world.play() is State.FAILED
    run = next(iter(world.snapshot.runs.values()))
    assert run.attempts == 3


def test_a_condition_that_is_false_skips_and_one_that_breaks_fails() -> None:
    flow = Flow((step("a", run_if="x"), group(Sequential, "g", step("c"), runIf="x"), step("b")))
    answers = {("a", Ask.RUN_IF): False, ("g", Ask.RUN_IF): False}
    world = World(flow, answers=answers)

    assert world.play() is State.SUCCESS
    assert world.states() == {"a": "SKIPPED", "g": "SKIPPED", "b": "SUCCESS"}
    broken = World(flow, answers={("a", Ask.RUN_IF): ValueError("no such name")})
    assert broken.play() is State.FAILED


def test_a_disabled_task_is_not_there() -> None:
    inner = group(Sequential, "g", step("x", disabled=True))
    world = World(Flow((step("a", disabled=True), inner, step("b"))))

    assert world.play() is State.SUCCESS
    assert world.created() == ["g", "b"]
