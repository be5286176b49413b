"""Files are found by globs and opened without following any link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from executions.worker import collecting


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
    found = collecting.find(str(folder), [glob], hidden=frozenset({".tmp"}))

    assert [file.name for file in found] == names


def test_links_are_not_followed(folder: Path) -> None:
    outside = folder.parent / "outside.txt"
    outside.write_text("secret")
    (folder / "link.txt").symlink_to(outside)
    (folder / "linked").symlink_to(folder.parent)

    assert collecting.find(str(folder), ["link.txt", "linked/**"], hidden=frozenset()) == []
    for name in ("link.txt", "linked/outside.txt"):
        with pytest.raises(OSError):
            collecting.open_inside(str(folder), name, owner=None)


def test_only_plain_files_are_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe")

    with pytest.raises(OSError):
        collecting.open_inside(str(folder), "pipe", owner=None)
    with pytest.raises(OSError):
        collecting.open_inside(str(folder), "deep", owner=None)


def test_a_file_of_another_user_is_refused(folder: Path) -> None:
    with pytest.raises(PermissionError):
        collecting.open_inside(str(folder), "a.txt", owner=os.getuid() + 1)
