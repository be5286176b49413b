"""What internal storage promises, wherever it is kept."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from downbeat.common.storage import BadPath, Missing, Storage
from tests.integration.storage.conftest import StorageOf

ALICE = UUID("01900000-0000-7000-8000-00000000000a")
CHARLIE = UUID("01900000-0000-7000-8000-00000000000c")
LARGE = 9 * 1024 * 1024


@pytest.fixture
def storage(storage_of: StorageOf) -> Storage:
    return storage_of(ALICE)


@pytest.mark.parametrize("name", ["out.csv", "with space", "50%+1", "ünï/日本", "a:b@c,d;e=f"])
def test_what_is_put_is_read_back_by_its_address_and_by_its_path(
    storage: Storage, name: str
) -> None:
    address = storage.put(f"company/data/{name}", b"a,b")

    assert address.startswith("downbeat:///company/data/")
    with storage.open(address) as by_address, storage.open(f"company/data/{name}") as by_path:
        assert by_address.read() == by_path.read() == b"a,b"
    assert storage.size(address.replace("downbeat:", "kestra:")) == 3


def test_a_large_file_comes_back_in_pieces(storage: Storage) -> None:
    content = bytes(range(256)) * (LARGE // 256)
    storage.put("large", io.BytesIO(content))

    with storage.open("large") as found:
        first, rest = found.read(1000), found.read()

    assert first + rest == content
    assert storage.size("large") == len(content)


def test_an_empty_file_is_a_file(storage: Storage) -> None:
    storage.put("empty", b"")

    assert storage.exists("empty")
    assert storage.size("empty") == 0
    assert storage.open("empty").read() == b""


def test_a_later_file_replaces_the_earlier_one(storage: Storage) -> None:
    storage.put("a", b"1")
    storage.put("a", io.BytesIO(b"22"))

    assert storage.open("a").read() == b"22"


def test_whoever_gives_an_open_file_may_go_on_with_it(storage: Storage) -> None:
    content = io.BytesIO(b"abc")
    storage.put("a", content)

    assert not content.closed
    content.seek(0)
    assert content.read() == b"abc"


def test_a_write_that_fails_leaves_the_old_file(storage: Storage) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("the network went away")

    storage.put("a", b"old")

    with pytest.raises(OSError, match="network"):
        storage.put("a", Broken())

    assert storage.open("a").read() == b"old"
    assert [info.path for info in storage.list("")] == ["a"]


def test_the_same_address_is_another_file_for_another_tenant(storage_of: StorageOf) -> None:
    alice, charlie = storage_of(ALICE), storage_of(CHARLIE)
    address = alice.put("a", b"secret")

    with pytest.raises(Missing):
        charlie.open(address)
    assert not charlie.exists(address)
    assert list(charlie.list("")) == []
    assert charlie.delete_prefix("") == 0
    assert alice.exists(address)


def test_what_is_not_there_is_missing(storage: Storage) -> None:
    storage.put("folder/file", b"x")

    for path in ("nothing", "folder", "folder/file/below"):
        with pytest.raises(Missing):
            storage.open(path)
        with pytest.raises(Missing):
            storage.info(path)
        assert not storage.exists(path)
        assert not storage.delete(path)


@pytest.mark.parametrize("path", ["../x", "a/../../x", "downbeat:///%2e%2e/x", "s3://b/x"])
def test_a_path_out_of_the_tenant_is_refused(storage: Storage, path: str) -> None:
    with pytest.raises(BadPath):
        storage.open(path)
    with pytest.raises(BadPath):
        storage.put(path, b"x")


def test_a_folder_is_listed_in_the_order_of_paths(storage: Storage) -> None:
    for name in ("f/b", "f/a/c", "f/a.txt", "f/a-", "g", "fg/x"):
        storage.put(name, b"x")

    listed = list(storage.list("f"))

    assert [info.path for info in listed] == ["f/a-", "f/a.txt", "f/a/c", "f/b"]
    assert {info.size for info in listed} == {1}
    age = datetime.now(UTC) - listed[0].modified
    assert abs(age) < timedelta(minutes=1)


def test_a_folder_is_removed_and_its_neighbours_stay(storage: Storage) -> None:
    for name in ("f/b", "f/a/c", "fg/x", "f.txt"):
        storage.put(name, b"x")

    assert storage.delete_prefix("f") == 2
    assert [info.path for info in storage.list("")] == ["f.txt", "fg/x"]
    assert storage.delete("f.txt")
    assert not storage.delete("f.txt")
