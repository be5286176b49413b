"""What the portal asks for: one's own rights, counts over time, a flow's grid, dates of schedules."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from downbeat.common import clock
from tests.integration.executions.test_many_executions import change, deploy, end, start
from tests.support.cast import NAMESPACE, Cast

TWO_TASKS = f"""id: nightly
namespace: {NAMESPACE}
tasks:
  - {{id: first, type: core.log.Log, message: a}}
  - {{id: second, type: core.log.Log, message: b}}
triggers:
  - {{id: daily, type: core.trigger.Schedule, cron: "0 6 * * *"}}
  - {{id: call, type: core.trigger.Webhook, key: something-secret}}
"""
DATES = f"triggers/{NAMESPACE}/nightly/daily/dates"


@pytest.fixture(scope="module")
def nightly(module_cast: Cast) -> Cast:
    path = f"{module_cast.api}/flows"
    answer = module_cast.alice.post(path, TWO_TASKS, type="application/x-yaml")
    assert answer.status_code == 200, answer.content
    return module_cast


def test_one_learns_what_one_may_do_here(shared_cast: Cast) -> None:
    path = f"{shared_cast.api}/access/mine?namespace={NAMESPACE}"

    owner, viewer = shared_cast.alice.get(path).json(), shared_cast.bob.get(path).json()

    assert {"flow.edit", "secret.edit", "binding.edit"} <= set(owner["actions"])
    assert "flow.view" in viewer["actions"]
    assert "flow.edit" not in viewer["actions"]


def test_what_one_may_do_somewhere_is_nothing_elsewhere(shared_cast: Cast) -> None:
    anywhere = shared_cast.bob.get(f"{shared_cast.api}/access/mine").json()
    elsewhere = shared_cast.bob.get(f"{shared_cast.api}/access/mine?namespace=company.other")

    assert "flow.view" in anywhere["actions"]
    assert elsewhere.json()["actions"] == anywhere["everywhere"] == []


def test_a_namespace_that_cannot_be_one_is_refused(shared_cast: Cast) -> None:
    answer = shared_cast.alice.get(f"{shared_cast.api}/access/mine?namespace=a..b")

    assert answer.status_code == 422


def test_executions_are_counted_where_they_began_by_their_state(cast: Cast) -> None:
    deploy(cast)
    now = clock.now()
    old, new = start(cast), start(cast)
    end(cast, new, "FAILED")
    change(cast, old, created_at=now - timedelta(hours=3), state="SUCCESS")
    since = (now - timedelta(hours=4)).isoformat().replace("+00:00", "Z")

    path = f"{cast.api}/executions/statistics?buckets=4&from={since}"
    found = cast.alice.get(path).json()

    assert found["totals"] == {"SUCCESS": 1, "FAILED": 1}
    assert [part["states"] for part in found["buckets"]] in (
        [{}, {"SUCCESS": 1}, {}, {"FAILED": 1}],
        [{"SUCCESS": 1}, {}, {}, {"FAILED": 1}],
    )
    assert found["bucketSeconds"] == pytest.approx(3600, abs=30)


def test_counts_are_of_what_one_may_see_and_of_what_the_filters_find(cast: Cast) -> None:
    deploy(cast)
    deploy(cast, "hidden", "company.other")
    start(cast)
    start(cast, "hidden", "company.other")
    path = f"{cast.api}/executions/statistics"

    assert sum(cast.alice.get(path).json()["totals"].values()) == 2
    assert sum(cast.bob.get(path).json()["totals"].values()) == 1
    narrowed = f"{path}?filters[flowId][EQUALS]=hidden"
    assert sum(cast.alice.get(narrowed).json()["totals"].values()) == 1


@pytest.mark.parametrize(
    "query",
    [
        "buckets=0",
        "buckets=201",
        "from=yesterday",
        "from=2027-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
    ],
)
def test_a_span_that_is_none_is_refused(shared_cast: Cast, query: str) -> None:
    assert (
        shared_cast.alice.get(f"{shared_cast.api}/executions/statistics?{query}").status_code == 422
    )


def test_the_dates_of_a_schedule_are_told_and_nothing_is_started(nightly: Cast) -> None:
    span = "from=2026-02-01T00:00:00Z&to=2026-02-04T00:00:00Z"

    found = nightly.bob.get(f"{nightly.api}/{DATES}?{span}").json()

    assert [datetime.fromisoformat(each).day for each in found["dates"]] == [1, 2, 3]
    assert found["truncated"] is False
    assert nightly.alice.get(f"{nightly.api}/executions/search").json()["total"] == 0


def test_dates_beyond_the_limit_are_said_to_be_missing(nightly: Cast) -> None:
    found = nightly.alice.get(f"{nightly.api}/{DATES}?size=2").json()

    assert len(found["dates"]) == 2
    assert found["truncated"] is True


def test_only_a_schedule_has_dates(nightly: Cast) -> None:
    answer = nightly.alice.get(f"{nightly.api}/{DATES.replace('daily', 'call')}")

    assert answer.status_code == 409


def test_blueprints_are_found_by_text_and_tag(shared_cast: Cast) -> None:
    path = f"{shared_cast.api}/blueprints/community/FLOW"

    found = shared_cast.bob.get(f"{path}?tags=Data,DuckDB&q=parquet").json()
    tags = shared_cast.bob.get(f"{path}/tags").json()
    one = shared_cast.bob.get(f"{path}/csv-to-parquet").json()

    assert [each["id"] for each in found["results"]] == ["csv-to-parquet"]
    assert "Approvals" in [tag["name"] for tag in tags]
    assert one["source"].startswith("id: csv_to_parquet")
    assert "io.kestra.plugin.jdbc.duckdb.Query" in one["includedTasks"]
    assert shared_cast.bob.get(f"{path}/nothing").status_code == 404
