"""How much may run, and what is stopped: quotas and kill switches as values, and who is full. Pure.

A quota is a ceiling on one place: the tenant, a namespace with everything below it, or a flow. What
happens in a flow has to fit below every ceiling on its way up, so the nearest one never lifts
another. A ceiling of the instance binds the tenant like its own, and only the instance moves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID


class QuotaKind(StrEnum):
    """What is counted."""

    RUNNING_EXECUTIONS = "RUNNING_EXECUTIONS"
    RUNNING_TASK_RUNS = "RUNNING_TASK_RUNS"
    EXECUTIONS_PER_MINUTE = "EXECUTIONS_PER_MINUTE"
    LOG_BYTES_PER_DAY = "LOG_BYTES_PER_DAY"
    STORAGE_BYTES = "STORAGE_BYTES"
    API_REQUESTS_PER_MINUTE = "API_REQUESTS_PER_MINUTE"


class Policy(StrEnum):
    """What becomes of what does not fit."""

    QUEUE = "QUEUE"
    REFUSE = "REFUSE"
    DROP = "DROP"
    FAIL = "FAIL"


POLICIES: Final[dict[QuotaKind, tuple[Policy, ...]]] = {
    QuotaKind.RUNNING_EXECUTIONS: (Policy.QUEUE, Policy.REFUSE),
    QuotaKind.RUNNING_TASK_RUNS: (Policy.QUEUE,),
    QuotaKind.EXECUTIONS_PER_MINUTE: (Policy.QUEUE, Policy.REFUSE),
    QuotaKind.LOG_BYTES_PER_DAY: (Policy.DROP, Policy.FAIL),
    QuotaKind.STORAGE_BYTES: (Policy.REFUSE,),
    QuotaKind.API_REQUESTS_PER_MINUTE: (Policy.REFUSE,),
}
"""The policies of each kind; the first is the one that nobody has to name."""
WORDS: Final[dict[QuotaKind, str]] = {
    QuotaKind.RUNNING_EXECUTIONS: "running executions",
    QuotaKind.RUNNING_TASK_RUNS: "running task runs",
    QuotaKind.EXECUTIONS_PER_MINUTE: "executions per minute",
    QuotaKind.LOG_BYTES_PER_DAY: "bytes of log a day",
    QuotaKind.STORAGE_BYTES: "bytes in storage",
    QuotaKind.API_REQUESTS_PER_MINUTE: "API requests per minute",
}
OF_TENANT_ONLY: Final = frozenset({QuotaKind.API_REQUESTS_PER_MINUTE})
"""Kinds that name no place below the tenant."""
NOT_OF_FLOWS: Final = OF_TENANT_ONLY | {QuotaKind.STORAGE_BYTES}
LONGEST_CHAIN: Final = 64


class Starts(StrEnum):
    """What a switch does to executions that have not begun."""

    QUEUE = "QUEUE"
    REFUSE = "REFUSE"


class Running(StrEnum):
    """What a switch does to executions that run."""

    CONTINUE = "CONTINUE"
    PAUSE = "PAUSE"
    KILL = "KILL"


def covers(own_namespace: str, own_flow: str, namespace: str, flow_id: str) -> bool:
    """Whether a place (the tenant, a namespace, a flow) holds a flow of that namespace."""
    if own_flow:
        return (own_namespace, own_flow) == (namespace, flow_id)
    return (
        not own_namespace or namespace == own_namespace or namespace.startswith(f"{own_namespace}.")
    )


def place_text(namespace: str, flow_id: str) -> str:
    """A place in words."""
    if flow_id:
        return f"flow {namespace}.{flow_id}"
    return f"namespace {namespace}" if namespace else "the tenant"


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A quota; ``namespace`` is empty for the whole tenant, ``flow_id`` unless it is one flow's."""

    id: UUID
    kind: QuotaKind
    namespace: str
    flow_id: str
    amount: int
    policy: Policy
    of_instance: bool = False

    def covers(self, namespace: str, flow_id: str) -> bool:
        """Whether what happens in that flow counts."""
        return covers(self.namespace, self.flow_id, namespace, flow_id)

    @property
    def place(self) -> str:
        """Whose quota it is, in words."""
        return place_text(self.namespace, self.flow_id)

    @property
    def text(self) -> str:
        """`the quota of 5 running executions of namespace company.data`."""
        return f"the quota of {self.amount} {WORDS[self.kind]} of {self.place}"

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Tenant, namespaces from the top, flows: locks are taken in this order, always."""
        depth = 0 if not self.namespace else self.namespace.count(".") + 1
        return (
            LONGEST_CHAIN if self.flow_id else depth,
            self.namespace,
            self.flow_id,
            str(self.id),
        )


@dataclass(frozen=True, slots=True)
class Switch:
    """A kill switch, or the maintenance of the instance, that is on."""

    id: UUID
    of_instance: bool
    namespace: str
    flow_id: str
    starts: Starts
    running: Running
    reason: str
    by: str
    since: datetime
    until: datetime | None = None
    maintenance: bool = False

    def covers(self, namespace: str, flow_id: str) -> bool:
        """Whether it stops that flow."""
        return covers(self.namespace, self.flow_id, namespace, flow_id)

    @property
    def code(self) -> str:
        """The reason code of what waits for it."""
        return "maintenance" if self.maintenance else "kill_switch"

    @property
    def place(self) -> str:
        """What it stops, in words."""
        return "the instance" if self.of_instance else place_text(self.namespace, self.flow_id)

    @property
    def text(self) -> str:
        """Who has stopped what, and why."""
        what = "Maintenance" if self.maintenance else "A kill switch"
        since = self.since.strftime("%Y-%m-%d %H:%M:%SZ")
        said = f": {self.reason}" if self.reason else ""
        return f"{what} of {self.place} is on since {since} by {self.by}{said}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Everything that bounds one tenant at one version of it."""

    version: int = 0
    ceilings: tuple[Ceiling, ...] = ()
    switches: tuple[Switch, ...] = ()

    def of(
        self, namespace: str, flow_id: str, *kinds: QuotaKind, policy: Policy | None = None
    ) -> tuple[Ceiling, ...]:
        """The ceilings over a flow, from the tenant down to it."""
        return tuple(
            one
            for one in self.ceilings
            if one.kind in kinds
            and (policy is None or one.policy is policy)
            and one.covers(namespace, flow_id)
        )

    def any_of(self, *kinds: QuotaKind) -> tuple[Ceiling, ...]:
        """All ceilings of those kinds."""
        return tuple(one for one in self.ceilings if one.kind in kinds)

    def switch(self, namespace: str, flow_id: str) -> Switch | None:
        """The switch that stops a flow; one that refuses counts before one that lets wait."""
        found = [one for one in self.switches if one.covers(namespace, flow_id)]
        return min(
            found, key=lambda one: (one.starts is not Starts.REFUSE, one.since), default=None
        )

    @property
    def admission(self) -> bool:
        """Whether anything here bears on executions that want to begin."""
        counted = (QuotaKind.RUNNING_EXECUTIONS, QuotaKind.EXECUTIONS_PER_MINUTE)
        return bool(self.switches) or bool(self.any_of(*counted))


