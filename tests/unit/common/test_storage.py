"""Internal storage in a folder: whole files, within the tenant, whatever the path."""

from __future__ import annotations

import io
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downbeat.common.storage.files import FileStorage
from downbeat.common.storage.paths import BadPath, clean, uri_of
from downbeat.common.storage.port import Missing

ALICE = UUID("01900000-0000-7000-8000-00000000000a")
CHARLIE = UUID("01900000-0000-7000-8000-00000000000c")


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path, ALICE)


def test_what_is_put_is_read_back_by_its_address(storage: FileStorage) -> None:
    uri = storage.put("company/data/daily/executions/1/out put.csv", io.BytesIO(b"a,b"))

    assert uri == "downbeat:///company/data/daily/executions/1/out%20put.csv"
    assert storage.open(uri).read() == b"a,b"
    assert storage.size(uri.replace("downbeat:", "kestra:")) == 3


def test_a_later_file_replaces_the_earlier_one(storage: FileStorage) -> None:
    storage.put("a", b"1")
    storage.put("a", b"22")

    assert storage.open("a").read() == b"22"


def test_the_same_address_is_another_file_for_another_tenant(
    tmp_path: Path, storage: FileStorage
) -> None:
    uri = storage.put("a", b"secret")

    with pytest.raises(Missing):
        FileStorage(tmp_path, CHARLIE).open(uri)


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../../x", "downbeat:///../x", "downbeat:///%2e%2e/x", "downbeat://host/x", "s3://b/x",
     "a\x00b", "x" * 5000, "file:///etc/passwd"],
)  # fmt: skip
def test_a_path_out_of_the_tenant_is_refused(storage: FileStorage, path: str) -> None:
    with pytest.raises(BadPath):
        storage.open(path)


@given(st.text(max_size=60))
def test_no_text_leaves_the_tenants_part(path: str) -> None:
    try:
        inside = clean(path)
    except BadPath:
        return

    assert ".." not in inside.split("/")
    assert not inside.startswith("/")
    assert clean(uri_of(inside)) == inside


def test_a_folder_is_listed_and_removed(storage: FileStorage) -> None:
    for name in ("f/b", "f/a/c", "g"):
        storage.put(name, b"x")

    assert [info.path for info in storage.list("f")] == ["f/a/c", "f/b"]
    assert storage.delete_prefix("f") == 2
    assert [info.path for info in storage.list("")] == ["g"]
    assert storage.delete("g")
    assert not storage.delete("g")
    assert not storage.exists("g")


def test_a_write_that_fails_leaves_the_old_file(storage: FileStorage) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("the network went away")

    storage.put("a", b"old")

    with pytest.raises(OSError, match="network"):
        storage.put("a", Broken())

    assert storage.open("a").read() == b"old"
    assert [info.path for info in storage.list("")] == ["a"]
