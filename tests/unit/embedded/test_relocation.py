"""A clone of the scripts' environment is as ready to be imported as the original."""

from __future__ import annotations

import importlib.util
import os
import py_compile
import struct
from pathlib import Path

import pytest

from downbeat.embedded import relocation

VERSION = "python3.11"


def _module(file: Path, mode: int) -> None:
    """A compiled module that was written some time ago."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x = 1\n")
    os.utime(file, (1_000_000, 1_000_000))
    compiled = py_compile.compile(str(file), doraise=True)
    file.chmod(mode)
    Path(str(compiled)).chmod(mode)


def _is_ready(file: Path) -> bool:
    """Whether Python would take the compiled file for this one."""
    compiled = Path(importlib.util.cache_from_source(str(file)))
    if not compiled.exists():
        return False
    mtime, size = struct.unpack("<II", compiled.read_bytes()[8:16])
    facts = file.stat()
    return (mtime, size) == (int(facts.st_mtime), facts.st_size)


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    base, found = tmp_path / "base", tmp_path / "environment"
    (base / "bin").mkdir(parents=True)
    (base / "bin" / "python").write_bytes(b"a program")
    (found / "bin").mkdir(parents=True)
    (found / "bin" / "python").symlink_to(base / "bin" / "python")
    return found


@pytest.mark.parametrize("mode", [0o644, 0o600])
def test_nothing_in_a_clone_is_compiled_anew(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    monkeypatch.setattr(relocation, "FALLBACK", tmp_path / "open")
    monkeypatch.setattr("sys.pycache_prefix", None)
    _module(tmp_path / "base" / "lib" / VERSION / "json" / "decoder.py", mode)
    _module(environment / "lib" / VERSION / "site-packages" / "pandas" / "core.py", mode)

    target = tmp_path / "open" / "environments" / "clone"
    relocation._clone(environment, target)

    library = target / "lib" / VERSION
    assert _is_ready(library / "json" / "decoder.py")
    assert _is_ready(library / "site-packages" / "pandas" / "core.py")
    assert (library / "json" / "decoder.py").stat().st_mode & 0o004
