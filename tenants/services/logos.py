"""The logo of a tenant: rebuilt, kept beside the tenant's rows, and gone with them."""

from __future__ import annotations

import hashlib

from downbeat.common.scope import tenant_scope
from tenants.access import require
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.contracts import TenantRef
from tenants.life_errors import (
    BadPicture,
)
from tenants.models import TenantLogo
from tenants.pictures import BadPictureError, Picture, rebuilt
from tenants.services import audit


def set_logo(actor: Actor, tenant: TenantRef, content: bytes | None) -> Picture | None:
    """The tenant's picture from here on; None takes it away. Raises BadPicture."""
    try:
        picture = rebuilt(content) if content else None
    except BadPictureError as problem:
        raise BadPicture(reason=problem) from None
    with tenant_scope(tenant.id):
        if not actor.instance_admin:
            require(actor, "tenant.edit")
        old = TenantLogo.objects.select_for_update().first()
        if old is not None:
            old.delete()
        if picture is not None:
            _stored(picture)
        change = Change.of("tenant", "logo changed", tenant.slug)
        before = {"logo": old.digest} if old else None
        audit.record(actor, change, before=before, after=_state(picture))
    return picture


def logo_of(tenant: TenantRef) -> TenantLogo | None:
    """The picture of a tenant."""
    with tenant_scope(tenant.id):
        return TenantLogo.objects.first()


def logo_digest(tenant: TenantRef) -> str | None:
    """What tells the picture of a tenant from another one; None without one."""
    with tenant_scope(tenant.id):
        return TenantLogo.objects.values_list("digest", flat=True).first()


def _stored(picture: Picture) -> None:
    TenantLogo.objects.create(
        type=picture.type,
        content=picture.content,
        digest=digest_of(picture),
        width=picture.width,
        height=picture.height,
    )


def digest_of(picture: Picture) -> str:
    """What tells two pictures apart; a part of its address, so that browsers may keep it."""
    return hashlib.sha256(picture.content).hexdigest()


def _state(picture: Picture | None) -> dict[str, object] | None:
    if picture is None:
        return None
    size = f"{picture.width}x{picture.height}"
    return {"logo": digest_of(picture), "type": picture.type, "size": size}
