"""Follows an execution and those that it leads to, or that led to it.

Relatives share a correlation id; who led to whom is read off their parents and triggers. The
stream ends when all of them have ended and none has been added for a moment: what an end starts
is started shortly after it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, quote

import orjson

from executions.selectors.states import TERMINAL
from executions.streams import inside
from executions.streams.inside import Answer
from executions.streams.sse import Receive, Scope, Send, Source, follow, sse_event

CORRELATION: Final = "system.correlationId"
LOOK_SECONDS: Final = 1.0
"""Relatives tell of themselves on topics of their own; they are looked at instead."""
SETTLED_SECONDS: Final = 2.0
MOST: Final = 1_000


async def follow_relatives(scope: Scope, receive: Receive, send: Send) -> None:
    """Every change of state of an execution and its relatives; ends when all have ended.

    ``destinationOnly`` leaves out those that led to it, ``expandAll`` follows relatives of
    relatives.
    """
    facts = scope["url_route"]["kwargs"]
    path = f"/api/v1/{facts['tenant']}/executions/{facts['pk']}"
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    family = Family(
        str(facts["pk"]),
        facts["tenant"],
        destination_only=_set(asked, "destinationOnly"),
        expand_all=_set(asked, "expandAll"),
    )
    source = Source(path, f"execution:{facts['pk']}", family.read, floor=LOOK_SECONDS)
    await follow(scope, receive, send, source)


def _set(asked: dict[str, list[str]], name: str) -> bool:
    return asked.get(name, [""])[-1].lower() in ("true", "1")


@dataclass(slots=True)
class Family:
    """An execution with its relatives, as far as a stream has told of them."""

    id: str
    tenant: str
    destination_only: bool
    expand_all: bool
    told: dict[str, str] = field(default_factory=dict)
    quiet_since: float = field(default_factory=time.monotonic)

    async def read(
        self, scope: Scope, path: str, cursor: int
    ) -> tuple[Answer, list[bytes], int, bool]:
        """One event for each relative whose state is news."""
        own = await inside.get(scope, path)
        if not own.ok:
            return own, [], cursor, True
        shown = own.json()
        found = {item["id"]: item for item in await self._relatives(scope, shown)}
        found[self.id] = shown
        members = [found[id] for id in self.members(found)]
        events = [self._event(item) for item in members if self._is_news(item)]
        if events:
            self.quiet_since = time.monotonic()
        live = any(item["state"]["current"] not in TERMINAL for item in members)
        settled = time.monotonic() - self.quiet_since >= SETTLED_SECONDS
        return own, events, cursor, settled and not live

    def members(self, found: dict[str, Any]) -> list[str]:
        """The execution itself and those that count as its relatives, oldest first."""
        links = list(_links(found))
        reached, pending = {self.id}, [self.id]
        while pending:
            here = pending.pop()
            for source, target in links:
                back = target == here and not self.destination_only
                other = target if source == here else source if back else here
                if other not in reached:
                    reached.add(other)
                    pending += [other] if self.expand_all else []
        return sorted(reached)

    async def _relatives(self, scope: Scope, shown: dict[str, Any]) -> list[dict[str, Any]]:
        labels = {item["key"]: item["value"] for item in shown.get("labels") or ()}
        mark = quote(labels.get(CORRELATION, self.id), safe="")
        query = f"size={MOST}&sort=id:asc&filters[labels][EQUALS][{CORRELATION}]={mark}"
        answer = await inside.get(scope, f"/api/v1/{self.tenant}/executions/search", query)
        found: list[dict[str, Any]] = answer.json()["results"] if answer.ok else []
        return found

    def _is_news(self, item: dict[str, Any]) -> bool:
        state = item["state"]["current"]
        if self.told.get(item["id"]) == state:
            return False
        self.told[item["id"]] = state
        return True

    def _event(self, item: dict[str, Any]) -> bytes:
        body = {
            "executionId": item["id"],
            "tenantId": self.tenant,
            "namespace": item["namespace"],
            "flowId": item["flowId"],
            "state": item["state"],
        }
        return sse_event("progress", orjson.dumps(body))


def _links(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Who led to whom, as pairs of ids that are known."""
    for item in found.values():
        variables = (item.get("trigger") or {}).get("variables") or {}
        for source in {item.get("parentId"), variables.get("executionId")}:
            if source in found and source != item["id"]:
                yield str(source), item["id"]
