"""The home's files: private from the first moment, whole at every moment."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from downbeat.embedded.home import Home, read_facts, write_facts, write_private


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_secret_is_made_once_and_readable_for_its_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()

    first = home.ensure_secret("key").read_text()
    second = home.ensure_secret("key").read_text()

    assert first == second
    assert len(first) >= 32
    assert _mode(home.secret("key")) == 0o600


def test_private_files_stay_private_under_a_careless_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_private(tmp_path / "file", "text")
    finally:
        os.umask(before)

    assert _mode(tmp_path / "file") == 0o600


def test_folders_are_closed_to_others(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")

    home.prepare()

    assert {_mode(folder) for folder in (home.run, home.logs, home.storage)} == {0o700}
    assert _mode(home.root) in (0o700, 0o711)


def test_a_home_that_somebody_closed_stays_closed(tmp_path: Path) -> None:
    root = tmp_path / "home"
    root.mkdir(mode=0o700)

    Home(root).prepare()

    assert _mode(root) == 0o700


def test_half_written_facts_count_as_none(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    write_facts(path, {"pid": 1})
    assert read_facts(path) == {"pid": 1}

    path.write_text('{"pid": ')

    assert read_facts(path) == {}


def test_the_home_is_the_one_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOWNBEAT_HOME", str(tmp_path / "there"))

    assert Home.chosen().root == tmp_path / "there"
