"""How long lists of executions and flows take on a tenant with a million executions.

Run: ``python -m pytest tests/bench/bench_lists.py -s`` (prints; asserts nothing about time).
``BENCH_ROWS`` sets how many executions there are, ``BENCH_PLANS=1`` prints the
plans of what is slow.
"""

from __future__ import annotations

import os
import statistics
import time
from typing import Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from downbeat.common.scope import tenant_scope
from tests.bench.rows import fill_executions
from tests.integration.conftest import cast, database
from tests.support import database as databases
from tests.support.cast import Cast

__all__ = ["cast", "database"]

ROWS: Final = int(os.environ.get("BENCH_ROWS", "1000000"))
PLANS: Final = os.environ.get("BENCH_PLANS") == "1"
SLOW_SECONDS: Final = 0.3
FLOWS: Final = 40
TIMES: Final = 5
FLOW: Final = (
    "id: f{n}\nnamespace: {namespace}\ntasks: [{{id: a, type: core.log.Log, message: x}}]\n"
)
QUESTIONS: Final = {
    "newest": "/executions/search?size=25",
    "newest, page 100": "/executions/search?size=25&page=100",
    "of a namespace": "/executions/search?size=25&filters[namespace][EQUALS]=company.data",
    "below a namespace": "/executions/search?size=25&filters[namespace][PREFIX]=company",
    "of a busy flow": "/executions/search?size=25&filters[flowId][EQUALS]=f7",
    "of a rare flow": "/executions/search?size=25&filters[flowId][EQUALS]=f0",
    "of a flow by both": ("/executions?size=25&namespace=company.rare&flowId=f0"),
    "failed": "/executions/search?size=25&filters[state][IN]=FAILED,KILLED",
    "running": "/executions/search?size=25&filters[state][EQUALS]=RUNNING",
    "by label": "/executions/search?size=25&filters[labels][EQUALS][day]=7",
    "by a label of all": "/executions/search?size=25&filters[labels][EQUALS][team]=data",
    "by a label of none": "/executions/search?size=25&filters[labels][EQUALS][day]=400",
    "by some labels": "/executions/search?size=25&filters[labels][IN][day]=1,2,3,400",
    "without a label": "/executions/search?size=25&filters[labels][NOT_EQUALS][day]=7",
    "by label, by end": (
        "/executions/search?size=25&filters[labels][EQUALS][day]=7&sort=state.endDate:desc"
    ),
    "of the last hour": "/executions/search?size=25&filters[timeRange][EQUALS]=PT1H",
    "free text, common": "/executions/search?size=25&filters[q][EQUALS]=f1",
    "free text, nothing": "/executions/search?size=25&filters[q][EQUALS]=nowhere",
    "by trigger": "/executions/search?size=25&filters[triggerId][EQUALS]=nightly",
    "by start": "/executions/search?size=25&sort=state.startDate:desc",
    "by end": "/executions/search?size=25&sort=state.endDate:desc",
    "by end, first": "/executions/search?size=25&sort=state.endDate:asc",
    "by state": "/executions/search?size=25&sort=state:asc",
    "by state, turned": "/executions/search?size=25&sort=state:desc",
    "by flow": "/executions/search?size=25&sort=flowId:asc",
    "by flow, turned": "/executions/search?size=25&sort=flowId:desc",
    "by namespace": "/executions/search?size=25&sort=namespace:asc",
    "by namespace, turned": "/executions/search?size=25&sort=namespace:desc",
    "by revision": "/executions/search?size=25&sort=flowRevision:desc",
    "flows": "/flows/search?size=25",
    "average duration": "/executions/namespaces/company.data/flows/f7/average-duration",
    "distinct namespaces": "/executions/distinct-field-values?field=NAMESPACE",
    "distinct states": "/executions/distinct-field-values?field=STATE",
}


def _fill(cast: Cast, database: databases.Server) -> None:
    for number in range(FLOWS):
        namespace = "company.rare" if number == 0 else ("company.data", "company.b")[number % 2]
        text = FLOW.format(n=number, namespace=namespace)
        answer = cast.alice.post(f"{cast.api}/flows", text, type="application/x-yaml")
        assert answer.status_code == 200, answer.content
    name = str(connection.settings_dict["NAME"])
    with database.superuser(name) as superuser:
        fill_executions(superuser, tenant=cast.tenant.id, flows=FLOWS, rows=ROWS)


def _timed(cast: Cast, who: Any, path: str) -> tuple[float, Any]:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = who.get(f"{cast.api}{path}")
        took.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.content
    return statistics.median(took), answer.json()


def _plans(cast: Cast, who: Any, path: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        who.get(f"{cast.api}{path}")
    with tenant_scope(cast.tenant.id), connection.cursor() as cursor:
        for query in captured.captured_queries:
            if 'FROM "execution"' in query["sql"]:
                cursor.execute(f"explain (analyze, costs off, timing off) {query['sql']}")
                lines = [row[0] for row in cursor.fetchall()]
                print("   ", query["sql"][:300].replace("\n", " "))
                print("\n".join(f"      {line[:160]}" for line in lines))


@pytest.mark.timeout(1800)
def test_lists_of_a_large_tenant(cast: Cast, database: databases.Server) -> None:
    began = time.perf_counter()
    _fill(cast, database)
    print(f"\n{ROWS:,} executions in {time.perf_counter() - began:.0f} s")
    for name, path in QUESTIONS.items():
        for who in ("alice", "bob"):
            member = getattr(cast, who)
            took, found = _timed(cast, member, path)
            total = found.get("total", "") if isinstance(found, dict) else ""
            print(f"{took * 1000:8.1f} ms  {who:6} {name:24} {total}")
            if PLANS and took > SLOW_SECONDS:
                _plans(cast, member, path)
    _through_all(cast)


def _through_all(cast: Cast) -> None:
    """Pages by cursor cost the same wherever they lie."""
    after, took = "", []
    for _ in range(40):
        began = time.perf_counter()
        page = cast.alice.get(f"{cast.api}/executions/search?size=1000{after}").json()
        took.append(time.perf_counter() - began)
        if "nextCursor" not in page:
            break
        after = f"&after={page['nextCursor']}"
    print(f"pages of 1,000 by cursor: first {took[0] * 1000:.0f} ms, last {took[-1] * 1000:.0f} ms")
