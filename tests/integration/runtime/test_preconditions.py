"""Preconditions of flow triggers: several executions, in a window, start one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from downbeat.common.scope import tenant_scope
from executions.models import TriggerListener, TriggerWindow
from tests.support.cast import Cast
from tests.support.listening import UP, YAML, Runner, down, variables


@pytest.fixture
def runner(cast: Cast) -> Iterator[Runner]:
    found = Runner(cast)
    yield found
    found.sql("delete from trigger_event")


PRECONDITIONS = """    preconditions:
      id: both
{more}      flows:
        - namespace: company.data
          flowId: up
          states: [SUCCESS]
        - namespace: company.data
          flowId: up2
"""
UP2 = UP.replace("id: up\n", "id: up2\n")


def both(more: str = "") -> str:
    return PRECONDITIONS.format(more=f"      {more}\n" if more else "")


def test_preconditions_wait_for_all_of_them_and_begin_anew(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(UP2)
    runner.deploy(down(both()))

    runner.run("up")
    runner.run("up")
    assert runner.of() == []
    last = runner.run("up2")
    assert [variables(item)["executionId"] for item in runner.of()] == [last]
    runner.run("up2")
    assert len(runner.of()) == 1
    runner.run("up", fail="yes")
    assert len(runner.of()) == 1
    runner.run("up")

    assert len(runner.of()) == 2


def test_preconditions_that_keep_what_they_have_fire_at_each_further_match(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(UP2)
    runner.deploy(down(both("resetOnSuccess: false")))

    runner.run("up")
    runner.run("up2")
    runner.run("up")

    assert len(runner.of()) == 2


def test_outputs_of_all_that_met_the_preconditions_are_given_together(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(UP2.replace("id: made", "id: second"))
    inputs = "    inputs: {got: '{{ trigger.outputs.made }}+{{ trigger.outputs.second }}'}\n"
    runner.deploy(down(both() + inputs))

    one = runner.run("up")
    two = runner.run("up2")

    (only,) = runner.of()
    assert only.inputs["got"] == f"made by {one}+made by {two}"


def test_a_condition_met_before_the_window_is_forgotten(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(UP2)
    runner.deploy(down(both("timeWindow: {type: SLIDING_WINDOW, window: PT1H}")))
    runner.run("up")

    runner.sql(
        "update trigger_window set met = jsonb_set(met, '{flow_0,at}',"
        " '\"2020-01-01T00:00:00.000000Z\"')"
    )
    runner.run("up2")
    assert runner.of() == []
    runner.run("up")

    assert len(runner.of()) == 1


def test_the_older_form_of_joint_conditions_means_the_same(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(UP2)
    older = """    conditions:
      - type: core.condition.ExecutionStatus
        in: [SUCCESS]
      - type: core.condition.MultipleCondition
        id: both
        window: P1D
        windowAdvance: P0D
        conditions:
          one:
            type: core.condition.ExecutionFlow
            namespace: company.data
            flowId: up
          two:
            type: core.condition.ExecutionFlow
            namespace: company.data
            flowId: up2
"""
    runner.deploy(down(older))

    runner.run("up", fail="yes")
    runner.run("up2")
    assert runner.of() == []
    runner.run("up")

    assert len(runner.of()) == 1


def test_the_newer_form_with_a_window_and_when_means_the_same(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(UP2)
    newer = """    when: "{{ labels.team == 'data' }}"
    window: {type: DURATION_WINDOW, window: PT6H}
    dependsOn:
      - namespace: company.data
        flowId: up
      - namespace: company.data
        flowId: up2
"""
    runner.deploy(down(newer))

    runner.run("up")
    runner.run("up2")

    assert len(runner.of()) == 1


def test_where_judges_labels_of_the_execution(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(UP2.replace("labels:\n  team: data\n", ""))
    runner.deploy(
        down(
            """    preconditions:
      id: labelled
      where:
        - id: team
          filters:
            - {field: EXPRESSION, type: IS_TRUE, value: "{{ labels.team == 'data' }}"}
"""
        )
    )

    runner.run("up2")
    runner.run("up")

    assert [variables(item)["flowId"] for item in runner.of()] == ["up"]


def test_another_revision_listens_to_what_it_names_and_forgets_its_windows(runner: Runner) -> None:
    runner.deploy(UP)
    runner.deploy(UP2)
    runner.deploy(down(both()))
    runner.run("up")

    path = f"{runner.cast.api}/flows/company.data/down"
    changed = down(both()).replace("flowId: up\n", "flowId: up3\n")
    assert runner.cast.alice.put(path, changed, type=YAML).status_code < 300

    with tenant_scope(runner.cast.tenant.id):
        assert not TriggerWindow.objects.exists()
        heard = {(item.namespace, item.flow_id) for item in TriggerListener.objects.all()}
    assert heard == {("company.data", "up3"), ("company.data", "up2")}
