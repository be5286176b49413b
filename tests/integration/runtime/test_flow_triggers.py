"""Flow triggers: what an execution did starts the flows that listen to it, once, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, connections

from downbeat.common import faultpoints
from downbeat.common.scope import tenant_scope
from executions.models import TriggerEvent
from executions.runtime import sweep
from executions.triggering import evaluation, flow_events, listening, upstream
from tests.support.cast import Cast
from tests.support.listening import ON_UP, UP, Runner, down, labels, variables


@pytest.fixture
def runner(cast: Cast) -> Iterator[Runner]:
    found = Runner(cast)
    yield found
    found.sql("delete from trigger_event")


def test_an_execution_that_ended_starts_the_flow_that_listens(runner: Runner) -> None:
    runner.deploy(UP)
    more = "    labels:\n      via: '{{ trigger.flowId }}'\n"
    inputs = "    inputs:\n      got: '{{ outputs.work.value }} / {{ trigger.outputs.made }}'\n"
    runner.deploy(down(ON_UP + more + inputs))

    id = runner.run()

    (only,) = runner.of()
    assert only.state == "SUCCESS"
    assert only.inputs == {"got": f"made by {id} / made by {id}"}
    assert variables(only)["executionId"] == id
    assert variables(only)["namespace"] == "company.data"
    assert variables(only)["flowId"] == "up"
    assert variables(only)["flowRevision"] == 1
    assert variables(only)["state"] == "SUCCESS"
    assert labels(only)["via"] == "up"
    assert labels(only)["system.correlationId"] == id
    assert runner.events() == 0


def test_a_change_is_judged_once_also_when_its_event_comes_again(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(down(ON_UP))
    runner.start()
    runner.turn()
    with tenant_scope(runner.cast.tenant.id):
        (event,) = TriggerEvent.objects.all()

    runner.settle()
    runner.sql(
        "insert into trigger_event (tenant_id, trigger_state_id, execution_id, position, state)"
        " values (%s, %s, %s, %s, %s)",
        event.tenant_id, event.trigger_state_id, event.execution_id, event.position, event.state,
    )  # fmt: skip
    runner.settle()

    assert len(runner.of()) == 1


def test_a_judge_that_dies_before_its_commit_leaves_everything_to_the_next(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.deploy(UP)
    runner.deploy(down(ON_UP))
    runner.start()
    runner.turn()

    class DiedError(BaseException):
        pass

    def die(name: str) -> None:
        if name == "flow_trigger.before_commit":
            raise DiedError

    with monkeypatch.context() as patched:
        patched.setattr(faultpoints, "passing", die)
        with pytest.raises(DiedError):
            flow_events.judge_due()
    assert runner.of() == []
    assert runner.events() == 1

    runner.settle()

    assert len(runner.of()) == 1


def test_a_flow_that_listens_to_everything_never_hears_itself(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(down(""))

    runner.run()
    runner.run("down")

    assert [variables(item)["flowId"] for item in runner.of() if item.trigger] == ["up"]


def test_inputs_that_cannot_be_rendered_start_nothing_and_say_so(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(down(ON_UP + "    inputs:\n      got: '{{ outputs.nothing.value }}'\n"))

    runner.run()

    assert runner.of() == []
    assert "nothing" in (runner.row().error or "")
    shown = runner.cast.alice.get(f"{runner.cast.api}/triggers/search").json()["results"]
    assert "nothing" in shown[0]["state"]["error"]


def test_states_name_the_changes_that_count_each_time_they_happen(runner: Runner) -> None:
    runner.deploy(
        "id: up\nnamespace: company.data\ntasks:\n"
        "  - {id: a, type: core.log.Log, message: a}\n"
        "  - {id: wait, type: core.flow.Pause}\n"
        "  - {id: b, type: core.log.Log, message: b}\n"
    )
    runner.deploy(down("    states: [RUNNING, PAUSED, SUCCESS]\n" + ON_UP))

    id = runner.run()
    answer = runner.cast.alice.post(f"{runner.cast.api}/executions/{id}/actions/resume")
    assert answer.status_code < 300, answer.content
    runner.settle()

    states = [variables(item)["state"] for item in runner.of()]
    assert states == ["RUNNING", "PAUSED", "RUNNING", "SUCCESS"]


def test_a_namespace_that_does_not_share_gives_its_flow_outputs_only(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(
        down(ON_UP + "    inputs: {got: '{{ outputs.work.value }}'}\n", namespace="other.team")
    )
    runner.deploy(
        down(
            ON_UP + "    inputs: {got: '{{ trigger.outputs.made }}'}\n",
            id="polite",
            namespace="other.team",
        )
    )

    runner.run()

    assert runner.of() == []
    assert "allowedNamespaces" in (runner.row().error or "")
    assert len(runner.of("polite")) == 1


def test_two_flows_that_start_each_other_come_to_an_end(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow_events, "LONGEST_CHAIN", 6)
    of_down = ON_UP.replace("flowId: up", "flowId: down")
    runner.deploy(down(of_down, id="up"))
    runner.deploy(down(ON_UP))

    runner.run()

    assert len(runner.of("up")) + len(runner.of("down")) == 6
    assert "more than 6" in f"{runner.row('up').error}{runner.row('down').error}"


def test_a_switched_off_trigger_hears_nothing_and_catches_up_on_nothing(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(down(ON_UP))
    body = {"namespace": "company.data", "flowId": "down", "triggerId": "listen"}
    path = f"{runner.cast.api}/triggers/set-disabled"

    runner.cast.alice.put(path, {**body, "disabled": True})
    runner.run()
    runner.cast.alice.put(path, {**body, "disabled": False})
    runner.settle()
    assert runner.of() == []
    runner.run()

    assert len(runner.of()) == 1


def test_a_trigger_stops_after_an_end_that_it_names(runner: Runner) -> None:
    runner.deploy(UP)
    source = down(ON_UP + "    stopAfter: [FAILED]\n")
    runner.deploy(source.replace("core.debug.Return", "core.execution.Fail").replace(
        '    format: "{{ inputs.got ?? \'nothing\' }}"\n', ""))  # fmt: skip

    runner.run("down")
    assert runner.row().disabled is False
    runner.run()
    runner.run()

    assert [item.state for item in runner.of()] == ["FAILED", "FAILED"]
    assert runner.row().disabled is True


def test_an_event_that_cannot_be_judged_stops_no_other(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.deploy(UP)
    runner.deploy(down(ON_UP))
    first = runner.start()
    runner.turn()
    runner.start()
    runner.turn()
    read = upstream.read

    def broken(tenant_id: Any, change: Any) -> Any:
        if str(change.execution_id) == first:
            raise OSError("the store is away")
        return read(tenant_id, change)

    with monkeypatch.context() as patched:
        patched.setattr(upstream, "read", broken)
        flow_events.judge_due()
    assert len(runner.of()) == 1
    assert runner.events() == 1

    runner.sql("update trigger_event set due_at = now()")
    runner.settle()

    assert len(runner.of()) == 2


def test_an_execution_that_failed_before_it_began_is_heard_too(runner: Runner) -> None:
    runner.deploy(
        UP + "triggers:\n  - id: never\n    type: core.trigger.Schedule\n    cron: '0 0 1 1 *'\n"
        "    inputs: {fail: '{{ nothing.like.this }}'}\n"
    )
    runner.deploy(down("    states: [FAILED]\n" + ON_UP))
    runner.sql("update trigger_state set next_at = now() where trigger_id = 'never'")

    evaluation.evaluate_due()
    runner.settle()

    assert [item.state for item in runner.of("up")] == ["FAILED"]
    assert [variables(item)["state"] for item in runner.of()] == ["FAILED"]


@pytest.mark.parametrize(("wanted", "count"), [("SUCCESS", 0), ("FAILED", 1)])
def test_a_condition_on_tries_reads_those_of_every_kind_of_task(
    runner: Runner, wanted: str, count: int
) -> None:
    runner.deploy(
        "id: up\nnamespace: company.data\ntasks:\n  - id: again\n    type: core.execution.Fail\n"
        "    retry: {type: constant, interval: PT0.01S, maxAttempts: 2}\n"
    )
    retried = f"""      - type: core.condition.Or
        conditions:
          - type: core.condition.HasRetryAttempt
            in: [{wanted}]
