"""Log lines of all executions: found by their own facts and by those of their execution."""

from __future__ import annotations

from typing import Any

import pytest
from kestrapy.models.cursor_or_offset_paged_results_log_entry import (
    CursorOrOffsetPagedResultsLogEntry,
)

from downbeat.common import clock
from downbeat.common.scope import tenant_scope
from executions.models import LogLine
from tests.integration.executions.test_many_executions import deploy, start
from tests.support.cast import Cast


def write(cast: Cast, execution: str, *lines: tuple[str, str]) -> None:
    with tenant_scope(cast.tenant.id):
        for number, (level, message) in enumerate(lines):
            LogLine.objects.bulk_create(
                [
                    LogLine(
                        tenant_id=cast.tenant.id,
                        execution_id=execution,
                        idx=int(clock.now().timestamp() * 1_000_000) + number,
                        seq=number,
                        level=level,
                        at=clock.now(),
                        message=message,
                    )
                ]
            )


@pytest.fixture(scope="module")
def logged(module_cast: Cast) -> Cast:
    for id, namespace in (("logs-a", "company.data"), ("logs-b", "company.other")):
        deploy(module_cast, id, namespace)
        execution = start(module_cast, id, namespace)
        write(module_cast, execution, ("INFO", f"one of {id}"), ("ERROR", f"two of {id}"))
    return module_cast


def found(cast: Cast, query: str) -> list[str]:
    answer = cast.alice.get(f"{cast.api}/logs/search?size=100&filters[q][EQUALS]=of logs-{query}")
    assert answer.status_code == 200, answer.content
    return sorted(item["message"] for item in answer.json()["results"])


LIGHT = "?taskRunList=false"
EVERYTHING = ["one of logs-a", "one of logs-b", "two of logs-a", "two of logs-b"]
QUERIES: list[tuple[str, list[str]]] = [
    ("", EVERYTHING),
    ("&filters[level][EQUALS]=WARN", ["two of logs-a", "two of logs-b"]),
    ("&filters[flowId][EQUALS]=logs-a", ["one of logs-a", "two of logs-a"]),
    ("&filters[namespace][PREFIX]=company.data", ["one of logs-a", "two of logs-a"]),
    (
        "&filters[or][0][flowId][EQUALS]=logs-a&filters[or][1][level][EQUALS]=ERROR",
        ["one of logs-a", "two of logs-a", "two of logs-b"],
    ),
]


@pytest.mark.parametrize(("query", "messages"), QUERIES)
def test_lines_are_found_by_their_own_facts_and_their_execution(
    logged: Cast, query: str, messages: list[str]
) -> None:
    assert found(logged, query) == messages


def test_lines_are_read_page_by_page(logged: Cast) -> None:
    path = f"{logged.api}/logs/search?size=1&filters[q][EQUALS]=of logs-"
    page: dict[str, Any] = logged.alice.get(path).json()
    messages, kinds = [], set()

    while True:
        CursorOrOffsetPagedResultsLogEntry.from_dict(page)
        messages += [item["message"] for item in page["results"]]
        kinds.add(page["type"])
        if "nextCursor" not in page:
            break
        page = logged.alice.get(f"{path}&after={page['nextCursor']}").json()

    assert sorted(messages) == EVERYTHING
    assert kinds == {"OFFSET", "CURSOR"}


def test_one_sees_only_lines_of_executions_that_one_may_see(logged: Cast) -> None:
    path = f"{logged.api}/logs/search?size=100&filters[q][EQUALS]=of logs-"

    assert {item["flowId"] for item in logged.bob.get(path).json()["results"]} == {"logs-a"}


def told(cast: Cast, execution: str, query: str) -> list[str]:
    answer = cast.alice.get(f"{cast.api}/logs/{execution}?{query}")
    assert answer.status_code == 200, answer.content
    return [item["message"] for item in answer.json()]


@pytest.fixture(scope="module")
def long_log(module_cast: Cast) -> str:
    deploy(module_cast, "logs-long", "company.data")
    execution = start(module_cast, "logs-long", "company.data")
    write(module_cast, execution, *(("INFO", f"line {number}") for number in range(7)))
    return execution


def test_a_long_log_is_read_from_either_end_and_from_any_line(
    module_cast: Cast, long_log: str
) -> None:
    cast, lines = module_cast, [f"line {number}" for number in range(7)]
    stored = cast.alice.get(f"{cast.api}/logs/{long_log}").json()
    fourth = next(item["index"] for item in stored if item["message"] == "line 3")

    assert told(cast, long_log, "size=2") == lines[:2]
    assert told(cast, long_log, "size=2&fromEnd=true") == lines[5:]
    assert told(cast, long_log, f"size=2&after={fourth}") == lines[4:6]
    assert told(cast, long_log, f"size=2&before={fourth}&fromEnd=true") == lines[1:3]
    assert told(cast, long_log, f"before={fourth}") == lines[:3]


def test_an_execution_without_its_task_runs_is_the_same_but_for_them(
    module_cast: Cast, long_log: str
) -> None:
    path = f"{module_cast.api}/executions/{long_log}"

    whole, light = (module_cast.alice.get(f"{path}{query}").json() for query in ("", LIGHT))

    assert "taskRunList" in whole
    assert {key: whole[key] for key in light if key != "state"} == {
        key: light[key] for key in light if key != "state"
    }
    assert whole.keys() - light.keys() == {"taskRunList"}
