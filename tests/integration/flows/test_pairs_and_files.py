"""Key-value pairs and namespace files over HTTP."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.test import Client

from tests.support.cast import Cast


def at(cast: Cast, path: str) -> str:
    return f"/api/v1/{cast.tenant.slug}/namespaces/company.data{path}"


@pytest.mark.parametrize(
    ("body", "value", "kind"),
    [
        ('"text"', "text", "STRING"),
        ("42", 42, "NUMBER"),
        ("true", True, "BOOLEAN"),
        ('{"a": [1]}', {"a": [1]}, "JSON"),
        ('"2026-11-22"', "2026-11-22", "DATE"),
        ('"PT5M"', "PT5M", "DURATION"),
        ("not json", "not json", "STRING"),
    ],
)
def test_values_keep_their_type(cast: Cast, body: str, value: Any, kind: str) -> None:
    put = cast.alice.request("PUT", at(cast, "/kv/key"), body.encode(), type="text/plain")
    assert put.status_code == 200
    found = cast.alice.request("GET", at(cast, "/kv/key")).json()
    assert (found["value"], found["type"], found["revision"]) == (value, kind, 1)


def test_keys_are_checked_and_missing_ones_are_404(cast: Cast) -> None:
    bad = cast.alice.request("PUT", at(cast, "/kv/-no"), b"1", type="text/plain")
    assert (bad.status_code, bad.json()["code"]) == (422, "kv.key_invalid")
    assert cast.alice.request("GET", at(cast, "/kv/none")).status_code == 404
    assert cast.alice.request("DELETE", at(cast, "/kv/none")).json() is False


def test_a_value_expires_by_the_databases_clock(cast: Cast) -> None:
    cast.alice.request(
        "PUT", at(cast, "/kv/short"), b"1", type="text/plain", headers={"ttl": "PT0.001S"}
    )
    assert cast.alice.request("GET", at(cast, "/kv/short")).status_code == 404


def test_children_see_their_ancestors_pairs(cast: Cast) -> None:
    cast.alice.request("PUT", at(cast, "/kv/shared"), b"1", type="text/plain")
    child = at(cast, "/kv/own").replace("company.data", "company.data.raw")
    cast.alice.request("PUT", child, b"2", type="text/plain")
    seen = cast.alice.request("GET", child.replace("/own", "/inheritance")).json()
    assert sorted(item["key"] for item in seen) == ["own", "shared"]


def test_a_viewer_reads_values_and_writes_none(cast: Cast) -> None:
    cast.alice.request("PUT", at(cast, "/kv/key"), b"1", type="text/plain")
    assert cast.bob.request("GET", at(cast, "/kv/key")).status_code == 200
    assert cast.bob.request("PUT", at(cast, "/kv/key"), b"2", type="text/plain").status_code == 403
    assert cast.charlie.request("GET", at(cast, "/kv/key")).status_code == 404


def upload(cast: Cast, path: str, content: bytes, name: str = "file") -> Any:
    file = io.BytesIO(content)
    file.name = name
    return Client(raise_request_exception=False).post(
        at(cast, f"/files?path={path}" if path else "/files"),
        {"fileContent": file},
        headers={"Authorization": f"Bearer {cast.alice.token}"},
    )


def content(cast: Cast, query: str) -> Any:
    answer = cast.alice.request("GET", at(cast, f"/files?{query}"))
    return b"".join(answer.streaming_content) if answer.status_code == 200 else answer.status_code


def test_files_are_kept_with_their_revisions(cast: Cast) -> None:
    assert upload(cast, "/a/b.txt", b"one").status_code == 200
    upload(cast, "/a/b.txt", b"two")

    assert content(cast, "path=/a/b.txt") == b"two"
    assert content(cast, "path=/a/b.txt&revision=1") == b"one"
    listed = cast.alice.request("GET", at(cast, "/files/directory?path=/a")).json()
    assert [(item["fileName"], item["type"], item["size"]) for item in listed] == [
        ("b.txt", "File", 3)
    ]


def test_folders_move_with_all_that_is_in_them(cast: Cast) -> None:
    upload(cast, "/a/b/c.txt", b"deep")
    moved = cast.alice.request("PUT", at(cast, "/files?from=/a&to=/z"))
    assert moved.status_code == 200
    assert content(cast, "path=/z/b/c.txt") == b"deep"
    assert content(cast, "path=/a/b/c.txt") == 404
    assert cast.alice.request("DELETE", at(cast, "/files?path=/z")).status_code == 204
    assert cast.alice.request("GET", at(cast, "/files/search")).json() == []


@pytest.mark.parametrize("path", ["../x", "/a/../../x", "a\\b", "/a/%00b", "/" + "x" * 2000])
def test_paths_never_leave_the_namespace(cast: Cast, path: str) -> None:
    refused = upload(cast, path, b"x")
    assert (refused.status_code, refused.json()["code"]) == (422, "file.path_invalid")


def archive(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries:
            made.writestr(name, data)
    return buffer.getvalue()


def test_an_archive_is_unpacked_and_exported_again(cast: Cast) -> None:
    packed = archive(("x.txt", b"1"), ("sub/y.txt", b"2"))
    assert upload(cast, "", packed, "all.zip").status_code == 200
    exported = cast.alice.request("GET", at(cast, "/files/export"))
    with zipfile.ZipFile(io.BytesIO(b"".join(exported.streaming_content))) as found:
        assert sorted(found.namelist()) == ["sub/y.txt", "x.txt"]


@pytest.mark.parametrize(
    "packed",
    [archive(("../up.txt", b"x")), archive(("a" * 3, b"0" * 400_000_000)), b"no archive"],
    ids=["slip", "bomb", "garbage"],
)
def test_hostile_archives_are_refused_whole(cast: Cast, packed: bytes) -> None:
    assert upload(cast, "", packed, "all.zip").status_code == 422
    assert cast.alice.request("GET", at(cast, "/files/search")).json() in ([], {"status": 404})
