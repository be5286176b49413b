"""The two-person rule: what one person asks for, another one has seen and agreed to.

What is agreed to is named by a digest of all of it, which is computed here from what the other
person is shown. It is good once, within a day, and for exactly that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db.models import QuerySet
from django.db.models.functions import Now

from downbeat.common.errors import NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require, visible
from tenants.actors import Actor, ActorKind
from tenants.audit_words import Change
from tenants.life_errors import (
    ApprovalDecided,
    ApprovalOfOneself,
)
from tenants.models import Approval
from tenants.services import audit

GOOD_FOR: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Asked:
    """What somebody wants to do: SAVE a source, or START a flow with inputs and labels."""

    kind: str
    namespace_id: UUID
    namespace: str
    flow_id: str
    subject: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """What stands for exactly this."""
        told = [self.kind, str(self.namespace_id), self.flow_id, dict(self.subject)]
        content = orjson.dumps(told, option=orjson.OPT_SORT_KEYS, default=str)
        return hashlib.sha256(content).hexdigest()


def request_approval(actor: Actor, asked: Asked, note: str) -> Approval:
    """Asks another person; asked again before it is decided, the first request stands."""
    with tenant_scope(current_tenant()):
        same = _good(asked.digest).filter(state="PENDING", requested_by=actor.id)
        waiting = same.select_related("namespace").first()
        if waiting is not None:
            return waiting
        row = Approval.objects.create(
            namespace_id=asked.namespace_id,
            kind=asked.kind,
            flow_id=asked.flow_id,
            digest=asked.digest,
            subject=dict(asked.subject),
            note=note[:2000],
            requested_by=actor.id,
            requested_name=actor.name[:300],
            expires_at=Now() + GOOD_FOR,
        )
        _record(actor, row, "requested", asked.namespace)
        return Approval.objects.select_related("namespace").get(id=row.id)


def decide(actor: Actor, id: UUID, *, approve: bool, note: str = "") -> Approval:
    """Agrees or refuses; a person other than the one who asked, and nobody twice."""
    with tenant_scope(current_tenant()):
        row = seen_approvals(actor).select_for_update(of=("self",)).filter(id=id).first()
        if row is None:
            raise NotFound("approval")
        require(actor, "policy.approve", row.namespace_id)
        if actor.kind is not ActorKind.USER or actor.id is None or actor.id == row.requested_by:
            raise ApprovalOfOneself
        state = "APPROVED" if approve else "REJECTED"
        moved = _good(row.digest).filter(id=row.id, state="PENDING").update(
            state=state,
            decided_by=actor.id,
            decided_name=actor.name[:300],
            decided_at=Now(),
            expires_at=Now() + GOOD_FOR,
        )  # fmt: skip
        if not moved:
            raise ApprovalDecided(state=row.state)
        _record(actor, row, state.lower(), row.namespace.path, note=note)
    with tenant_scope(current_tenant()):
        return Approval.objects.select_related("namespace").get(id=id)


def spend(asked: Asked) -> bool:
    """Uses up an agreement to exactly this; whether there was one. In the caller's transaction."""
    found = _good(asked.digest).filter(state="APPROVED").order_by("created_at")
    row = found.select_for_update(skip_locked=True).first()
    if row is None:
        return False
    return bool(Approval.objects.filter(id=row.id, state="APPROVED").update(
        state="USED", used_at=Now()
    ))  # fmt: skip


def seen_approvals(actor: Actor) -> QuerySet[Approval]:
    """Requests of the namespaces that the actor may look into; call inside the scope."""
    rows = Approval.objects.select_related("namespace")
    return visible(actor, "policy.view", rows)


def approval_shown(row: Approval) -> dict[str, Any]:
    """A request, with what is asked."""
    return {
        "id": row.id,
        "kind": row.kind,
        "namespace": row.namespace.path,
        "flowId": row.flow_id,
        "subject": row.subject,
        "note": row.note,
        "state": row.state,
        "requestedBy": row.requested_name,
        "decidedBy": row.decided_name or None,
        "decidedAt": row.decided_at,
        "expiresAt": row.expires_at,
        "createdAt": row.created_at,
    }


def _good(digest: str) -> QuerySet[Approval]:
    return Approval.objects.filter(digest=digest, expires_at__gt=Now())


def _record(actor: Actor, row: Approval, event: str, namespace: str, note: str = "") -> None:
    change = Change.of("policy", f"approval {event}", row.id, namespace=namespace)
    told = {"kind": row.kind, "flow": row.flow_id, "digest": row.digest[:16], "note": note}
    audit.record(actor, change, after={**told, "requestedBy": row.requested_name})
