"""How many executions of a tenant one turn may take: those for which its time is enough.

Theory of operation. While the engine thread turns one tenant's executions all others wait. What an
execution costs differs by a factor of a hundred: one that notes an attempt takes a millisecond, one
whose tasks all run inside of the turn takes as long as it is allowed to. So what a tenant's
executions have cost lately decides how many of them come into its next turn. Alone a tenant gets
longer turns, which cost less for each execution; whoever has had a turn a moment ago makes those of
all others short.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

ALONE: Final = 0.4
SHARED: Final = 0.1
LATELY: Final = 10.0
LEARNING: Final = 0.5
KEPT: Final = 1_000


@dataclass(slots=True)
class Pace:
    """What executions cost, tenant by tenant; times are seconds of a monotonic clock."""

    largest: int
    _cost: dict[UUID, float] = field(default_factory=dict)
    _turned_at: dict[UUID, float] = field(default_factory=dict)

    def most(self, tenant_id: UUID, now: float) -> int:
        """How many executions the next turn of a tenant takes, at least one."""
        cost = self._cost.get(tenant_id, 0.0)
        if cost <= 0.0:
            return self.largest
        time = SHARED if self._others(tenant_id, now) else ALONE
        return max(1, min(self.largest, int(time / cost)))

    def took(self, tenant_id: UUID, executions: int, began: float, now: float) -> None:
        """A turn of a tenant is over."""
        if len(self._turned_at) >= KEPT:
            self._turned_at.clear()
            self._cost.clear()
        self._turned_at[tenant_id] = now
        one = (now - began) / max(1, executions)
        known = self._cost.get(tenant_id, one)
        self._cost[tenant_id] = known + LEARNING * (one - known)

    def _others(self, tenant_id: UUID, now: float) -> bool:
        return any(
            other != tenant_id and now - at < LATELY for other, at in self._turned_at.items()
        )