NO_LIMITS: Final = Limits()
Use = tuple[str, str, int]
"""Namespace, flow and how many of it."""


class Budget:
    """What is left below ceilings, given what is in use; what is taken counts at once."""

    def __init__(self, ceilings: Iterable[Ceiling], use: Iterable[Use]) -> None:
        self._ceilings = tuple(sorted(ceilings, key=lambda one: one.order))
        known = list(use)
        self._used = {
            one.id: sum(count for namespace, flow, count in known if one.covers(namespace, flow))
            for one in self._ceilings
        }

    def used(self, ceiling: Ceiling) -> int:
        """How much of a ceiling is in use."""
        return self._used[ceiling.id]

    def blocker(self, namespace: str, flow_id: str, size: int = 1) -> Ceiling | None:
        """The uppermost ceiling that has no room for so much more of a flow."""
        for one in self._ceilings:
            if self._used[one.id] + size > one.amount and one.covers(namespace, flow_id):
                return one
        return None

    def take(self, namespace: str, flow_id: str, size: int = 1) -> None:
        """So much more of a flow."""
        for one in self._ceilings:
            if one.covers(namespace, flow_id):
                self._used[one.id] += size

    def free(self, ceiling: Ceiling) -> int:
        """How many more fit below a ceiling."""
        return max(0, ceiling.amount - self._used[ceiling.id])
