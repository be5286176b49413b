"""The shape of the tree: what must not exist, how long things may be, who may use what."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("platform/downbeat", "tenants", "flows", "executions")
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
FORBIDDEN_NAMES = frozenset({"utils", "helpers", "misc"})


def _files() -> list[Path]:
    found = [file for source in SOURCES for file in (ROOT / source).rglob("*.py")]
    return sorted(file for file in found if "migrations" not in file.parts)


def _test_files() -> list[Path]:
    return sorted((ROOT / "tests").rglob("*.py"))


FILES = _files()
TESTS = _test_files()
IDS = [str(file.relative_to(ROOT)) for file in FILES]


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_platform_is_a_source_root_and_no_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_the_package_itself_is_empty() -> None:
    assert (ROOT / "platform" / "downbeat" / "__init__.py").read_bytes() == b""


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_a_file_is_short_and_says_what_it_is_for(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)

    assert len(text.splitlines()) <= LONGEST_FILE
    assert file.stem not in FORBIDDEN_NAMES
    assert not text.strip() or ast.get_docstring(tree)


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_a_function_is_short(file: Path) -> None:
    assert _long_functions(file) == {}


def test_a_function_of_a_test_is_short_too_and_so_is_its_file() -> None:
    names = {str(file.relative_to(ROOT)): file for file in TESTS}

    assert {name: long for name, file in names.items() if (long := _long_functions(file))} == {}
    assert [name for name, file in names.items() if _lines(file) > LONGEST_FILE] == []


def _long_functions(file: Path) -> dict[str, int]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        node.name: length
        for node in _functions(tree)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }


def _lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_guardian_is_imported_by_the_access_door_alone(file: Path) -> None:
    inside = file.relative_to(ROOT).parts[:2] == ("tenants", "access")
    named = re.search(r"^\s*(from|import) guardian\b", file.read_text(encoding="utf-8"), re.M)

    assert inside or named is None


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_leaving_the_scope_gives_a_reason(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "unscoped"
    ]

    for call in calls:
        assert any(keyword.arg == "reason" for keyword in call.keywords)


WITHOUT_EXTRA = frozenset({"core", "fs_local", "http", "scripts", "test_types"})


def test_every_vendor_has_an_extra() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    vendors = {entry.parent.name for entry in (ROOT / "flows" / "plugins").glob("*/__init__.py")}

    assert vendors - WITHOUT_EXTRA - set(extras) == set()
