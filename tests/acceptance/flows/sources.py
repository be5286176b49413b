"""The example flows of `tests/examples`, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[2] / "examples"


def source(name: str) -> Path:
    """The file of an example."""
    return FOLDER / f"{name}.yaml"


def every() -> list[Path]:
    """All of them."""
    return sorted(FOLDER.glob("*.yaml"))
