"""Many flows at once: by ids all or none, by a query whatever one may touch, as files."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from kestrapy.models.api_flow_hashes_response import ApiFlowHashesResponse
from kestrapy.models.paged_results_flow import PagedResultsFlow

from tests.integration.flows.test_publishing import YAML, at, create, source
from tests.support.cast import Cast, Member


def names(cast: Cast, namespace: str = "company.data") -> list[str]:
    listed = cast.alice.get(at(cast, f"/flows/{namespace}")).json()
    return sorted(item["id"] for item in listed)


def deploy(cast: Cast, *ids: str, namespace: str = "company.data") -> None:
    for id in ids:
        assert create(cast.alice, cast, source(id, namespace=namespace)).status_code == 200


def upload(
    cast: Cast, content: bytes, name: str, query: str = "", who: Member | None = None
) -> Any:
    headers = {"Authorization": f"Bearer {(who or cast.alice).token}"}
    body = {"fileUpload": SimpleUploadedFile(name, content)}
    path = at(cast, f"/flows/import{query}")
    return Client(raise_request_exception=False).post(path, body, headers=headers)


def zipped(**texts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(f"{name}.yml", text)
    return buffer.getvalue()


def test_a_query_switches_off_exports_and_deletes_what_it_finds(cast: Cast) -> None:
    deploy(cast, "one", "two")
    deploy(cast, "three", namespace="company.other")
    query = "?filters[namespace][EQUALS]=company.data"

    off = cast.alice.post(at(cast, f"/flows/disable/by-query{query}"))
    exported = cast.alice.get(at(cast, f"/flows/export/by-query{query}"))
    on = cast.alice.post(at(cast, f"/flows/enable/by-query{query}"))
    gone = cast.alice.delete(at(cast, f"/flows/delete/by-query{query}"))

    assert [answer.json() for answer in (off, on, gone)] == [{"count": 2}] * 3
    with zipfile.ZipFile(io.BytesIO(exported.getvalue())) as archive:
        assert archive.namelist() == ["company.data-one.yml", "company.data-two.yml"]
        assert b"disabled: true" in archive.read("company.data-one.yml")
    assert names(cast) == []
    assert names(cast, "company.other") == ["three"]


def test_a_query_with_an_unknown_filter_touches_nothing(cast: Cast) -> None:
    deploy(cast, "one")

    answer = cast.alice.delete(at(cast, "/flows/delete/by-query?filters[nmespace][EQUALS]=x"))

    assert answer.status_code == 422
    assert names(cast) == ["one"]


def test_ids_are_all_deleted_or_none(cast: Cast) -> None:
    deploy(cast, "one")
    ids = [{"namespace": "company.data", "id": "one"}, {"namespace": "company.data", "id": "nope"}]

    answer = cast.alice.delete(at(cast, "/flows/delete/by-ids"), ids)

    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == ["company.data/nope"]
    assert names(cast) == ["one"]


def test_a_table_of_flows_cannot_run_formulas(cast: Cast) -> None:
    text = source("one").replace("labels:", 'description: "=1+1"\nlabels:')
    assert create(cast.alice, cast, text).status_code == 200

    answer = cast.alice.get(at(cast, "/flows/export/by-query/csv?filters[flowId][EQUALS]=one"))

    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [(row["id"], row["description"], row["labels"]) for row in rows] == [
        ("one", "'=1+1", "team:data")
    ]


def test_marks_of_sources_tell_equal_ones(cast: Cast) -> None:
    deploy(cast, "one", "two")
    ids = [{"namespace": "company.data", "id": name} for name in ("one", "two", "nope")]

    first = cast.bob.post(at(cast, "/flows/hashes/by-ids"), ids).json()
    create(cast.alice, cast, source("two", message="other"))
    cast.alice.put(at(cast, "/flows/company.data/two"), source("two", message="other"), type=YAML)
    second = cast.bob.post(at(cast, "/flows/hashes/by-ids"), ids).json()

    ApiFlowHashesResponse.from_dict(first)
    before = {item["id"]: item["hash"] for item in first["hashes"]}
    after = {item["id"]: item["hash"] for item in second["hashes"]}
    assert before.keys() == {"one", "two"}
    assert before["one"] == after["one"]
    assert before["two"] != after["two"]


def test_an_import_tells_which_parts_were_refused(cast: Cast) -> None:
    archive = zipped(
        good=source("one"), bad="id: [", worse=source("two").replace("message", "massage")
    )

    answer = upload(cast, archive, "flows.zip")

    assert (answer.status_code, answer.json()) == (200, ["bad.yml", "worse.yml"])
    assert names(cast) == ["one"]


def test_an_import_of_several_documents_tells_their_numbers(cast: Cast) -> None:
    text = f"{source('one')}---\nid: broken\n---\n{source('two')}"

    answer = upload(cast, text.encode(), "flows.yml")

    assert answer.json() == ["1"]
    assert names(cast) == ["one", "two"]


def test_a_strict_import_takes_all_or_none(cast: Cast) -> None:
    answer = upload(cast, zipped(good=source("one"), bad="id: ["), "f.zip", "?failOnError=true")

    assert answer.status_code == 422
    assert names(cast) == []


DAMAGED = zipped(a=source("a"))
HOSTILE = [
    ("x.zip", b"no archive"),
    ("x.zip", DAMAGED[:60] + b"\0\0\0\0" + DAMAGED[64:]),
    ("x.yml", b"\xff\xfe"),
]


@pytest.mark.parametrize(("name", "content"), HOSTILE)
def test_what_is_no_archive_or_text_is_refused(cast: Cast, name: str, content: bytes) -> None:
    answer = upload(cast, content, name)

    assert answer.status_code == 422
    assert names(cast) == []


def test_a_viewer_imports_nothing(cast: Cast) -> None:
    assert upload(cast, source("one").encode(), "f.yml", who=cast.bob).status_code == 403


def test_a_namespace_becomes_what_a_source_says(cast: Cast) -> None:
    deploy(cast, "old")
    path = at(cast, "/flows/company.data")

    kept = cast.alice.post(f"{path}?delete=false", source("new"), type=YAML)
    assert kept.status_code == 200, kept.content
    assert names(cast) == ["new", "old"]
    assert cast.alice.post(path, source("new"), type=YAML).status_code == 200
    assert names(cast) == ["new"]


def test_documents_of_other_namespaces_are_refused_or_moved(cast: Cast) -> None:
    path = at(cast, "/flows/company.data")
    text = source("new", namespace="company.elsewhere")

    assert cast.alice.post(path, text, type=YAML).status_code == 422
    assert names(cast) == []
    assert cast.alice.post(f"{path}?override=true", text, type=YAML).status_code == 200
    assert names(cast) == ["new"]


def test_a_bulk_update_reaches_below_a_namespace_only_when_asked(cast: Cast) -> None:
    deploy(cast, "stays", namespace="company.data.low")
    path = at(cast, "/flows/bulk?namespace=company.data")
    low = source("new", namespace="company.data.low")

    assert cast.alice.post(path, low, type=YAML).status_code == 422
    answer = cast.alice.post(f"{path}&allowNamespaceChild=true", low, type=YAML)

    assert answer.status_code == 200
    assert names(cast, "company.data.low") == ["new"]


def test_a_bulk_update_without_a_namespace_deletes_nothing(cast: Cast) -> None:
    deploy(cast, "stays")

    assert cast.alice.post(at(cast, "/flows/bulk"), source("new"), type=YAML).status_code == 200
    assert names(cast) == ["new", "stays"]


def test_old_revisions_can_be_removed_but_not_the_current_one(cast: Cast) -> None:
    deploy(cast, "one")
    path = at(cast, "/flows/company.data/one")
    for message in ("b", "c"):
        cast.alice.put(path, source("one", message=message), type=YAML)

    gone = cast.alice.delete(f"{path}/revisions?revisions=1")
    current = cast.alice.delete(f"{path}/revisions?revisions=2,3")
    unknown = cast.alice.delete(f"{path}/revisions?revisions=1,2")

    left = [item["revision"] for item in cast.alice.get(f"{path}/revisions").json()]
    assert (gone.status_code, current.status_code, unknown.status_code) == (204, 409, 404)
    assert left == [2, 3]
    assert cast.alice.delete(f"{path}/revisions").status_code == 422
    assert cast.bob.delete(f"{path}/revisions?revisions=2").status_code == 403


def test_flows_are_read_page_by_page_with_cursors(cast: Cast) -> None:
    deploy(cast, *(f"f{number}" for number in range(5)))
    path = at(cast, "/flows/search?size=2&sort=id:desc&filters[namespace][EQUALS]=company.data")
    found: list[str] = []

    page = cast.alice.get(path).json()
    PagedResultsFlow.from_dict(page)
    deploy(cast, "f9")
    while True:
        found += [item["id"] for item in page["results"]]
        if "nextCursor" not in page:
            break
        page = cast.alice.get(f"{path}&after={page['nextCursor']}").json()

    assert found == ["f4", "f3", "f2", "f1", "f0"]
    assert cast.alice.get(f"{path}&page=2&after=x").status_code == 422
    assert cast.alice.get(f"{path}&after=x").status_code == 422


FILTERS = [
    ("[q][EQUALS]=first", ["first"]),
    ("[q][NOT_EQUALS]=first", ["second", "third"]),
    ("[flowId][IN]=first,second", ["first", "second"]),
    ("[flowId][NOT_IN]=first,second", ["third"]),
    ("[flowId][REGEX]=^(f|t)", ["first", "third"]),
    ("[flowId][ENDS_WITH]=d", ["second", "third"]),
    ("[id][NOT_CONTAINS]=ir", ["second"]),
    ("[namespace][PREFIX]=company", ["first", "second", "third"]),
    ("[namespace][PREFIX]=comp", []),
    ("[namespace][STARTS_WITH]=company.o", ["third"]),
    ("[labels][EQUALS][team]=ops", ["second"]),
    ("[labels][EQUALS]=team:ops", ["second"]),
    ("[labels][NOT_EQUALS][team]=ops", ["first", "third"]),
    ("[labels][IN][team]=ops,data", ["first", "second", "third"]),
    ("[labels][NOT_IN][team]=ops,data", []),
    ("[disabled][EQUALS]=true", ["third"]),
    ("[enabled][EQUALS]=true", ["first", "second"]),
    ("[enabled][NOT_EQUALS]=true", ["third"]),
    ("[flowRevision][EQUALS]=1", ["first", "second"]),
    ("[flowRevision][GREATER_THAN]=1", ["third"]),
    ("[scope][EQUALS]=SYSTEM", []),
    ("[scope][EQUALS]=USER,SYSTEM", ["first", "second", "third"]),
    ("[scope][NOT_EQUALS]=SYSTEM", ["first", "second", "third"]),
    ("[type][IN]=io.kestra.plugin.core.log.Log,x", ["first", "second", "third"]),
    ("[type][NOT_EQUALS]=io.kestra.plugin.core.log.Log", []),
    ("[updated][GREATER_THAN]=2020-01-01T00:00:00Z", ["first", "second", "third"]),
    ("[created][LESS_THAN]=2020-01-01", []),
    ("[timeRange][EQUALS]=PT1H", ["first", "second", "third"]),
]


@pytest.fixture(scope="module")
def three(module_cast: Cast) -> Cast:
    create(module_cast.alice, module_cast, source("first"))
    text = source("second").replace("team: data", "team: ops")
    create(module_cast.alice, module_cast, text)
    create(module_cast.alice, module_cast, source("third", namespace="company.other"))
    ids = [{"namespace": "company.other", "id": "third"}]
    module_cast.alice.post(at(module_cast, "/flows/disable/by-ids"), ids)
    return module_cast


@pytest.mark.parametrize(("text", "ids"), FILTERS, ids=lambda value: str(value))
def test_flows_are_found_by_every_filter(three: Cast, text: str, ids: list[str]) -> None:
    answer = three.alice.get(at(three, f"/flows/search?filters{text}"))

    assert answer.status_code == 200, answer.content
    assert sorted(item["id"] for item in answer.json()["results"]) == ids


BAD = [
    "[state][EQUALS]=x",
    "[flowId][GREATER_THAN]=x",
    "[flowId][REGEX]=(",
    "[disabled][EQUALS]=perhaps",
    "[labels][EQUALS]=x",
    "[scope][EQUALS]=ALL",
    "[flowRevision][EQUALS]=x",
    "[updated][LESS_THAN]=yesterday",
    "[timeRange][EQUALS]=long",
    "[flowId]=x",
]


@pytest.mark.parametrize("text", BAD)
def test_a_filter_that_makes_no_sense_is_refused(three: Cast, text: str) -> None:
    answer = three.alice.get(at(three, f"/flows/search?filters{text}"))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"].startswith("filters[")
