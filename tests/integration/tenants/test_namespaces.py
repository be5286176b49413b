"""Namespaces over HTTP."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from tests.support.cast import Cast


def test_a_namespace_is_made_with_its_ancestors(cast: Cast) -> None:
    answer = cast.alice.post(f"{cast.api}/namespaces", {"id": "a.b.c", "description": "deep"})

    assert answer.status_code == HTTPStatus.OK, answer.content
    found = cast.alice.get(f"{cast.api}/namespaces/search?size=100").json()
    assert [row["id"] for row in found["results"]] == [
        "a",
        "a.b",
        "a.b.c",
        "company",
        "company.data",
    ]


def test_a_namespace_remembers_what_was_said_about_it(cast: Cast) -> None:
    facts = {
        "id": "company.data",
        "description": "Numbers",
        "variables": {"region": "eu"},
        "allowedNamespaces": [{"namespace": "company.team"}],
        "pluginDefaults": [{"type": "core.log.Log", "values": {"level": "WARN"}}],
    }

    cast.alice.put(f"{cast.api}/namespaces/company.data", facts)

    found = cast.alice.get(f"{cast.api}/namespaces/company.data").json()
    assert {name: found[name] for name in facts} == facts


@pytest.mark.parametrize(
    "path", ["search", "validate", "by-ids", "a..b", ".a", "a b", "ä", "x" * 151]
)
def test_a_path_that_would_be_an_address_of_its_own_is_refused(cast: Cast, path: str) -> None:
    answer = cast.alice.post(f"{cast.api}/namespaces", {"id": path})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["code"] == "namespace.invalid"


def test_a_namespace_with_children_stays(cast: Cast) -> None:
    assert cast.alice.delete(f"{cast.api}/namespaces/company").status_code == HTTPStatus.CONFLICT
    assert (
        cast.alice.delete(f"{cast.api}/namespaces/company.data").status_code
        == HTTPStatus.NO_CONTENT
    )
    assert cast.alice.delete(f"{cast.api}/namespaces/company").status_code == HTTPStatus.NO_CONTENT


def test_variables_are_inherited_down_the_tree(cast: Cast) -> None:
    cast.alice.put(f"{cast.api}/namespaces/company", {"variables": {"region": "eu"}})

    answer = cast.alice.get(f"{cast.api}/namespaces/company.data/inherited-variables")

    assert answer.json() == {"company": {"region": "eu"}}


def test_a_viewer_of_one_namespace_sees_that_one_alone(cast: Cast) -> None:
    cast.alice.post(f"{cast.api}/namespaces", {"id": "company.database"})

    found = cast.bob.get(f"{cast.api}/namespaces/search").json()

    assert [row["id"] for row in found["results"]] == ["company.data"]
    assert found["total"] == 1


def test_a_prefix_in_letters_is_not_an_ancestor(cast: Cast) -> None:
    cast.alice.post(f"{cast.api}/namespaces", {"id": "company.database"})

    assert cast.bob.get(f"{cast.api}/namespaces/company.data").status_code == HTTPStatus.OK
    assert (
        cast.bob.get(f"{cast.api}/namespaces/company.database").status_code == HTTPStatus.NOT_FOUND
    )


def test_a_right_on_a_namespace_holds_below_it(cast: Cast) -> None:
    cast.alice.post(f"{cast.api}/namespaces", {"id": "company.data.raw.2026"})

    found = cast.bob.get(f"{cast.api}/namespaces/search").json()

    assert [row["id"] for row in found["results"]] == [
        "company.data",
        "company.data.raw",
        "company.data.raw.2026",
    ]


def test_completion_suggests_what_one_may_see(cast: Cast) -> None:
    everything = cast.alice.post(f"{cast.api}/namespaces/autocomplete", {"q": "comp"}).json()
    seen = cast.bob.post(f"{cast.api}/namespaces/autocomplete", {"q": "comp"}).json()

    assert everything == ["company", "company.data"]
    assert seen == ["company.data"]


@pytest.mark.parametrize(
    "query", ["size=0", "size=1001", "page=0", "sort=nothing:asc", "filters[x][EQUALS]=1"]
)
def test_a_query_that_means_nothing_is_refused(cast: Cast, query: str) -> None:
    answer = cast.alice.get(f"{cast.api}/namespaces/search?{query}")

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


FLOW = "id: daily\nnamespace: team\ntasks:\n  - id: say\n    type: core.log.Log\n    message: x\n"


def test_a_namespace_whose_flows_were_deleted_can_go_too(cast: Cast) -> None:
    cast.alice.post(f"{cast.api}/flows", FLOW, type="application/x-yaml")
    cast.alice.delete(f"{cast.api}/flows/team/daily")

    gone = cast.alice.delete(f"{cast.api}/namespaces/team")

    assert gone.status_code == HTTPStatus.NO_CONTENT, gone.content
    again = cast.alice.post(f"{cast.api}/flows", FLOW, type="application/x-yaml")
    assert again.json()["revision"] == 1


def test_a_namespace_stays_while_a_deleted_flow_of_it_runs(cast: Cast) -> None:
    cast.alice.post(f"{cast.api}/flows", FLOW, type="application/x-yaml")
    cast.alice.post(f"{cast.api}/executions/team/daily")
    cast.alice.delete(f"{cast.api}/flows/team/daily")

    refused = cast.alice.delete(f"{cast.api}/namespaces/team")

    assert (refused.status_code, refused.json()["code"]) == (409, "flow.revision_running")
