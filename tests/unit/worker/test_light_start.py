"""What a sandbox imports before it knows its job: each module is paid for by every sandbox."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from executions.worker import child

HEAVY = {
    "ctypes",
    "executions.worker.child.zygote",
    "importlib.abc",
    "importlib.resources",
    "inspect",
    "logging",
    "pathlib",
    "subprocess",
    "tempfile",
    "traceback",
    "typing",
}


def test_a_sandbox_imports_nothing_heavy() -> None:
    root = Path(child.__file__).parents[3]
    code = (
        f"import sys; sys.path.insert(0, {str(root)!r}); before = set(sys.modules); import json;"
        "from executions.worker.child import hardening, leader, preparing;"
        "hardening.Confinement(sandboxed=True);"
        "print(*(set(sys.modules) - before))"
    )

    # Without `site`, so that what an environment imports at its start is not counted.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code], capture_output=True, text=True, check=True
    )

    assert HEAVY.intersection(done.stdout.split()) == set()
    assert "executions.worker.child.script" in done.stdout
