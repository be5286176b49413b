"""`make setup` fetches from where pip is told to, and does nothing twice."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SETUP = Path(__file__).parents[3] / "tools" / "setup"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"setup_{name}", SETUP / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def fake_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python whose pip has a configuration of its own."""
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    program = tmp_path / "python"
    program.write_text(
        "#!/bin/sh\n"
        "echo \"global.index-url='https://mirror.example/simple'\"\n"
        "echo \"global.find-links='/a /b'\"\n"
        "echo \":env:.find-links='/c'\"\n"
    )
    program.chmod(0o755)
    return program


def test_an_index_of_pip_is_told_to_uv(fake_pip: Path) -> None:
    found = _load("index").environment(fake_pip)

    assert found["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"


def test_pips_environment_ranks_above_its_files(fake_pip: Path) -> None:
    assert _load("index").environment(fake_pip)["UV_FIND_LINKS"] == "/c"


def test_uvs_own_choice_wins(fake_pip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example/simple")

    found = _load("index").environment(fake_pip)

    assert found["UV_DEFAULT_INDEX"] == "https://other.example/simple"


def test_a_stamp_knows_what_a_step_was_made_from(tmp_path: Path) -> None:
    stamps = _load("stamps")
    lock = tmp_path / "lock"
    lock.write_text("a==1")
    stamps.write(tmp_path / "stamp", stamps.digest([lock], "3.11"))

    same = stamps.is_fresh(tmp_path / "stamp", stamps.digest([lock], "3.11"))
    lock.write_text("a==2")

    assert same
    assert not stamps.is_fresh(tmp_path / "stamp", stamps.digest([lock], "3.11"))


def test_no_lock_names_an_index() -> None:
    for lock in SETUP.parents[1].glob("requirements*.lock"):
        assert "://" not in lock.read_text(encoding="utf-8"), lock.name
