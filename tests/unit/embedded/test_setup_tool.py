"""`make setup` fetches from where pip is told to, and does nothing twice."""

from __future__ import annotations

import importlib.util
import os
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


def _compiled(source: Path) -> Path:
    return Path(importlib.util.cache_from_source(str(source)))


@pytest.fixture
def bytecode(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The step, for somebody whose Python writes no compiled files by itself."""
    monkeypatch.syspath_prepend(str(SETUP))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    return _load("bytecode")


def _package(environment: Path, name: str, *files: str) -> Path:
    place = environment / "lib" / "python3.11" / "site-packages"
    facts = place / f"{name}-1.0.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (facts / "RECORD").write_text("".join(f"{file},,\n" for file in files))
    for file in files:
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        (place / file).write_text("x = 1\n")
    return place


def test_what_a_lock_names_is_compiled_without_its_tests(
    bytecode: ModuleType, tmp_path: Path
) -> None:
    place = _package(tmp_path, "Some_Name", "some/code.py", "some/tests/test_code.py")
    _package(tmp_path, "other", "other/code.py")
    lock = tmp_path / "lock"
    lock.write_text("some-name==1.0 \\\n    --hash=sha256:00\n")

    bytecode.compile_installed(tmp_path, lock)

    assert _compiled(place / "some/code.py").exists()
    assert not _compiled(place / "some/tests/test_code.py").exists()
    assert not _compiled(place / "other/code.py").exists()


def test_our_own_code_is_compiled_again_when_it_changes(
    bytecode: ModuleType, tmp_path: Path
) -> None:
    source = tmp_path / "flows" / "code.py"
    source.parent.mkdir()
    source.write_text("x = 1\n")
    bytecode.compile_ours(tmp_path, tmp_path)
    first = _compiled(source).read_bytes()

    source.write_text("x = 'another'\n")
    os.utime(source, (1, 1))  # Python tells versions of a file apart by the second
    bytecode.compile_ours(tmp_path, tmp_path)

    assert _compiled(source).read_bytes() != first


def test_nothing_is_compiled_twice(bytecode: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "flows" / "code.py"
    source.parent.mkdir()
    source.write_text("x = 1\n")
    bytecode.compile_ours(tmp_path, tmp_path)

    _compiled(source).unlink()  # whoever works again would make it again
    bytecode.compile_ours(tmp_path, tmp_path)

    assert not _compiled(source).exists()


def test_a_file_that_cannot_be_compiled_stops_nothing(bytecode: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "bad.py").write_text("this is no Python\n")
    good = tmp_path / "flows" / "good.py"
    good.write_text("x = 1\n")

    bytecode.compile_ours(tmp_path, tmp_path)

    assert _compiled(good).exists()
