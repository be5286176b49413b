"""What namespaces keep in this app goes with them when they move: files and pairs, never flows."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from downbeat.common.scope import current_tenant
from downbeat.common.storage import storage_for
from flows.models import Flow, KeyValue, NamespaceFile
from flows.services.errors import NamespaceInUse
from flows.services.files import folder_of
from tenants.contracts import NamespaceMoving


def follow(event: NamespaceMoving) -> None:
    """Writes the new paths down; raises NamespaceInUse where a flow lives.

    A flow says in its source where it lives, and its id and namespace never change.
    """
    for namespace_id, old in event.places.items():
        flows = Flow.objects.filter(namespace_id=namespace_id)
        if count := flows.filter(deleted=False).count():
            raise NamespaceInUse(namespace=old, count=count)
        flows.update(namespace=event.moves[old])
        KeyValue.objects.filter(namespace_id=namespace_id).update(namespace=event.moves[old])
        _move_files(namespace_id, old, event.moves[old])


def _move_files(namespace_id: UUID, old: str, new: str) -> None:
    """The files lie below the new path too; what lay below the old one goes when this is committed.

    Otherwise a namespace that is made at the old path would share what it may write and delete.
    """
    storage, before, after = storage_for(current_tenant()), folder_of(old), folder_of(new)
    rows = NamespaceFile.objects.filter(namespace_id=namespace_id)
    moved: set[str] = set()
    for row in rows.exclude(uri="").filter(uri__startswith=before):
        target = after + row.uri[len(before) :]
        if row.uri not in moved:
            with storage.open(row.uri) as content:
                storage.put(target, content)
            moved.add(row.uri)
        NamespaceFile.objects.filter(id=row.id).update(uri=target)
    rows.update(namespace=new)
    transaction.on_commit(lambda: [storage.delete(uri) for uri in sorted(moved)])
