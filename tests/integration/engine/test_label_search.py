"""Executions are found by the labels that they have now, whoever gave them, and by an index."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.db import connection, connections

from downbeat.common.api.keyset import keys_of
from downbeat.common.api.pagination import PageRequest
from downbeat.common.scope import tenant_scope
from executions.models import Execution, ExecutionLabel
from executions.models.execution_label import digest_of
from executions.selectors import execution_filters
from tests.integration.engine.stage import Stage
from tests.support.cast import Cast

LABELLED = """
id: labelled
namespace: company.data
labels: {team: flow}
tasks:
  - {id: change, type: core.execution.Labels, labels: {team: task, more: "a:b,c"}}
"""
PLAIN = """
id: plain
namespace: company.data
tasks:
  - {id: say, type: core.debug.Return, format: hello}
"""
PARENT = """
id: parent
namespace: company.data
tasks:
  - {id: sub, type: core.flow.Subflow, namespace: company.data, flowId: plain, labels: {task: "yes"}}
"""
INDEXED = ("id", "namespace", "flowId", "state", "startDate", "endDate")


def found(cast: Cast, key: str, value: str, op: str = "EQUALS") -> list[str]:
    query = urlencode({f"filters[labels][{op}][{key}]": value})
    answer = cast.alice.get(f"{cast.api}/executions/search?size=100&{query}")
    assert answer.status_code == 200, answer.content
    return [item["id"] for item in answer.json()["results"]]


def begin(cast: Cast, flow: str = "labelled", query: str = "") -> str:
    id: str = cast.alice.post(f"{cast.api}/executions/company.data/{flow}{query}").json()["id"]
    return id


def kept(stage: Stage) -> list[tuple[UUID, UUID]]:
    with tenant_scope(stage.tenant_id):
        rows = ExecutionLabel.objects.values_list("execution_id", "digest")
        return sorted(rows)


def test_an_execution_is_found_by_the_labels_that_it_has_now(stage: Stage, cast: Cast) -> None:
    stage.deploy(LABELLED)
    id = begin(cast, query="?labels=team:start&labels=day:7")

    first = [found(cast, "team", value) for value in ("flow", "start", "task")]
    stage.settle()
    later = [found(cast, "team", value) for value in ("flow", "start", "task")]

    assert first == [[id], [id], []]
    assert later == [[], [], [id]]
    assert found(cast, "day", "7") == found(cast, "more", "a:b,c", op="CONTAINS") == [id]


def test_labels_that_people_set_afterwards_are_found(stage: Stage, cast: Cast) -> None:
    stage.deploy(LABELLED)
    id = begin(cast)
    stage.settle()

    path = f"{cast.api}/executions/{id}/actions/labels"
    assert cast.alice.post(path, [{"key": "ä", "value": "ö" * 1000}]).status_code == 200

    assert (found(cast, "ä", "ö" * 1000), found(cast, "team", "task")) == ([id], [])
    assert found(cast, "team", "task", op="NOT_EQUALS") == [id]


def test_a_chain_is_found_by_the_execution_that_began_it(stage: Stage, cast: Cast) -> None:
    stage.deploy(PLAIN)
    stage.deploy(PARENT)
    id = str(stage.start("parent"))
    other = str(stage.start("plain"))
    stage.settle()
    ((child,),) = stage.rows("select id::text from execution where parent_id is not null")

    assert found(cast, "system.correlationId", id) == [child, id]
    assert found(cast, "system.correlationId", other) == [other]
    assert found(cast, "system.correlationId", child) == []
    assert found(cast, "system.correlationId", f"{id},{other}", op="IN") == [child, other, id]
    assert found(cast, "system.correlationId", "no id") == []


def test_an_execution_without_labels_of_its_own_costs_no_row(stage: Stage) -> None:
    stage.deploy(PLAIN)

    stage.start("plain")
    stage.settle()

    assert kept(stage) == []


def test_labels_go_with_their_execution(stage: Stage, cast: Cast) -> None:
    stage.deploy(LABELLED)
    ids = [begin(cast) for _ in range(2)]
    stage.settle()
    assert len(kept(stage)) == 4

    assert cast.alice.delete(f"{cast.api}/executions/{ids[0]}").status_code == 204

    assert {str(id) for id, _ in kept(stage)} == {ids[1]}


def test_labels_of_another_tenant_are_not_found(stage: Stage, cast: Cast) -> None:
    stage.deploy(LABELLED)
    begin(cast, query="?labels=day:7")

    answer = cast.charlie.get(
        f"/api/v1/{cast.other.slug}/executions/search?filters[labels][EQUALS][day]=7"
    )

    assert (answer.status_code, answer.json()["total"]) == (200, 0)


@pytest.mark.parametrize(
    ("key", "value"), [("day", "7"), ("", ""), ("ä€😀", 'x:"\\y'), ("1", "2:3")]
)
def test_the_database_and_the_search_number_a_label_alike(
    stage: Stage, key: str, value: str
) -> None:
    with connection.cursor() as cursor:
        sql = """select execution_labels_of(gen_random_uuid(),
            jsonb_build_array(jsonb_build_object('key', %s::text, 'value', %s::text)))"""
        cursor.execute(sql, [key, value])
        assert cursor.fetchall() == [(digest_of(key, value),)]


def test_labels_from_before_are_taken_in(stage: Stage, cast: Cast) -> None:
    stage.deploy(LABELLED)
    begin(cast, query="?labels=day:7&labels=day:7")
    before = kept(stage)
    take_in = import_module("executions.migrations.0006_lists").TAKE_IN
    with connections["system"].cursor() as cursor:
        cursor.execute("delete from execution_label where tenant_id = %s", [stage.tenant_id])
        cursor.execute(f"{take_in} where e.tenant_id = %s", [stage.tenant_id])

    assert kept(stage) == before
    assert len(before) == 2


def plan_of(stage: Stage, rows: Any) -> str:
    with tenant_scope(stage.tenant_id), connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off; set local enable_sort = off")
        sql, parameters = rows().query.sql_with_params()
        cursor.execute(f"explain {sql}", parameters)
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("field", INDEXED)
def test_a_page_in_any_order_reads_an_index_and_sorts_nothing(
    stage: Stage, field: str, *, descending: bool
) -> None:
    order = execution_filters.order(PageRequest(sort=((field, descending),)))

    def rows() -> Any:
        ordered = Execution.objects.order_by(*order)
        return ordered.order_by(*(key.ordering for key in keys_of(ordered)))[:25]

    assert "Sort" not in plan_of(stage, rows)


def test_the_state_within_which_executions_are_equal_shows_the_newest_first(
    stage: Stage, cast: Cast
) -> None:
    stage.deploy(PLAIN)
    ids = [begin(cast, "plain") for _ in range(3)]

    listed = [
        [item["id"] for item in cast.alice.get(f"{cast.api}/executions/search?sort={sort}").json()["results"]]
        for sort in ("state:asc", "namespace:asc", "flowId:asc", "flowId:desc", "id:asc")
    ]  # fmt: skip

    assert listed == [ids[::-1], ids[::-1], ids[::-1], ids, ids]


@pytest.mark.parametrize("sort", ["namespace:asc", "namespace:desc", "flowId:asc", "flowId:desc"])
def test_an_order_of_names_shows_what_one_may_see_and_all_of_it(
    stage: Stage, cast: Cast, sort: str
) -> None:
    for namespace in ("company.a", "company.data", "company.z"):
        stage.deploy(PLAIN.replace("company.data", namespace))
    stage.deploy(PLAIN.replace("plain", "last"))
    gone = begin(cast, "last")
    stage.settle()
    for namespace in ("company.a", "company.data", "company.z"):
        stage.start("plain", namespace)
    assert cast.alice.delete(f"{cast.api}/flows/company.data/last").status_code == 204

    seen = cast.bob.get(f"{cast.api}/executions/search?sort={sort}").json()
    everything = cast.alice.get(f"{cast.api}/executions/search?sort={sort}").json()

    names = [(item["namespace"], item["flowId"]) for item in seen["results"]]
    assert sorted(names) == [("company.data", "last"), ("company.data", "plain")]
    assert gone in {item["id"] for item in seen["results"]}
    assert (seen["total"], everything["total"]) == (2, 4)
    turned = sort.endswith("desc")
    part = "namespace" if sort.startswith("namespace") else "flowId"
    listed = [item[part] for item in everything["results"]]
    assert listed == sorted(listed, reverse=turned)
