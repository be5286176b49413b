"""Worker groups: made, changed and deleted, with the tokens of their remote workers.

Groups of the instance belong to its admins, those of a tenant to the tenant's. A tenant sees the
groups of the instance too, because its flows may name them.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from downbeat.common import clock
from downbeat.common.scope import tenant_scope
from executions.models import Worker, WorkerGroup, WorkerToken
from executions.runtime import assignment, queues, regrouping
from executions.services import worker_access, worker_sessions
from executions.services.worker_errors import (
    BadKey,
    DefaultStays,
    GroupExists,
    GroupMissing,
    GroupServed,
    TokenMissing,
    WorkerMissing,
)
from tenants import facade as tenants
from tenants import tokens
from tenants.access import can, require
from tenants.actors import Actor
from tenants.audit_words import Change

_KEY: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}")
DRAINING: Final = "DRAINING"
RUNNING: Final = "RUNNING"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who looks after groups, and of what: of the instance (``None``), or of one tenant."""

    actor: Actor
    tenant_id: UUID | None

    @property
    def may_change(self) -> bool:
        """Whether they may change groups and see their tokens, and not only look."""
        return self.tenant_id is None or can(self.actor, "tenant.edit")

    def require_change(self) -> None:
        """Raises Denied: a group belongs to the whole tenant, and so must the right."""
        if self.tenant_id is not None:
            require(self.actor, "tenant.edit")

    def record(self, change: Change) -> None:
        """Leaves an entry in the audit trail; inside the transaction of the change."""
        with tenant_scope(self.tenant_id or tenants.INSTANCE):
            tenants.record(self.actor, change)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token whose text is shown this one time."""

    row: WorkerToken
    text: str


def known_to(keeper: Keeper) -> QuerySet[WorkerGroup]:
    """The groups that may be seen: all, or those of the instance and the tenant's own."""
    rows = WorkerGroup.objects.order_by("queue")
    if keeper.tenant_id is None:
        return rows
    return rows.filter(Q(tenant_id=None) | Q(tenant_id=keeper.tenant_id))


def group_of(keeper: Keeper, id: str, *, own: bool) -> WorkerGroup:
    """The group of an id or a key; ``own``: one that the keeper may change."""
    rows = known_to(keeper)
    if own and keeper.tenant_id is not None:
        rows = rows.filter(tenant_id=keeper.tenant_id)
    known = _uuid(id)
    found = rows.filter(id=known).first() if known else None
    if found is None:
        named = rows.filter(key=id, tenant_id=keeper.tenant_id).first()
        found = named or rows.filter(key=id, tenant_id=None).first()
    if found is None:
        raise GroupMissing
    return found


