"""The judge of conformance reports: only what was decided may fail."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).parents[3] / "tools" / "compare_conformance.py"


@pytest.fixture(scope="module")
def judge() -> ModuleType:
    """The tool, loaded from its file."""
    import sys

    spec = importlib.util.spec_from_file_location("compare_conformance", TOOL)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_listed_failure_is_excused(judge: ModuleType) -> None:
    verdict = judge.judge({"a": "PASSED", "b": "FAILED"}, {"b": "held to be wrong"})

    assert verdict.is_green
    assert (verdict.passed, verdict.excused) == (1, 1)


@pytest.mark.parametrize(
    ("status", "allowed"),
    [("FAILED", {}), ("PASSED", {"a": "a reason"}), ("SKIPPED", {}), ("SKIPPED", {"a": "why"})],
)
def test_anything_else_is_red(judge: ModuleType, status: str, allowed: dict[str, str]) -> None:
    assert not judge.judge({"a": status}, allowed).is_green


def test_a_decision_without_a_reason_is_refused(judge: ModuleType, tmp_path: Path) -> None:
    report, decisions = tmp_path / "report.json", tmp_path / "decisions.json"
    report.write_text(json.dumps({"cases": [{"id": "a", "status": "FAILED"}]}))
    decisions.write_text(json.dumps({"cases": {"a": " "}}))

    with pytest.raises(SystemExit, match="no reason"):
        judge.main([str(report), str(decisions)])
