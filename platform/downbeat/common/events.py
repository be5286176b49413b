"""News of what was committed, and hooks between apps inside one transaction.

`publish_on_commit` tells the live streams, after the commit, through NOTIFY: ids only, for the
readers fetch what they may see. `emit` calls the other apps' handlers at once, in the same
transaction: what they write is committed with the event, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

import orjson

from downbeat.common import notify
from downbeat.common.scope import current_tenant

STREAM_CHANNEL = "downbeat_stream"
# PostgreSQL refuses payloads of 8,000 bytes and more.
LIMIT_BYTES = 7_900


class TooLarge(ValueError):
    """A stream event carries ids, not contents."""


@dataclass(frozen=True)
class StreamEvent:
    """What a live stream is told."""

    tenant: UUID
    topic: str
    type: str
    data: Mapping[str, object]
    seq: int | None = None

    def encode(self) -> str:
        """The payload of the notification; raises TooLarge when it holds more than ids."""
        body = {"tenant": self.tenant, "topic": self.topic, "type": self.type, "data": self.data}
        if self.seq is not None:
            body["seq"] = self.seq
        payload = orjson.dumps(body)
        if len(payload) > LIMIT_BYTES:
            raise TooLarge(f"{self.type} on {self.topic} has {len(payload)} bytes")
        return payload.decode()

    @classmethod
    def decode(cls, payload: str) -> StreamEvent:
        """Reads a notification back."""
        body = orjson.loads(payload)
        return cls(UUID(body["tenant"]), body["topic"], body["type"], body["data"], body.get("seq"))


def publish_on_commit(
    topic: str,
    type: str,
    data: Mapping[str, object],
    *,
    seq: int | None = None,
    using: str = "default",
) -> None:
    """Tells the subscribers of a topic of the current tenant, once this transaction is committed.

    Lost when the process dies between commit and notification: streams number their events and
    poll slowly, so a gap is found.
    """
    event = StreamEvent(current_tenant(), topic, type, data, seq)
    notify.on_commit(STREAM_CHANNEL, event.encode(), using=using)


class Event(Protocol):
    """A frozen value that one app emits and others take."""


E = TypeVar("E")
_handlers: dict[type[object], list[Callable[[object], None]]] = {}


def subscribe(event_type: type[E], handler: Callable[[E], None]) -> None:
    """Calls the handler for each emitted event of exactly that class. Subscribe in `ready()`."""
    handlers = _handlers.setdefault(event_type, [])

    def adapted(event: object, call: Callable[[E], None] = handler) -> None:
        call(event)  # type: ignore[arg-type]

    adapted.__wrapped__ = handler  # type: ignore[attr-defined]
    if all(known.__wrapped__ is not handler for known in handlers):  # type: ignore[attr-defined]
        handlers.append(adapted)


def emit(event: object) -> None:
    """Calls every subscriber, in order, in this transaction. What a handler raises undoes it all."""
    for handler in tuple(_handlers.get(type(event), ())):
        handler(event)
