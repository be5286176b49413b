"""Every morning: Airbyte, then dbt, then a word to Slack."""

from __future__ import annotations

import pytest

from tests.acceptance.guide.flows import FILES
from tests.acceptance.guide.world import World, daily
from tests.support.stranger import eventually

pytestmark = [pytest.mark.guide, pytest.mark.slow, pytest.mark.vendors]

WELL = "Daily analytics completed ✅"
BADLY = "❌ Daily analytics failed — check execution logs"
RETRIED = [["running", "failed"], ["failed"], ["running", "succeeded"]]


def test_the_third_sync_succeeds_the_daily_models_are_built_and_slack_hears_of_it(
    world: World,
) -> None:
    flow = daily(world)
    before = len(world.executions(flow))
    world.airbyte.scripts = [list(script) for script in RETRIED]

    due = world.morning()
    done = world.ended(world.next_execution(flow, before))

    assert done.state == "SUCCESS", world.driver.messages(done.id)
    assert done.facts["trigger"]["variables"]["date"].startswith(due.strftime("%Y-%m-%dT05:00"))
    assert done.run("ingest").attempts == 3
    assert [job.status for job in world.airbyte.jobs] == ["failed", "failed", "succeeded"]
    built = {run.task_id for run in done.task_runs}
    assert {"raw_orders", "orders_daily", "best_days"} <= built
    assert "customers_weekly" not in built
    assert world.texts() == [WELL]
    assert len(world.executions(flow)) == before + 1


def test_a_failing_model_fails_the_execution_and_alerts(world: World) -> None:
    flow = daily(world)
    before = len(world.executions(flow))
    world.put_project(orders_daily="{{ config(tags=['daily']) }} select nothing from nowhere")

    world.morning()
    done = world.ended(world.next_execution(flow, before))
    world.put_project()

    assert done.state == "FAILED"
    assert done.state_of("transform") == "FAILED"
    assert done.state_of("notify") is None
    assert done.state_of("alert_failure") == "SUCCESS"
    assert world.texts() == [BADLY]
    assert any("orders_daily" in line for line in world.driver.messages(done.id, "ERROR"))


def test_a_worker_lost_during_the_sync_starts_no_second_job(world: World) -> None:
    flow = daily(world)
    before = len(world.executions(flow))
    world.airbyte.script = ["running"]

    world.morning()
    world.airbyte.until(lambda: world.airbyte.count("look") >= 2)
    world.lose_the_worker()
    seen = world.airbyte.count("look")
    world.airbyte.until(lambda: world.airbyte.count("look") > seen + 1, 120)
    world.airbyte.jobs[0].script = world.airbyte.script = ["succeeded"]
    done = world.ended(world.next_execution(flow, before))

    assert done.state == "SUCCESS", world.driver.messages(done.id)
    assert world.airbyte.count("start") == 1
    assert done.run("ingest").attempts == 2
    assert world.texts() == [WELL]


def test_a_worker_lost_while_dbt_works_runs_dbt_again_and_syncs_no_second_time(
    world: World,
) -> None:
    flow = daily(world)
    before = len(world.executions(flow))

    world.morning()
    begun = world.next_execution(flow, before)
    eventually(lambda: world.driver.get(begun.id).state_of("transform") == "RUNNING", 120)
    world.lose_the_worker()
    done = world.ended(begun)

    assert done.state == "SUCCESS", world.driver.messages(done.id)
    assert done.run("transform").attempts == 2
    assert world.airbyte.count("start") == 1
    assert world.texts() == [WELL]


def test_a_worker_lost_while_slack_answers_says_it_at_least_once(world: World) -> None:
    flow = daily(world)
    before = len(world.executions(flow))
    gate = world.slack.holds("post")

    world.morning()
    world.slack.until(lambda: world.slack.count("post") == 1, 180)
    world.lose_the_worker()
    gate.set()
    done = world.ended(world.next_execution(flow, before))

    # A message has no name at Slack by which a second one could be known: so it may come twice.
    assert done.state == "SUCCESS", world.driver.messages(done.id)
    assert done.run("notify").attempts == 2
    assert set(world.texts()) == {WELL}
    assert world.airbyte.count("start") == 1


@pytest.mark.parametrize("name", FILES)
def test_the_flows_are_those_of_the_guide(name: str, guide_folder: str | None) -> None:
    if guide_folder is None:
        pytest.skip("GUIDE_DIR does not name the guide's folder")
    with open(f"{guide_folder}/{name}", encoding="utf-8") as file:
        assert file.read() == FILES[name]
