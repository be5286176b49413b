"""The flows in the folder of the plug-in are flows that parse."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.plugins import aws
from flows.spec.parse import parse_flow
from flows.spec.registry import load_registry

FOLDER = Path(aws.__file__).parent / "examples"
REGISTRY = load_registry()


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.iterdir()))
def test_an_example_parses(name: str) -> None:
    parsed = parse_flow((FOLDER / name).read_text(encoding="utf-8"), REGISTRY)

    assert parsed.flow is not None, parsed.diagnostics
    assert [one for one in parsed.diagnostics if one.severity == "error"] == []
