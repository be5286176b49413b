"""Clears namespaces out: files that globs name, revisions and pairs that nobody needs any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from functools import partial
from itertools import groupby

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from downbeat.common.scope import current_tenant
from downbeat.common.storage import storage_for
from flows.models import KeyValue, NamespaceFile
from flows.selectors.files import matching
from flows.selectors.keyvalues import STATES
from tenants.contracts import NamespaceRef

BATCH = 1_000


@transaction.atomic
def delete_files(
    namespace: NamespaceRef, globs: Sequence[str], *, empty_folders: bool = False
) -> list[str]:
    """Takes away the files that globs match (none without a glob); returns their paths.

    With ``empty_folders``, folders above them go too once nothing is left in them.
    """
    found = [file.path for file in matching(namespace.path, globs)] if globs else []
    _current(namespace).filter(path__in=found).update(current=False)
    if empty_folders:
        for folder in _folders_above(found):
            if not _current(namespace).filter(path__startswith=f"{folder}/").exists():
                _current(namespace).filter(path=folder).update(current=False)
    return found


def _current(namespace: NamespaceRef) -> QuerySet[NamespaceFile]:
    return NamespaceFile.objects.filter(namespace=namespace.path, current=True)


def _folders_above(paths: Iterable[str]) -> list[str]:
    """Every folder above the paths, the deepest first."""
    found = {path[:at] for path in paths for at, sign in enumerate(path) if sign == "/" and at}
    return sorted(found, key=lambda folder: -folder.count("/"))


@transaction.atomic
def purge_revisions(
    namespace: NamespaceRef,
    globs: Sequence[str] = (),
    *,
    keep: int | None = None,
    before: datetime | None = None,
) -> int:
    """Removes revisions that readers do not see: all but the newest ``keep``, or older ones.

    Of a file that is there, its current revision always stays. Content goes after the commit, and
    only when no other revision (of a file that was moved) has it too. Returns how many went.
    """
    rows = NamespaceFile.objects.filter(namespace=namespace.path, directory=False)
    rows = rows.select_for_update().order_by("path", "-revision")
    gone: list[NamespaceFile] = []
    for _, revisions in groupby(_matching(rows.iterator(BATCH), globs), key=lambda row: row.path):
        for place, row in enumerate(revisions):
            old = before is None or row.created_at < before
            if not row.current and old and (keep is None or place >= keep):
                gone.append(row)
    NamespaceFile.objects.filter(id__in=[row.id for row in gone]).delete()
    _drop_content({row.uri for row in gone if row.uri})
    return len(gone)


def _matching(rows: Iterable[NamespaceFile], globs: Sequence[str]) -> Iterable[NamespaceFile]:
    wanted = ["/" + glob.lstrip("/") for glob in globs]
    return (row for row in rows if not wanted or any(fnmatchcase(row.path, g) for g in wanted))


def _drop_content(uris: set[str]) -> None:
    kept = NamespaceFile.objects.filter(uri__in=uris).values_list("uri", flat=True)
    delete: Callable[[str], bool] = storage_for(current_tenant()).delete
    for uri in sorted(uris.difference(kept)):
        transaction.on_commit(partial(delete, uri))


@transaction.atomic
def purge_pairs(
    namespace: NamespaceRef, key_pattern: str | None = None, *, expired_only: bool = True
) -> int:
    """Removes pairs that have expired (or all) whose keys match a glob; returns how many went."""
    rows = KeyValue.objects.filter(~Q(key__startswith=STATES), namespace=namespace.path)
    if expired_only:
        rows = rows.filter(expires_at__lte=Now())
    keys = rows.values_list("key", flat=True)
    chosen = [key for key in keys if key_pattern is None or fnmatchcase(key, key_pattern)]
    return rows.filter(key__in=chosen).delete()[0]
