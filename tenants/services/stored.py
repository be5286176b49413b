"""Quotas of bytes in storage: nothing is kept that does not fit.

Theory of operation. For a place with such a quota a row says how many bytes lie there: measured by
walking the files when the first write asks, and once in a while again, because storage is outside
of every transaction. A write reserves its bytes in that row before the first of them is stored, in
a transaction of its own, so writers of all processes reserve one after the other; what fails gives
its bytes back. A crash, or a transaction around it that is undone, leaves the row wrong by the files
that were under way, until it is measured again.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast
from uuid import UUID

from django.db import connections, transaction

from downbeat.common import storage
from downbeat.common.scope import tenant_scope
from downbeat.common.storage.port import FileInfo, Storage
from tenants.ceilings import Ceiling, QuotaKind
from tenants.errors import StorageFull
from tenants.models import StorageUse
from tenants.selectors.limits import limits_of

_KNOWN: Final = """
insert into tenants_storageuse (id, tenant_id, namespace, used, measured_at)
values (gen_random_uuid(), %s, %s, %s, now()) on conflict (tenant_id, namespace) do nothing
"""
_ADD: Final = """
update tenants_storageuse set used = greatest(0, used + %(change)s)
 where tenant_id = %(tenant)s and namespace = %(namespace)s
   and (%(most)s < 0 or %(change)s <= 0 or used + %(change)s <= %(most)s)
returning used
"""
UNBOUNDED: Final = -1
CHUNK: Final = 1024 * 1024
IN_MEMORY: Final = 8 * CHUNK


def install() -> None:
    """From now on every write to storage asks for its bytes first."""
    storage.guard_with(_guarded)


def stored_bytes(namespace: str) -> int | None:
    """What is known to lie below a place; None before anybody has measured. Inside the scope."""
    rows = StorageUse.objects.filter(namespace=namespace)
    return rows.values_list("used", flat=True).first()


def remeasure(tenant_id: UUID) -> None:
    """Measures every place of a tenant that has a quota anew."""
    ceilings = limits_of(tenant_id).any_of(QuotaKind.STORAGE_BYTES)
    with tenant_scope(tenant_id):
        StorageUse.objects.exclude(namespace__in=[one.namespace for one in ceilings]).delete()
    for one in ceilings:
        measured = _measured(storage.unguarded(tenant_id), one.namespace)
        with tenant_scope(tenant_id):
            StorageUse.objects.filter(namespace=one.namespace).delete()
            _run(_KNOWN, [tenant_id, one.namespace, measured])


@dataclass(frozen=True)
class _Guarded:
    """A tenant's storage whose writes are bounded; everything else is the storage's own."""

    tenant_id: UUID
    inner: Storage

    def put(self, path: str, content: bytes | BinaryIO) -> str:
        """Stores the file if it fits; raises ``StorageFull`` before a byte is kept."""
        inside = storage.clean(path)
        ceilings = self._ceilings(inside)
        if not ceilings:
            return self.inner.put(path, content)
        size, body = _sized(content)
        before = self.inner.size(inside) if self.inner.exists(inside) else 0
        self._reserve(ceilings, size - before)
        try:
            return self.inner.put(path, body)
        except BaseException:
            self._give_back(ceilings, size - before)
            raise

    def delete(self, path: str) -> bool:
        """Removes a file and frees its bytes."""
        inside = storage.clean(path)
        ceilings = self._ceilings(inside)
        size = self.inner.size(inside) if ceilings and self.inner.exists(inside) else 0
        gone = self.inner.delete(path)
        if gone and ceilings:
            self._give_back(ceilings, size)
        return gone

    def delete_prefix(self, prefix: str) -> int:
        """Removes a folder; what it freed is measured before the next write."""
        with tenant_scope(self.tenant_id):
            bounded = StorageUse.objects.exists()
        count = self.inner.delete_prefix(prefix)
        if bounded and count:
            with tenant_scope(self.tenant_id):
                StorageUse.objects.all().delete()
        return count

    def open(self, path: str) -> BinaryIO:
        """As the storage."""
        return self.inner.open(path)

    def info(self, path: str) -> FileInfo:
        """As the storage."""
        return self.inner.info(path)

    def size(self, path: str) -> int:
        """As the storage."""
        return self.inner.size(path)

    def exists(self, path: str) -> bool:
        """As the storage."""
        return self.inner.exists(path)

    def list(self, prefix: str) -> Iterator[FileInfo]:
        """As the storage."""
        return self.inner.list(prefix)

    def _ceilings(self, inside: str) -> Sequence[Ceiling]:
        """The quotas over a file; its folder is its namespace's."""
        found = limits_of(self.tenant_id).any_of(QuotaKind.STORAGE_BYTES)
        return [one for one in found if _below(one.namespace, inside)]

    def _reserve(self, ceilings: Sequence[Ceiling], size: int) -> None:
        for one in ceilings:
            with tenant_scope(self.tenant_id):
                known = stored_bytes(one.namespace)
            if known is None:
                measured = _measured(self.inner, one.namespace)
                with tenant_scope(self.tenant_id):
                    _run(_KNOWN, [self.tenant_id, one.namespace, measured])
        # All or none: who is refused further down has reserved nothing further up.
        with tenant_scope(self.tenant_id), transaction.atomic():
            for one in sorted(ceilings, key=lambda ceiling: ceiling.order):
                if self._add(one, size, one.amount) is None:
                    used = stored_bytes(one.namespace) or 0
                    quota = one.text[:1].upper() + one.text[1:]
                    raise StorageFull(quota=quota, used=used, size=size)

    def _give_back(self, ceilings: Sequence[Ceiling], size: int) -> None:
        with tenant_scope(self.tenant_id):
            for one in sorted(ceilings, key=lambda ceiling: ceiling.order):
                self._add(one, -size, UNBOUNDED)

    def _add(self, ceiling: Ceiling, change: int, most: int) -> int | None:
        facts: dict[str, Any] = {
            "tenant": self.tenant_id,
            "namespace": ceiling.namespace,
            "change": change,
            "most": most,
        }
        return _run(_ADD, facts)


def _guarded(tenant_id: UUID, inner: Storage) -> Storage:
    return _Guarded(tenant_id, inner)


def _run(statement: str, facts: Any) -> int | None:
    with connections["default"].cursor() as cursor:
        cursor.execute(statement, facts)
        found = cursor.fetchone() if cursor.description else None
        return None if found is None else int(found[0])


def _measured(files: Storage, namespace: str) -> int:
    return sum(file.size for file in files.list(namespace.replace(".", "/")))


def _below(namespace: str, inside: str) -> bool:
    return not namespace or inside.startswith(f"{namespace.replace('.', '/')}/")


def _sized(content: bytes | BinaryIO) -> tuple[int, bytes | BinaryIO]:
    """How long a content is, and the content; a stream without an end is read to one."""
    if isinstance(content, bytes):
        return len(content), content
    if content.seekable():
        here = content.tell()
        size = content.seek(0, os.SEEK_END) - here
        content.seek(here)
        return size, content
    body = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the storage reads it
    shutil.copyfileobj(content, body, CHUNK)
    size = body.tell()
    body.seek(0)
    return size, cast(BinaryIO, body)
