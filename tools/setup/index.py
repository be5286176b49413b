"""pip's configuration in uv's words, as workers use it too: read from their package, which is there."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from executions.worker.package_index import environment

__all__ = ["environment"]
