"""Fair share of scarce workers: whose attempt is next, when several tenants wait. Pure.

Start-time fair queueing (Goyal, Vin, Cheng, "Start-time Fair Queuing", SIGCOMM 1996): each attempt
gets a start tag, the later of the virtual time and the end of its tenant's attempt before it, which
lies 1/weight further on; the smallest tag is next, and the virtual time is the tag of what was
served last. So tenants that wait are served in proportion to their weights, whatever the length of
their queues, and nobody saves up turns by staying away.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


@dataclass(slots=True)
class Share(Generic[T]):
    """What one worker remembers of whom it has served; a new one is fair from its first turn on."""

    virtual: float = 0.0
    ends: dict[T, float] = field(default_factory=dict)
    """Where the turns of each tenant end that lies ahead of the virtual time."""
    waiting: frozenset[T] = frozenset()
    """Tenants with more work in the queue than the last claim could take."""

    def start_of(self, tenant: T) -> float:
        """The tag of a tenant's next attempt."""
        return max(self.virtual, self.ends.get(tenant, 0.0))

    def served(self, tenant: T, weight: int) -> None:
        """One attempt of a tenant was taken."""
        start = self.start_of(tenant)
        self.virtual = max(self.virtual, start)
        self.ends[tenant] = start + 1 / max(1, weight)
        if len(self.ends) > len(self.waiting) + 64:
            self._forget()

    def others_wait(self, tenant: T) -> bool:
        """Whether somebody else has to be considered before a tenant goes on by itself."""
        return bool(self.waiting - {tenant})

    def _forget(self) -> None:
        self.ends = {tenant: end for tenant, end in self.ends.items() if end > self.virtual}


def order(share: Share[T], queues: Mapping[T, tuple[int, int]], slots: int) -> list[T]:
    """Who gets so many slots, in order; ``queues`` gives each tenant's weight and how many wait."""
    left = {tenant: waiting for tenant, (_, waiting) in queues.items()}
    found: list[T] = []
    while len(found) < slots and (tenant := _next(share, left)) is not None:
        share.served(tenant, queues[tenant][0])
        left[tenant] -= 1
        found.append(tenant)
    return found


def _next(share: Share[T], left: Mapping[T, int]) -> T | None:
    """The tenant with the smallest tag; among equals the one that comes first by name."""
    some: Iterable[T] = sorted((one for one, count in left.items() if count > 0), key=str)
    return min(some, key=share.start_of, default=None)
