"""Internal storage: files of executions and namespaces, behind one small port.

    storage_for(tenant_id).put("company/data/daily/executions/0197…/out.csv", b"a,b")
    -> "downbeat:///company/data/daily/executions/0197…/out.csv"

An address is relative to its tenant: the same text names another file for another tenant, and no
text names a file of somebody else.
"""

from __future__ import annotations

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
    "storage_for",
    "uri_of",
]


@lru_cache(maxsize=1024)
def storage_for(tenant_id: UUID) -> Storage:
    """The storage of one tenant, in the place that the settings choose."""
    chosen = settings.DOWNBEAT
    if chosen.storage_url is None:
        return FileStorage(chosen.storage_root, tenant_id)
    from downbeat.common.storage.s3 import S3Storage

    return S3Storage.of(chosen.storage_url, endpoint=chosen.storage_endpoint, tenant_id=tenant_id)
