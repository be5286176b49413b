"""Runs a test command, and looks again at the few tests that failed: did they fail, or stumble?

    python tools/second_look.py make test

A machine of two cores that runs whole clusters under kills now and then lets a test stumble. One
run says nothing about such a test, so each of at most three failed tests is run three times more,
alone. A test that fails once more has failed, and so has the command. One that passes three times
is named loudly as unstable: it is a defect of the test or a rare one of the product, to be found
and mended, but no reason to distrust the other thousands. Exit codes other than "tests failed"
are passed on as they are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

CACHE: Final = Path(".pytest_cache/v/cache/lastfailed")
FEW: Final = 3
LOOKS: Final = 3


def main(command: Sequence[str]) -> int:
    """The exit code of the command, or of the second look."""
    CACHE.unlink(missing_ok=True)
    code = subprocess.run(command, check=False).returncode
    if code == 0:
        return 0
    failed = _failed()
    if not 0 < len(failed) <= FEW:
        return code
    print(f"\nA second look at {len(failed)}: {', '.join(failed)}", flush=True)
    for _ in range(LOOKS):
        again = [sys.executable, "-m", "pytest", *failed]
        if code := subprocess.run(again, check=False).returncode:
            return code
    print(f"\nUNSTABLE, to be mended: {', '.join(failed)}", flush=True)
    return 0


def _failed() -> list[str]:
    return sorted(json.loads(CACHE.read_text())) if CACHE.exists() else []


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
