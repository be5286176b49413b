"""Files are found by globs, opened and written without following any link."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from downbeat.sdk import confined
from downbeat.sdk.errors import TaskFailed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.txt", "b.csv", "deep/c.txt", "deep/er/d.txt", ".tmp/x.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("glob", "names"),
    [
        ("*.txt", ["a.txt"]),
        ("**/*.txt", ["a.txt", "deep/c.txt", "deep/er/d.txt"]),
        ("deep/*", ["deep/c.txt"]),
        ("deep/**", ["deep/c.txt", "deep/er/d.txt"]),
        ("**", ["a.txt", "b.csv", "deep/c.txt", "deep/er/d.txt"]),
        ("{a,b}.*", ["a.txt", "b.csv"]),
        ("[ab].*", ["a.txt", "b.csv"]),
        ("?.csv", ["b.csv"]),
        ("none", []),
    ],
)
def test_globs_name_files(folder: Path, glob: str, names: list[str]) -> None:
    found = confined.find(str(folder), [glob], hidden=frozenset({".tmp"}))

    assert [file.name for file in found] == names


def test_links_are_not_followed(folder: Path) -> None:
    outside = folder.parent / "outside.txt"
    outside.write_text("secret")
    (folder / "link.txt").symlink_to(outside)
    (folder / "linked").symlink_to(folder.parent)

    assert confined.find(str(folder), ["link.txt", "linked/**"], hidden=frozenset()) == []
    for name in ("link.txt", "linked/outside.txt"):
        with pytest.raises(OSError):
            confined.open_inside(str(folder), name, owner=None)


def test_only_plain_files_are_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe")

    with pytest.raises(OSError):
        confined.open_inside(str(folder), "pipe", owner=None)
    with pytest.raises(OSError):
        confined.open_inside(str(folder), "deep", owner=None)


def test_a_file_of_another_user_is_refused(folder: Path) -> None:
    with pytest.raises(PermissionError):
        confined.open_inside(str(folder), "a.txt", owner=os.getuid() + 1)


def test_a_file_is_written_through_no_link(folder: Path) -> None:
    outside = folder.parent / "outside.txt"
    outside.write_text("mine")
    (folder / "link.txt").symlink_to(outside)
    (folder / "linked").symlink_to(folder.parent)

    confined.write_inside(str(folder), "link.txt", io.BytesIO(b"new"))
    with pytest.raises(TaskFailed, match=r"linked/outside\.txt"):
        confined.write_inside(str(folder), "linked/outside.txt", io.BytesIO(b"new"))

    assert outside.read_text() == "mine"
    assert (folder / "link.txt").read_text() == "new"


def test_folders_are_made_on_the_way(folder: Path) -> None:
    confined.write_inside(str(folder), "x/y/z.txt", io.BytesIO(b"deep"))

    assert (folder / "x" / "y" / "z.txt").read_text() == "deep"


@pytest.mark.parametrize("name", ["", "/etc/x", "../x", "a/../../x", "a\\..\\..\\x", "x\0y"])
def test_names_that_lead_out_are_refused(folder: Path, name: str) -> None:
    with pytest.raises(TaskFailed, match="leads out"):
        confined.write_inside(str(folder), name, io.BytesIO(b""))


def test_a_name_that_is_a_folder_is_refused(folder: Path) -> None:
    with pytest.raises(TaskFailed, match="cannot be written"):
        confined.write_inside(str(folder), "deep", io.BytesIO(b""))
