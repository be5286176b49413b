"""Takes old revisions of a flow away."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from downbeat.common import events
from flows.contracts import RevisionsDeleting
from flows.models import Flow, FlowRevision
from flows.services.errors import RevisionCurrent, RevisionNotFound
from tenants.access import require
from tenants.actors import Actor


@transaction.atomic
def delete_revisions(row: Flow, numbers: Collection[int], *, actor: Actor) -> None:
    """Removes revisions for good; the current one stays, and those that an execution runs."""
    require(actor, "flow.delete", row.namespace_id)
    locked = Flow.objects.select_for_update().get(id=row.id)
    if locked.revision in numbers and not locked.deleted:
        raise RevisionCurrent(
            namespace=row.namespace, flow_id=row.flow_id, revision=locked.revision
        )
    rows = FlowRevision.objects.filter(flow_uid=row.id, revision__in=numbers)
    missing = sorted(set(numbers) - set(rows.values_list("revision", flat=True)))
    if missing:
        raise RevisionNotFound(
            namespace=row.namespace, flow_id=row.flow_id, revision=", ".join(map(str, missing))
        )
    events.emit(
        RevisionsDeleting(
            tenant_id=row.tenant_id,
            uid=row.id,
            namespace=row.namespace,
            flow_id=row.flow_id,
            revisions=tuple(sorted(numbers)),
        )
    )
    rows.delete()