def create_group(keeper: Keeper, key: str, description: str = "") -> WorkerGroup:
    """A new group; raises ``BadKey`` or ``GroupExists``. What waits under its key goes to it."""
    keeper.require_change()
    if not _KEY.fullmatch(key):
        raise BadKey(key=key)
    slug = tenants.tenant_slug(keeper.tenant_id) if keeper.tenant_id else None
    row = WorkerGroup(
        tenant_id=keeper.tenant_id,
        key=key,
        queue=f"{slug}/{key}" if slug else key,
        description=description,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            keeper.record(_change("created", row))
            if keeper.tenant_id is not None:
                regrouping.follow(keeper.tenant_id, key, row.queue)
    except IntegrityError:
        raise GroupExists(key=key) from None
    queues.forget()
    return row


def describe_group(keeper: Keeper, id: str, description: str) -> WorkerGroup:
    """Says something else about a group; its key never changes, because flows name it."""
    keeper.require_change()
    with transaction.atomic():
        row = group_of(keeper, id, own=True)
        row.description = description
        row.save(update_fields=["description", "updated_at"])
        keeper.record(_change("updated", row))
    return row


def delete_group(keeper: Keeper, id: str, *, force: bool) -> None:
    """Takes a group and its tokens away; its workers are refused from then on.

    What waits in its queue goes on waiting, or gives up as its task says.
    """
    keeper.require_change()
    with transaction.atomic():
        row = group_of(keeper, id, own=True)
        if row.queue == queues.DEFAULT:
            raise DefaultStays
        alive = workers_of(row).filter(stopped_at=None).count()
        if alive and not force:
            raise GroupServed(count=alive)
        keeper.record(_change("deleted", row))
        token_ids = list(row.tokens.values_list("id", flat=True))
        row.delete()
    queues.forget()
    _dismiss(token_ids)


def issue_token(
    keeper: Keeper, id: str, name: str, *, expires_at: datetime | None = None
) -> NewToken:
    """A new token of a group; its text is in the answer and nowhere else."""
    keeper.require_change()
    group = group_of(keeper, id, own=True)
    token = tokens.make(tokens.TokenKind.WORKER, secrets.choice)
    with transaction.atomic():
        row = WorkerToken.objects.create(
            group=group,
            name=name,
            lookup=token.lookup,
            digest=token.digest,
            expires_at=expires_at,
        )
        keeper.record(_token_change("created", row))
    return NewToken(row, token.text)


def revoke_token(keeper: Keeper, id: str, token_id: UUID, *, delete: bool) -> WorkerGroup:
    """Ends a token: its workers are refused, stop their tasks, and lose them to others in seconds."""
    keeper.require_change()
    group = group_of(keeper, id, own=True)
    with transaction.atomic():
        row = WorkerToken.objects.filter(id=token_id, group=group).first()
        if row is None:
            raise TokenMissing
        keeper.record(_token_change("deleted" if delete else "revoked", row))
        if delete:
            row.delete()
        else:
            WorkerToken.objects.filter(id=row.id, revoked_at=None).update(revoked_at=clock.now())
    _dismiss([token_id])
    return group


def _dismiss(token_ids: Iterable[UUID]) -> None:
    """Ends the sessions of tokens that are over. After the commit: from here on none can begin."""
    worker_access.forget_checked()
    rows = Worker.objects.filter(token_id__in=list(token_ids), stopped_at=None)
    for worker_id in rows.values_list("id", flat=True):
        worker_sessions.dismiss(worker_id)


def drain_worker(keeper: Keeper, id: str, worker_id: UUID, *, drain: bool) -> Worker:
    """Lets a worker finish what it runs and claim nothing more, or claim again."""
    keeper.require_change()
    group = group_of(keeper, id, own=True)
    before, after = (RUNNING, DRAINING) if drain else (DRAINING, RUNNING)
    with transaction.atomic():
        rows = workers_of(group).filter(id=worker_id, stopped_at=None)
        if not rows.exists():
            raise WorkerMissing
        if rows.filter(state=before).update(state=after):
            event = "drained" if drain else "resumed"
            keeper.record(Change.of("worker", event, worker_id, group=group.queue))
        assignment.tell(worker_id)
    return rows.get()


def subscribe(keeper: Keeper, id: str, namespace: str) -> WorkerGroup:
    """Lets a namespace's work run in a group."""
    group = group_of(keeper, id, own=False)
    tenants.subscribe_namespace(keeper.actor, namespace, group.key)
    return group


def unsubscribe(keeper: Keeper, namespace: str) -> None:
    """Lets a namespace's work run where its nearest ancestor's does."""
    tenants.subscribe_namespace(keeper.actor, namespace, None)


def workers_of(group: WorkerGroup) -> QuerySet[Worker]:
    """The workers of a group, the living first; those that went stay for a day."""
    return Worker.objects.filter(worker_group=group.queue).order_by("-stopped_at", "id")


def late_after() -> timedelta:
    """A worker without a heartbeat for so long is lost."""
    lease: timedelta = settings.DOWNBEAT.lease
    return lease * 2


def _change(event: str, row: WorkerGroup) -> Change:
    return Change.of("workergroup", event, row.id, key=row.key, description=row.description)


def _token_change(event: str, row: WorkerToken) -> Change:
    # The name of the field may not sound like a secret, or the trail hides it.
    return Change.of(
        "workergroup", f"key_{event}", row.group_id, id=row.id, name=row.name, until=row.expires_at
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
