"""A test that fails again is red; one that stumbled once is named and lets the command pass."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

TOOL: Final = Path(__file__).parents[3] / "tools" / "second_look.py"
STUMBLES: Final = """
import pathlib
def test_it():
    been = pathlib.Path("been")
    before = been.exists()
    been.touch()
    assert before
"""


def _looked(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    for number, text in enumerate(tests):
        (folder / f"test_{number}.py").write_text(text)
    command = [sys.executable, str(TOOL), sys.executable, "-m", "pytest"]
    bare = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        command, cwd=folder, env=bare, capture_output=True, text=True, check=False
    )


def test_what_passes_is_not_looked_at_again(tmp_path: Path) -> None:
    looked = _looked(tmp_path, "def test_it(): pass")

    assert (looked.returncode, "second look" in looked.stdout) == (0, False)


def test_what_stumbled_once_is_named(tmp_path: Path) -> None:
    looked = _looked(tmp_path, STUMBLES, "def test_well(): pass")

    assert (looked.returncode, "UNSTABLE, to be mended: test_0.py::test_it" in looked.stdout) == (
        0,
        True,
    )


def test_what_fails_again_is_red(tmp_path: Path) -> None:
    looked = _looked(tmp_path, STUMBLES, "def test_never(): assert False")

    assert (looked.returncode, "UNSTABLE" in looked.stdout) == (1, False)


def test_many_failures_are_not_looked_at_again(tmp_path: Path) -> None:
    looked = _looked(tmp_path, "\n".join(f"def test_{n}(): assert False" for n in range(4)))

    assert (looked.returncode, "second look" in looked.stdout) == (1, False)


def test_a_command_without_tests_keeps_its_exit_code(tmp_path: Path) -> None:
    command = [sys.executable, str(TOOL), sys.executable, "-c", "raise SystemExit(7)"]

    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 7
