"""Keeps the paths that namespaces have left for them, as long as anything from before bears one.

Otherwise whoever made a namespace of the old name would be taken for its former owner: files carry
the path in their address, and what was sealed names it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from uuid import UUID

from downbeat.common import clock, events
from downbeat.common.scope import current_tenant, tenant_scope
from downbeat.common.storage import storage_for
from tenants.access import can
from tenants.actors import Actor
from tenants.contracts import FormerPathEnding
from tenants.life_errors import PathBorne, PathReserved
from tenants.models import FormerPath
from tenants.selectors.former_paths import former_places

log = logging.getLogger(__name__)


def remember(places: Mapping[UUID, str], moves: Mapping[str, str]) -> None:
    """Keeps the old paths for the namespaces that leave them; a path that one returns to is its own."""
    FormerPath.objects.filter(namespace_id__in=list(places), path__in=moves.values()).delete()
    now = clock.now()
    rows = [FormerPath(path=path, namespace_id=id, moved_at=now) for id, path in places.items()]
    FormerPath.objects.bulk_create(rows)


def refuse_reserved(actor: Actor, paths: Iterable[str], *, own: Iterable[UUID] = ()) -> None:
    """Raises PathReserved for a path that another namespace has left and that still bears its name.

    One that nothing bears any more is free from here on. ``own`` are namespaces that may come back.
    """
    kept = FormerPath.objects.filter(path__in=list(paths)).exclude(namespace_id__in=list(own))
    for row in kept.select_related("namespace").order_by("path"):
        if not _ended(row):
            there = row.namespace
            seen = there is not None and can(actor, "namespace.view", there.id)
            to = f" to {there.path}" if there is not None and seen else ""
            raise PathReserved(path=row.path, to=to)


def free_former_paths() -> int:
    """Frees the paths that nothing bears any more, of all tenants; returns how many."""
    freed = 0
    for tenant_id, id in former_places():
        with tenant_scope(tenant_id):
            row = FormerPath.objects.select_for_update(skip_locked=True).filter(id=id).first()
            freed += row is not None and _ended(row)
    return freed


def _ended(row: FormerPath) -> bool:
    """Whether nothing bears the path any more; then it is free."""
    try:
        events.emit(FormerPathEnding(current_tenant(), row.namespace_id, row.path, row.moved_at))
        _refuse_with_files(row.path)
    except PathBorne:
        return False
    FormerPath.objects.filter(id=row.id).delete()
    return True


def _refuse_with_files(path: str) -> None:
    """Storage may be another machine, and its errors are of many kinds: then nobody knows."""
    try:
        files = storage_for(current_tenant()).list(path.replace(".", "/"))
        found = next(iter(files), None) is not None
    except Exception as problem:
        log.warning("what lies below %s could not be seen: %s", path, problem)
        found = True
    if found:
        raise PathBorne(path=path)