"""
    runner.deploy(down(ON_UP + retried))

    runner.run()
    while runner.of("up")[0].ended_at is None:
        sweep.fire_timers()
        runner.settle()

    assert len(runner.of()) == count


def test_conditions_on_dates_judge_the_moment_of_the_change(runner: Runner) -> None:
    runner.deploy(UP)
    past = """      - type: core.condition.DateTimeBetween
        before: "2024-01-01T00:00:00Z"
"""
    present = past.replace("before", "after")
    runner.deploy(down(ON_UP + past))
    runner.deploy(down(ON_UP + present, id="later"))

    runner.run()

    assert runner.of() == []
    assert len(runner.of("later")) == 1


def test_outputs_of_looped_tasks_are_found_by_their_values(runner: Runner) -> None:
    runner.deploy(
        "id: up\nnamespace: company.data\ntasks:\n  - id: each\n    type: core.flow.ForEach\n"
        "    values: [a, b]\n    tasks:\n"
        "      - {id: item, type: core.debug.Return, format: 'got {{ taskrun.value }}'}\n"
    )
    runner.deploy(down(ON_UP + "    inputs: {got: \"{{ outputs.item['b'].value }}\"}\n"))

    runner.run()

    assert [item.inputs["got"] for item in runner.of()] == ["got b"]


def test_a_trigger_that_is_removed_meanwhile_stops_no_execution(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(down(ON_UP))
    runner.start()
    done = Event()

    def advance() -> None:
        try:
            runner.turn()
            done.set()
        finally:
            connections.close_all()

    with tenant_scope(runner.cast.tenant.id), connection.cursor() as cursor:
        cursor.execute("delete from trigger_state where flow_id = 'down'")
        other = Thread(target=advance)
        other.start()
        while not waits_for_a_lock():
            assert other.is_alive()
    other.join(30)

    assert done.is_set()
    assert [item.state for item in runner.of("up")] == ["SUCCESS"]
    assert runner.events() == 0


def waits_for_a_lock() -> bool:
    with connections["system"].cursor() as cursor:
        cursor.execute("select exists (select from pg_locks where not granted)")
        found: bool = cursor.fetchone()[0]
    return found


def test_triggers_of_an_older_database_listen_again(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(down(ON_UP))
    runner.sql("delete from trigger_listener")

    assert listening.listen_again() >= 1
    runner.run()

    assert len(runner.of()) == 1
