"""Python environments that tests share: made once on this machine, whichever test needs them first."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def shared_environments() -> Path:
    """A folder that outlives the tests; task users can read what is in it."""
    named = os.environ.get("DOWNBEAT_TEST_ENVIRONMENTS")
    found = Path(named or Path(tempfile.gettempdir()) / f"downbeat-test-environments-{os.getuid()}")
    found.mkdir(mode=0o755, parents=True, exist_ok=True)
    return found
