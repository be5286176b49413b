"""Internal storage: files of executions and namespaces, behind one small port.

    storage_for(tenant_id).put("company/data/daily/executions/0197…/out.csv", b"a,b")
    -> "downbeat:///company/data/daily/executions/0197…/out.csv"

An address is relative to its tenant: the same text names another file for another tenant, and no
text names a file of somebody else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from downbeat.common.storage.files import FileStorage
from downbeat.common.storage.paths import SCHEME, BadPath, clean, uri_of
from downbeat.common.storage.port import FileInfo, Missing, Storage

__all__ = [
    "SCHEME",
    "BadPath",
    "FileInfo",
    "FileStorage",
    "Missing",
    "Storage",
    "clean",
    "guard_with",
    "storage_for",
    "unguarded",
    "uri_of",
]


_guards: list[Callable[[UUID, Storage], Storage]] = []


def guard_with(guard: Callable[[UUID, Storage], Storage]) -> None:
    """From now on storages are handed out inside what the guard makes of them."""
    _guards[:] = [guard]
    storage_for.cache_clear()


@lru_cache(maxsize=1024)
def storage_for(tenant_id: UUID) -> Storage:
    """The storage of one tenant, in the place that the settings choose, within its quotas."""
    found = unguarded(tenant_id)
    for guard in _guards:
        found = guard(tenant_id, found)
    return found


def unguarded(tenant_id: UUID) -> Storage:
    """The same without its quotas, to measure what lies there."""
    chosen = settings.DOWNBEAT
    if chosen.storage_url is None:
        return FileStorage(chosen.storage_root, tenant_id)
    from downbeat.common.storage.s3 import S3Storage

    return S3Storage.of(chosen.storage_url, endpoint=chosen.storage_endpoint, tenant_id=tenant_id)
