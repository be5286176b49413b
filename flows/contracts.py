"""Values that cross the border of the flows app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

if TYPE_CHECKING:
    from flows.spec.flow import Concurrency, FlowSpec


@dataclass(frozen=True, slots=True)
class RevisionRef:
    """One revision of a flow, parsed; ``disabled`` and ``deleted`` are the flow's facts now."""

    uid: UUID
    tenant_id: UUID
    namespace_id: UUID
    namespace: str
    flow_id: str
    revision: int
    spec: FlowSpec
    source: str
    disabled: bool
    deleted: bool


@dataclass(frozen=True, slots=True)
class FlowPublished:
    """A flow has a new current revision (or was switched on or off); same transaction."""

    tenant_id: UUID
    uid: UUID
    namespace_id: UUID
    namespace: str
    flow_id: str
    revision: int
    disabled: bool


@dataclass(frozen=True, slots=True)
class FlowDeleted:
    """A flow is gone; its triggers must go in the same transaction."""

    tenant_id: UUID
    uid: UUID
    namespace: str
    flow_id: str


@dataclass(frozen=True, slots=True)
class RevisionsDeleting:
    """Revisions of a flow are about to go; a subscriber that still needs one raises a Conflict."""

    tenant_id: UUID
    uid: UUID
    namespace: str
    flow_id: str
    revisions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LimitedFlow:
    """A flow with the concurrency limit of its current revision; None if that has none."""

    uid: UUID
    namespace_id: UUID
    namespace: str
    flow_id: str
    concurrency: Concurrency | None


@dataclass(frozen=True, slots=True)
class KeyValueRef:
    """A stored pair as readers see it."""

    namespace: str
    key: str
    value: Any
    kind: str
    revision: int
    description: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class FileRef:
    """A namespace file: where its content is."""

    path: str
    uri: str
    size: int
    revision: int
    directory: bool
    created_at: datetime


Conflict = Literal["OVERWRITE", "ERROR", "SKIP"]
"""What happens to a namespace file that is there already."""
Document = Mapping[str, Any]
