"""How many bytes the outputs of one execution hold, where the operator has set a limit.

The sum stands in the execution's row, which every turn has in hands: nothing is ever added up
again but after somebody took runs away. Without a limit nothing is measured.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from downbeat.common.scope import current_tenant
from downbeat.sdk.errors import TaskFailed
from executions.runtime.sql import rows
from executions.runtime.store_codec import text

KEY: Final = "outputBytes"
"""The sum's name in the ``progress`` of an execution's row."""
_SUM: Final = """
select coalesce(sum(size), 0) from output where tenant_id = %s and execution_id = %s
"""
_SUM_OF: Final = f"{_SUM.rstrip()} and task_run_id = any(%s)\n"


class OutputsTooLarge(TaskFailed):
    """The outputs of this execution would hold {size} bytes, and {limit} are allowed."""

    def __init__(self, *, size: int, limit: int) -> None:
        super().__init__(
            f"The outputs of this execution would hold {size} bytes; the instance allows {limit} "
            "(DOWNBEAT_MESSAGE_LIMIT_BYTES). Write large values to files instead"
        )


def size_of(value: Mapping[str, Any]) -> int:
    """What outputs count, in bytes; 0 where nobody counts."""
    return 0 if settings.DOWNBEAT.message_limit_bytes is None else len(text(value))


def stored_bytes(execution_id: UUID) -> int:
    """The sum over all outputs of an execution, read from their rows."""
    return int(rows(_SUM, [current_tenant(), execution_id])[0][0])


class OutputMeter:
    """The sum of one execution during one turn."""

    def __init__(self, execution_id: UUID, progress: Mapping[str, Any]) -> None:
        self._execution_id = execution_id
        self._limit: int | None = settings.DOWNBEAT.message_limit_bytes
        self.used = int(progress.get(KEY, 0))

    @property
    def progress(self) -> dict[str, int]:
        """The sum as a part of the row's ``progress``."""
        return {KEY: self.used} if self.used else {}

    def take(self, value: Mapping[str, Any], *, limited: bool = True) -> None:
        """Counts outputs; ``OutputsTooLarge`` if there is no room for them."""
        if self._limit is not None:
            self.take_bytes(size_of(value), limited=limited)

    def take_bytes(self, size: int, *, limited: bool = True) -> None:
        """Counts outputs of a known size."""
        if limited and self._limit is not None and self.used + size > self._limit:
            raise OutputsTooLarge(size=self.used + size, limit=self._limit)
        self.used += size

    def forget(self, runs: Collection[UUID]) -> None:
        """Takes off what the stored outputs of runs hold, which are about to go."""
        if self._limit is None or not runs:
            return
        facts = [current_tenant(), self._execution_id, list(runs)]
        self.used = max(0, self.used - int(rows(_SUM_OF, facts)[0][0]))
