"""Imports the HTTP library before the first fork, without its command line.

The library's own command line would bring rich and pygments along: as much memory again.
"""

from __future__ import annotations

import contextlib
import sys

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

with contextlib.suppress(ImportError):
    import httpx  # noqa: F401 - imported so that forks have it
