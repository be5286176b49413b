"""The SDK's context in memory, with the expressions of this server: a task type run as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from downbeat.sdk import testing
from downbeat.sdk.testing import RUN, MemoryLog, made
from executions.worker.child.expressions import over_records

__all__ = ["RUN", "MemoryContext", "MemoryLog", "made"]


class MemoryContext(testing.MemoryContext):
    """Judges records by the language itself."""

    def expression(self, text: str) -> Callable[[Mapping[str, Any]], Any]:
        return over_records(text, self.seen)
