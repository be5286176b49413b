"""How tasks of S3 are run in tests."""

from __future__ import annotations

import threading
from typing import Any

from downbeat.sdk.task import Outputs
from tests.support.run_context import MemoryContext, made

REPORT = "downbeat:///in/report.csv"


OTHER = "downbeat:///in/other.csv"


LARGE = "downbeat:///in/large.bin"


def run(kind: Any, ctx: MemoryContext, **properties: Any) -> Outputs:
    return made(kind, **properties).run(ctx) or {}


class _Told(list[tuple[str, str]]):
    """Lines of a log that say when the first has come."""

    def __init__(self, event: threading.Event) -> None:
        super().__init__()
        self._event = event

    def append(self, line: tuple[str, str]) -> None:
        super().append(line)
        self._event.set()
