"""Flows over HTTP: published, validated, numbered, found, taken away."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from tests.support.cast import Cast, Member

YAML = "application/x-yaml"
FLOW = """# kept as written
id: {id}
namespace: {namespace}
labels: {{team: data}}
tasks:
  - id: say   # a comment
    type: io.kestra.plugin.core.log.Log
    message: {message}
"""


def source(id: str = "first", *, namespace: str = "company.data", message: str = "hello") -> str:
    return FLOW.format(id=id, namespace=namespace, message=message)


def create(alice: Member, cast: Cast, text: str) -> Any:
    return alice.request("POST", f"/api/v1/{cast.tenant.slug}/flows", text, type=YAML)


def at(cast: Cast, path: str) -> str:
    return f"/api/v1/{cast.tenant.slug}{path}"


def test_a_source_is_kept_byte_for_byte(cast: Cast) -> None:
    text = source()
    assert create(cast.alice, cast, text).status_code == 200

    shown = cast.alice.request("GET", at(cast, "/flows/company.data/first?source=true")).json()

    assert shown["source"] == text
    assert shown["revision"] == 1
    assert shown["labels"] == [{"key": "team", "value": "data"}]


def test_the_same_source_again_makes_no_revision(cast: Cast) -> None:
    create(cast.alice, cast, source())
    path = at(cast, "/flows/company.data/first")

    same = cast.alice.request("PUT", path, source(), type=YAML)
    changed = cast.alice.request("PUT", path, source(message="bye"), type=YAML)

    assert same.json()["revision"] == 1
    assert changed.json()["revision"] == 2
    old = cast.alice.request("GET", f"{path}?revision=1&source=true").json()
    assert old["source"] == source()
    numbers = [item["revision"] for item in cast.alice.request("GET", f"{path}/revisions").json()]
    assert numbers == [1, 2]


def test_a_flow_that_exists_is_not_created_again(cast: Cast) -> None:
    create(cast.alice, cast, source())
    refused = create(cast.alice, cast, source(message="other"))
    assert (refused.status_code, refused.json()["code"]) == (409, "flow.exists")


def test_an_invalid_source_is_refused_with_its_place_and_nothing_is_stored(cast: Cast) -> None:
    text = source().replace("message:", "mesage:")

    refused = create(cast.alice, cast, text)

    assert refused.status_code == 422
    found = {item["code"]: item for item in refused.json()["errors"]}
    assert found["property.unknown"]["line"] == 8
    assert "message" in found["property.unknown"]["message"]
    assert cast.alice.request("GET", at(cast, "/flows/company.data/first")).status_code == 404


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n- list",
        "id: [",
        "id: a\nid: b\nnamespace: x\ntasks: []",
        "a: &a [x]\nb: *nowhere",
        "!!python/object/apply:os.system ['true']",
        "[" * 5_000,
        "id: x\nnamespace: y\ntasks: !custom 3",
        "\x00",
        "id: x\nnamespace: company.data\ntasks:\n  - id: t\n    type: no.such.Type\n",
    ],
)
def test_hostile_sources_are_refused_and_never_break(cast: Cast, text: str) -> None:
    refused = create(cast.alice, cast, text)
    assert refused.status_code in (400, 422)
    assert refused.json()["code"]


def test_a_deleted_flow_comes_back_with_the_next_number(cast: Cast) -> None:
    create(cast.alice, cast, source())
    path = at(cast, "/flows/company.data/first")

    assert cast.alice.request("DELETE", path).status_code == 204
    assert cast.alice.request("GET", path).status_code == 404
    again = create(cast.alice, cast, source())

    assert again.json()["revision"] == 3


def test_the_address_and_the_source_must_agree(cast: Cast) -> None:
    create(cast.alice, cast, source())
    refused = cast.alice.request(
        "PUT", at(cast, "/flows/company.data/first"), source("second"), type=YAML
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "flow.moved")


def test_search_finds_by_namespace_text_and_label(cast: Cast) -> None:
    for name, namespace in (("one", "company.data"), ("two", "company.data.raw")):
        create(cast.alice, cast, source(name, namespace=namespace))
    create(cast.alice, cast, source("three", namespace="company.database"))

    def found(query: str) -> list[str]:
        answer = cast.alice.request("GET", at(cast, f"/flows/search?size=100&{query}"))
        return sorted(item["id"] for item in answer.json()["results"])

    assert found("filters[namespace][EQUALS]=company.data") == ["one"]
    assert found("filters[namespace][PREFIX]=company.data") == ["one", "two"]
    assert found("filters[q][EQUALS]=thr") == ["three"]
    assert found("filters[labels][EQUALS][team]=data") == ["one", "three", "two"]
    assert found("filters[labels][NOT_EQUALS][team]=data") == []
    unknown = cast.alice.request("GET", at(cast, "/flows/search?filters[nope][EQUALS]=x"))
    assert unknown.status_code == 422


def test_a_viewer_sees_his_namespace_and_changes_nothing(cast: Cast) -> None:
    create(cast.alice, cast, source("seen"))
    create(cast.alice, cast, source("unseen", namespace="company.database"))

    listed = cast.bob.request("GET", at(cast, "/flows/search")).json()["results"]
    assert [item["id"] for item in listed] == ["seen"]
    hidden = cast.bob.request("GET", at(cast, "/flows/company.database/unseen"))
    assert hidden.status_code == 404
    path = at(cast, "/flows/company.data/seen")
    assert cast.bob.request("PUT", path, source("seen", message="x"), type=YAML).status_code == 403
    assert cast.bob.request("DELETE", path).status_code == 403
    assert create(cast.bob, cast, source("mine")).status_code in (403, 404)


def test_flows_switch_off_and_on_by_ids(cast: Cast) -> None:
    create(cast.alice, cast, source())
    ids = [{"namespace": "company.data", "id": "first"}]
    path = at(cast, "/flows/company.data/first?source=true")

    cast.alice.request("POST", at(cast, "/flows/disable/by-ids"), ids)
    off = cast.alice.request("GET", path).json()
    cast.alice.request("POST", at(cast, "/flows/enable/by-ids"), ids)
    on = cast.alice.request("GET", path).json()

    assert (off["disabled"], on["disabled"]) == (True, False)
    assert "# kept as written" in on["source"]


def test_flows_travel_in_archives(cast: Cast) -> None:
    create(cast.alice, cast, source("one"))
    create(cast.alice, cast, source("two"))
    ids = [{"namespace": "company.data", "id": name} for name in ("one", "two")]

    exported = cast.alice.request("POST", at(cast, "/flows/export/by-ids"), ids)

    with zipfile.ZipFile(io.BytesIO(exported.getvalue())) as archive:
        assert sorted(archive.read(name).decode() for name in archive.namelist()) == sorted(
            [source("one"), source("two")]
        )


def test_a_namespace_is_replaced_as_a_whole_or_not_at_all(cast: Cast) -> None:
    create(cast.alice, cast, source("old"))
    path = at(cast, "/flows/company.data?delete=true")

    broken = source("new") + "---\nid: [\n"
    assert cast.alice.request("POST", path, broken, type=YAML).status_code == 422
    assert cast.alice.request("GET", at(cast, "/flows/company.data/new")).status_code == 404
    both = source("new") + "---\n" + source("newer")
    assert cast.alice.request("POST", path, both, type=YAML).status_code == 200

    listed = cast.alice.request("GET", at(cast, "/flows/company.data")).json()
    assert sorted(item["id"] for item in listed) == ["new", "newer"]


def test_a_namespace_with_flows_is_not_deleted(cast: Cast) -> None:
    create(cast.alice, cast, source(namespace="company.busy"))
    refused = cast.alice.request("DELETE", at(cast, "/namespaces/company.busy"))
    assert refused.status_code == 409


def test_graphs_show_nodes_edges_and_clusters(cast: Cast) -> None:
    text = """id: tree
