"""Many executions at once over HTTP: found by every filter, read by cursors, acted on together."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from kestrapy.models.execution_controller_execution_average_duration import (
    ExecutionControllerExecutionAverageDuration,
)
from kestrapy.models.flow_for_execution import FlowForExecution

from downbeat.common import clock
from downbeat.common.api import batches
from downbeat.common.scope import tenant_scope
from executions.models import Execution
from tests.support.cast import Cast

FLOW = """id: {id}
namespace: {namespace}
tasks:
  - {{id: say, type: core.log.Log, message: hello}}
"""


def deploy(cast: Cast, id: str = "work", namespace: str = "company.data") -> None:
    text = FLOW.format(id=id, namespace=namespace)
    answer = cast.alice.post(f"{cast.api}/flows", text, type="application/x-yaml")
    assert answer.status_code == 200, answer.content


def start(cast: Cast, id: str = "work", namespace: str = "company.data", query: str = "") -> str:
    answer = cast.alice.post(f"{cast.api}/executions/{namespace}/{id}{query}")
    assert answer.status_code == 200, answer.content
    found: str = answer.json()["id"]
    return found


def change(cast: Cast, id: str, **facts: Any) -> None:
    """Puts an execution into a state that only a worker could bring it to."""
    with tenant_scope(cast.tenant.id):
        assert Execution.objects.filter(id=id).update(**facts) == 1


def end(cast: Cast, id: str, state: str = "SUCCESS", seconds: int = 2) -> None:
    with tenant_scope(cast.tenant.id):
        row = Execution.objects.get(id=id)
    change(cast, id, state=state, ended_at=row.created_at + timedelta(seconds=seconds))


def search(cast: Cast, query: str = "") -> list[str]:
    answer = cast.alice.get(f"{cast.api}/executions/search?size=100{query}")
    assert answer.status_code == 200, answer.content
    return [item["id"] for item in answer.json()["results"]]


def of(query: str, id: str = "work") -> str:
    return f"?filters[flowId][EQUALS]={id}{query}"


@pytest.fixture
def work(cast: Cast) -> Cast:
    deploy(cast)
    return cast


def test_executions_are_read_page_by_page_while_new_ones_come(work: Cast) -> None:
    old = [start(work) for _ in range(5)]
    found: list[str] = []

    page = work.alice.get(f"{work.api}/executions/search?size=2").json()
    while True:
        found += [item["id"] for item in page["results"]]
        if "nextCursor" not in page:
            break
        start(work)
        path = f"{work.api}/executions/search?size=2&after={page['nextCursor']}"
        page = work.alice.get(path).json()

    assert found == old[::-1]
    assert (page["total"], page["totalExact"]) == (7, True)


@pytest.mark.parametrize("sort", ["state:asc", "endDate:desc", "endDate:asc", "startDate:desc"])
def test_every_order_can_be_read_by_cursors(work: Cast, sort: str) -> None:
    ids = [start(work) for _ in range(5)]
    for id in ids[:3]:
        end(work, id, state="SUCCESS" if id == ids[0] else "FAILED")
    found: list[str] = []
    after = ""

    while True:
        path = f"{work.api}/executions/search?size=2&sort={sort}{after}"
        page = work.alice.get(path).json()
        found += [item["id"] for item in page["results"]]
        if "nextCursor" not in page:
            break
        after = f"&after={page['nextCursor']}"

    assert found == search(work, f"&sort={sort}")
    assert sorted(found) == sorted(ids)


@pytest.fixture(scope="module")
def four(module_cast: Cast) -> dict[str, str]:
    """An ended, a failed and a live execution of one flow, and one of another."""
    deploy(module_cast, "filtered")
    deploy(module_cast, "others", "company.other")
    found = {
        "ended": start(module_cast, "filtered", query="?labels=team:data&labels=run:1"),
        "failed": start(module_cast, "filtered", query="?labels=team:ops&kind=TEST"),
        "live": start(module_cast, "filtered"),
        "other": start(module_cast, "others", "company.other"),
    }
    end(module_cast, found["ended"])
    end(module_cast, found["failed"], "FAILED")
    trigger = {"id": "t", "type": "x", "variables": {"executionId": found["ended"]}}
    facts = {"trigger_id": "t", "trigger": trigger, "parent_id": found["ended"]}
    change(module_cast, found["live"], **facts)
    return found


FILTERS = [
    ("[q][EQUALS]=filter", "ended failed live"),
    ("[q][NOT_EQUALS]=filter", "other"),
    ("[id][EQUALS]={ended}", "ended"),
    ("[executionId][IN]={ended},{other}", "ended other"),
    ("[id][EQUALS]=none", ""),
    ("[namespace][EQUALS]=company.data", "ended failed live"),
    ("[namespace][PREFIX]=company", "ended failed live other"),
    ("[namespace][NOT_EQUALS]=company.data", "other"),
    ("[namespace][ENDS_WITH]=other", "other"),
    ("[namespace][NOT_CONTAINS]=oth", "ended failed live"),
    ("[flowId][STARTS_WITH]=oth", "other"),
    ("[flowId][REGEX]=^f.*d$", "ended failed live"),
    ("[flowRevision][EQUALS]=1", "ended failed live other"),
    ("[state][IN]=FAILED,SUCCESS", "ended failed"),
    ("[state][NOT_IN]=FAILED,SUCCESS", "live other"),
    ("[status][EQUALS]=FAILED", "failed"),
    ("[labels][EQUALS][team]=data", "ended"),
    ("[labels][NOT_EQUALS][team]=data", "failed live other"),
    ("[labels][IN][team]=data,ops", "ended failed"),
    ("[labels][NOT_IN][team]=data,ops", "live other"),
    ("[labels][EQUALS]=team:ops", "failed"),
    ("[startDate][GREATER_THAN]=2020-01-01T00:00:00Z", "ended failed live other"),
    ("[startDate][LESS_THAN]=2020-01-01", ""),
    ("[endDate][IS_NOT_NULL]=", "ended failed"),
    ("[endDate][LESS_THAN]=2099-01-01", "ended failed"),
    ("[timeRange][EQUALS]=PT1H", "ended failed live other"),
    ("[parentId][EQUALS]={ended}", "live"),
    ("[parentId][IS_NULL]=", "ended failed other"),
    ("[childFilter][EQUALS]=CHILD", "live"),
    ("[childFilter][NOT_EQUALS]=CHILD", "ended failed other"),
    ("[triggerId][EQUALS]=t", "live"),
    ("[triggerId][NOT_EQUALS]=t", "ended failed other"),
    ("[triggerExecutionId][EQUALS]={ended}", "live"),
    ("[triggerExecutionId][IN]={ended},x", "live"),
    ("[triggerExecutionId][NOT_EQUALS]={ended}", "ended failed other"),
    ("[kind][EQUALS]=TEST", "failed"),
    ("[kind][EQUALS]=NORMAL", "ended live other"),
    ("[kind][NOT_EQUALS]=NORMAL", "failed"),
    ("[scope][EQUALS]=USER", "ended failed live other"),
    ("[scope][EQUALS]=SYSTEM", ""),
    ("[scope][NOT_EQUALS]=SYSTEM", "ended failed live other"),
]


@pytest.mark.parametrize(("text", "names"), FILTERS)
def test_executions_are_found_by_every_filter(
    module_cast: Cast, four: dict[str, str], text: str, names: str
) -> None:
    found = search(module_cast, f"&filters{text.format(**four)}")

    by_id = {id: name for name, id in four.items()}
    assert sorted(by_id[id] for id in found if id in by_id) == names.split()


BAD = [
    "[level][EQUALS]=x",
    "[state][GREATER_THAN]=x",
    "[labels][EQUALS]=x",
    "[flowRevision][EQUALS]=x",
    "[startDate][LESS_THAN]=soon",
    "[childFilter][EQUALS]=AUNT",
    "[timeRange][EQUALS]=x",
    "[namespace][REGEX]=(",
    "[scope][EQUALS]=x",
    "[state]=x",
    "[namespace][EQUALS][k]=x",
]


@pytest.mark.parametrize("text", BAD)
@pytest.mark.parametrize(
    "route", ["GET search", "DELETE by-query", "DELETE kill/by-query", "POST restart/by-query"]
)
def test_a_filter_that_makes_no_sense_is_refused_everywhere(
    module_cast: Cast, four: dict[str, str], text: str, route: str
) -> None:
    verb, path = route.split()

    answer = module_cast.alice.request(verb, f"{module_cast.api}/executions/{path}?filters{text}")

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid.fields"


def test_a_query_kills_those_that_live(work: Cast) -> None:
    live, ended = start(work), start(work)
    end(work, ended)

    answer = work.alice.delete(f"{work.api}/executions/kill/by-query{of('')}")

    assert (answer.status_code, answer.json()) == (200, {"count": 1})
    assert live != ended


def test_a_query_deletes_what_has_ended_and_more_only_when_asked(work: Cast) -> None:
    live, ended = start(work), start(work)
    end(work, ended)

    first = work.alice.delete(f"{work.api}/executions/by-query{of('')}")
    left = search(work)
    second = work.alice.delete(f"{work.api}/executions/by-query{of('&includeNonTerminated=true')}")

    assert (first.json(), left) == ({"count": 1}, [live])
    assert (second.json(), search(work)) == ({"count": 1}, [])


def test_a_query_labels_and_changes_the_status_of_what_has_ended(work: Cast) -> None:
    live, ended = start(work), start(work)
    end(work, ended)

    labelled = work.alice.post(
        f"{work.api}/executions/labels/by-query{of('')}", [{"key": "seen", "value": "yes"}]
    )
    changed = work.alice.post(
        f"{work.api}/executions/change-status/by-query{of('&newStatus=WARNING')}"
    )

    assert (labelled.json(), changed.json()) == ({"count": 1}, {"count": 1})
    assert search(work, "&filters[labels][EQUALS][seen]=yes") == [ended]
    assert live != ended


def test_a_replay_of_a_query_does_not_replay_its_own_executions(
    work: Cast, monkeypatch: Any
) -> None:
    monkeypatch.setattr(batches, "BATCH", 2)
    for _ in range(5):
        end(work, start(work))

    answer = work.alice.post(f"{work.api}/executions/replay/by-query{of('')}")

    assert answer.json() == {"count": 5}
    assert len(search(work)) == 10


def test_what_refuses_is_skipped_and_counted(work: Cast) -> None:
    end(work, start(work))

    answer = work.alice.post(f"{work.api}/executions/restart/by-query{of('')}")

    assert answer.json() == {"count": 0, "skipped": 1}


def test_a_large_set_is_done_in_several_requests(work: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(batches, "BATCH", 2)
    monkeypatch.setattr(batches, "MOST", 4)
    for _ in range(5):
        end(work, start(work))
    path = f"{work.api}/executions/replay/by-query{of('')}"

    first = work.alice.post(path).json()
    second = work.alice.post(f"{path}&after={first['nextCursor']}").json()

    assert first["count"] == 4
    assert second == {"count": 1}
    assert work.alice.post(f"{path}&after=nonsense").status_code == 422


def test_a_query_touches_only_where_one_may(cast: Cast) -> None:
    deploy(cast)
    start(cast)

    answer = cast.bob.delete(f"{cast.api}/executions/kill/by-query{of('')}")
    stranger = cast.charlie.delete(f"{cast.api}/executions/kill/by-query{of('')}")

    assert (answer.status_code, stranger.status_code) == (403, 404)


def test_ids_are_all_acted_on_or_none(work: Cast) -> None:
    live, ended = start(work), start(work)
    end(work, ended)
    nobody = "01900000-0000-7000-8000-000000000000"

    refused = work.alice.delete(f"{work.api}/executions/by-ids", [ended, live, nobody])
    done = work.alice.delete(f"{work.api}/executions/by-ids", [ended, ended])

    problem = refused.json()
    assert refused.status_code == 422
    assert [error["path"] for error in problem["errors"]] == [live, nobody]
    assert (done.json(), search(work)) == ({"count": 1}, [live])


def test_too_many_ids_are_refused(work: Cast) -> None:
    ids = [f"01900000-0000-7000-8000-{number:012d}" for number in range(1001)]

    assert work.alice.delete(f"{work.api}/executions/by-ids", ids).status_code == 422


def test_a_table_of_executions_has_them_all(work: Cast) -> None:
    ids = [start(work) for _ in range(3)]
    end(work, ids[0])

    answer = work.alice.get(f"{work.api}/executions/export/by-query/csv{of('')}")

    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [row["id"] for row in rows] == ids[::-1]
    assert (rows[2]["state"], rows[2]["duration"]) == ("SUCCESS", "PT2S")


def test_the_flows_that_one_may_start_are_listed(work: Cast) -> None:
    deploy(work, "second", "company.other")
    off = [{"namespace": "company.data", "id": "work"}]

    mine = work.alice.get(f"{work.api}/executions/namespaces").json()
    flows = work.alice.get(f"{work.api}/executions/namespaces/company.data/flows").json()
    bobs = work.bob.get(f"{work.api}/executions/namespaces").json()
    work.alice.post(f"{work.api}/flows/disable/by-ids", off)

    FlowForExecution.from_dict(flows[0])
    assert (mine, bobs) == (["company.data", "company.other"], [])
    assert [item["id"] for item in flows] == ["work"]
    assert work.alice.get(f"{work.api}/executions/namespaces").json() == ["company.other"]


def test_the_average_length_of_recent_successes_is_told(work: Cast) -> None:
    path = f"{work.api}/executions/namespaces/company.data/flows/work/average-duration"
    for seconds in (1, 3):
        end(work, start(work), seconds=seconds)
    old = start(work)
    end(work, old, seconds=100)
    change(work, old, created_at=clock.now() - timedelta(days=40))

    shown = work.bob.get(path).json()

    ExecutionControllerExecutionAverageDuration.from_dict(shown)
    assert shown == {"avgDurationMs": 2000, "count": 2}


def test_distinct_values_are_told_for_each_column(work: Cast) -> None:
    start(work)

    path = f"{work.api}/executions/distinct-field-values?field="

    assert work.bob.get(f"{path}NAMESPACE").json() == ["company.data"]
    assert work.bob.get(f"{path}FLOW_ID").json() == ["work"]
    assert work.bob.get(f"{path}STATE").json() == ["CREATED"]
    assert work.bob.get(f"{path}LEVEL").status_code == 422
