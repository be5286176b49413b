"""The shapes of answers about the audit trail, kill switches and maintenance, as OpenAPI shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from downbeat.common.api.operations import OpenShape, Shape


class AuditDetail(OpenShape):
    """What an entry is about; further facts depend on its type."""

    type: str
    resource: str
    resource_type: str
    id: str
    namespace: str | None


class AuditLog(Shape):
    """An entry of the trail; `seq` and `hash` are its place in the chain."""

    id: UUID
    tenant_id: UUID
    type: str
    action: str
    resource: str
    detail: AuditDetail
    date: datetime
    user_id: UUID | None
    username: str
    token_id: UUID | None
    super_admin: bool
    ip_address: str | None
    user_agent: str | None
    before: Any
    after: Any
    applied_patch: list[dict[str, Any]]
    revert_patch: list[dict[str, Any]]
    seq: int | None
    hash: str | None


class AuditUser(Shape):
    """Who did it, as they were called then."""

    id: UUID | None
    type: str
    username: str
    name: str
    super_admin: bool


class AuditItem(Shape):
    """An entry with who did it."""

    audit_log: AuditLog
    user: AuditUser


class AuditOption(Shape):
    """An entry in the history of an object."""

    id: UUID
    date: datetime
    username: str
    action: str


class AuditDiff(Shape):
    """An object before and after, as texts that can be compared line by line."""

    before: str
    after: str


class AuditFinding(Shape):
    """What is wrong with the chain, and at which link."""

    seq: int
    what: str


class AuditVerdict(Shape):
    """Whether the trail is as it was written; `head` is what to write down elsewhere."""

    checked: int
    intact: bool
    seq: int
    head: str
    findings: list[AuditFinding]


class AuditStream(Shape):
    """Where a trail is sent, how far that is, and what stands in its way; no secret."""

    id: UUID
    name: str
    kind: str
    config: dict[str, Any]
    enabled: bool
    seq: int
    lag: int
    failures: int
    error: str | None
    next_at: datetime | None
    delivered_at: datetime | None
    dead_letters: int
    created_at: datetime


class NewAuditStream(AuditStream):
    """A stream that was just made; the secret of a webhook is shown this once."""

    secret: str | None = None


class AuditStreams(Shape):
    """All streams of a trail."""

    results: list[AuditStream]


class AuditDeadLetter(Shape):
    """Entries that a receiver refused for good."""

    id: UUID
    first: int
    last: int
    error: str
    created_at: datetime


class AuditDeadLetters(Shape):
    """What a stream could not deliver, the oldest first."""

    results: list[AuditDeadLetter]


class AuditTaken(Shape):
    """The receiver took it."""

    taken: bool


class KillSwitch(Shape):
    """A kill switch; `evaluationType` says `starts` and `running` in one word."""

    id: UUID
    name: str
    tenant_id: str | None
    namespace: str | None
    flow_id: str | None
    description: str
    starts: str
    running: str
    evaluation_type: str
    enabled: bool
    active: bool
    maintenance: bool
    by: str
    start_date: datetime
    end_date: datetime | None
    deleted: bool


class Maintenance(Shape):
    """Whether there is maintenance; the rest is said while there is."""

    maintenance: bool
    ready: bool
    message: str | None = None
    by: str | None = None
    since: datetime | None = None
    until: datetime | None = None


SHAPES: Final = (
    AuditItem,
    AuditOption,
    AuditDiff,
    AuditVerdict,
    AuditStream,
    NewAuditStream,
    AuditStreams,
    AuditDeadLetters,
    AuditTaken,
    KillSwitch,
    Maintenance,
)
PAGES: Final = ("AuditItem", "KillSwitch")
