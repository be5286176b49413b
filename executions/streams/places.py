"""Which tenant an address of a stream names."""

from __future__ import annotations

from uuid import UUID

from asgiref.sync import sync_to_async

from downbeat.common.errors import NotFound
from tenants import facade as tenants


async def tenant_id_of(slug: str) -> UUID:
    """The tenant's id; ``NotFound`` if there is none."""
    found = await sync_to_async(tenants.tenant_of_slug, thread_sensitive=False)(slug)
    if found is None:
        raise NotFound("tenant")
    return found.id