namespace: company.data
tasks:
  - id: group
    type: core.flow.Parallel
    tasks:
      - {id: a, type: core.log.Log, message: a}
      - {id: b, type: core.log.Log, message: b}
"""
    create(cast.alice, cast, text)

    stored = cast.alice.request("GET", at(cast, "/flows/company.data/tree/graph")).json()
    posted = cast.alice.request("POST", at(cast, "/flows/graph"), text, type=YAML).json()

    assert stored == posted
    tasks = {node["task"]["id"] for node in stored["nodes"] if node.get("task")}
    assert {"a", "b"} <= tasks
    assert "cluster_root.group" in {item["cluster"]["uid"] for item in stored["clusters"]}


def test_the_schema_is_served_with_a_mark(cast: Cast) -> None:
    first = cast.alice.request("GET", "/api/v1/plugins/schemas/flow")
    again = cast.alice.request(
        "GET", "/api/v1/plugins/schemas/flow", headers={"If-None-Match": first["ETag"]}
    )
    assert first.json()["$defs"]
    assert again.status_code == 304


def saved(member: Member, cast: Cast, message: str, mark: str | None) -> Any:
    headers = {} if mark is None else {"If-Match": mark}
    path = at(cast, "/flows/company.data/first")
    return member.request("PUT", path, source(message=message), type=YAML, headers=headers)


def test_a_save_over_a_revision_that_one_has_not_read_is_refused_and_says_whose_it_is(
    cast: Cast,
) -> None:
    created = create(cast.alice, cast, source())
    assert created.headers["ETag"] == '"1"'
    newer = saved(cast.alice, cast, "theirs", '"1"')
    assert (newer.status_code, newer.headers["ETag"]) == (200, '"2"')

    refused = saved(cast.alice, cast, "mine", '"1"')

    assert refused.status_code == 412
    problem = refused.json()
    assert (problem["code"], problem["revision"]) == ("flow.revision_conflict", 2)
    assert problem["author"] and problem["author"] in problem["detail"]
    shown = cast.alice.request("GET", at(cast, "/flows/company.data/first?source=true"))
    assert shown.json()["source"] == source(message="theirs")
    assert shown.headers["ETag"] == '"2"'


@pytest.mark.parametrize("mark", ['"2"', 'W/"2"', "2", '"1", "2"', "*", None])
def test_a_save_over_a_revision_that_one_has_read_is_taken(cast: Cast, mark: str | None) -> None:
    create(cast.alice, cast, source())
    saved(cast.alice, cast, "theirs", None)

    answer = saved(cast.alice, cast, "mine", mark)

    assert (answer.status_code, answer.json()["revision"]) == (200, 3)


@pytest.mark.parametrize("mark", ['"3"', '"abc"', '""', '"99999999999999"'])
def test_a_mark_that_is_of_no_revision_names_none(cast: Cast, mark: str) -> None:
    create(cast.alice, cast, source())

    assert saved(cast.alice, cast, "mine", mark).status_code == 412


def test_a_save_that_is_sent_twice_is_no_conflict_with_itself(cast: Cast) -> None:
    create(cast.alice, cast, source())

    answers = [saved(cast.alice, cast, "mine", '"1"') for _ in range(2)]

    assert [answer.json()["revision"] for answer in answers] == [2, 2]
