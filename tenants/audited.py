"""Requests as the audit trail sees them: what they ask for, where they come from, what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, Final
from uuid import UUID

from rest_framework.exceptions import APIException
from rest_framework.request import Request

from downbeat.common.errors import Denied, NotFound
from tenants.actors import Actor
from tenants.audit_words import Change, Type
from tenants.authentication import client_address
from tenants.policy import KNOWN
from tenants.services import audit
from tenants.services.audit_budget import once_in_a_while

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Executions are the record of who started them; an entry for each would double the work of a start.
UNRECORDED: Final = frozenset({"execution.create"})
# Bodies that name objects. Others may hold anything, secrets included.
_NAMED_BY: Final = ("execution", "trigger", "flow", "log")
_NAMES: Final = frozenset({"id", "namespace", "flowId", "triggerId", "executionId", "disabled"})


def origin_of(request: Request) -> audit.Origin:
    """Where a request comes from."""
    return audit.Origin(client_address(request.META), request.META.get("HTTP_USER_AGENT", ""))


def follow(
    entered: ExitStack,
    actor: Actor,
    request: Request,
    permission: str,
    named: Mapping[str, object],
) -> None:
    """Spreads the net under a request that may change something."""
    if not changes(request, permission) or permission in UNRECORDED:
        return
    change = _asked(request, permission, named)
    entered.enter_context(audit.following(audit.Trail(actor, change)))


def changes(request: Request, permission: str) -> bool:
    """Whether a request may change something."""
    return (request.method or "") not in SAFE and not permission.endswith(".view")


def entered_as_super_admin(actor: Actor, tenant_id: UUID, slug: str) -> None:
    """Records that somebody works in a tenant that they do not belong to, once in a while."""
    if actor.super_admin and slug not in actor.tenants and once_in_a_while(actor.id, tenant_id):
        change = Change(Type.ENTER, "tenant.entered", "TENANT", slug)
        audit.refused(tenant_id, actor, change)


def refusal(
    error: Exception,
    request: Request,
    actor: Actor,
    tenant_id: UUID | None,
    named: Mapping[str, object],
) -> None:
    """Records a refusal: a right that was missing, or a tenant that somebody does not belong to."""
    needs = _missing(error, in_tenant=tenant_id is not None)
    if needs is None:
        return
    # Somebody who gives away what they lack may lack any number of permissions.
    entering = isinstance(error, NotFound) and needs not in KNOWN
    code = "tenant.enter" if entering else str(getattr(error, "code", "denied"))
    permission = needs if needs in KNOWN else code
    asked = _asked(request, permission, named).denied()
    audit.refused(tenant_id or audit.INSTANCE, actor, asked.noting(needs=needs))


def _missing(error: Exception, *, in_tenant: bool) -> str | None:
    if isinstance(error, Denied):
        return str(error.facts.get("permission") or error.facts.get("missing") or "")
    if isinstance(error, NotFound):
        permission = error.facts.get("permission")
        return str(permission) if permission else None if in_tenant else "tenant.enter"
    return None


def _asked(request: Request, permission: str, named: Mapping[str, object]) -> Change:
    names = {name: str(value) for name, value in named.items()}
    place = names.pop("namespace", "")
    slug = names.pop("tenant", "")
    detail: dict[str, Any] = {"method": request.method, "path": request.path}
    if request.META.get("QUERY_STRING"):
        detail["query"] = dict(request.query_params.lists())
    resource = permission.partition(".")[0]
    if resource in _NAMED_BY and (chosen := _chosen(request)):
        detail["objects"] = chosen
    return Change.asked(
        permission,
        "/".join(names.values()) or slug,
        namespace=place,
        detail=detail,
        deletes=request.method == "DELETE" and not permission.endswith(".kill"),
    )


def _chosen(request: Request) -> list[Any]:
    """The objects that a body lists by their ids; bodies that cannot be read list none."""
    try:
        data = request.data
    except APIException:
        return []
    if not isinstance(data, list):
        return []
    return [_reference(item) for item in data if isinstance(item, str | Mapping)]


def _reference(item: str | Mapping[str, Any]) -> Any:
    if isinstance(item, str):
        return item
    return {name: value for name, value in item.items() if name in _NAMES}
