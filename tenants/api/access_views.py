"""The access explorer: who may do what where, why, what would change, and what nobody uses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from downbeat.common.errors import FieldError, InvalidFields, NotFound
from downbeat.common.scope import tenant_scope
from tenants import vocabulary
from tenants.access import held, require
from tenants.api import wire
from tenants.http import TenantAPIView, TenantViewSet
from tenants.models import User
from tenants.paths import ROOT, valid_path
from tenants.policy import PERMISSIONS
from tenants.selectors import explorer
from tenants.services.people import principal

DEFAULT_DAYS = 90
MOST_DAYS = 3650


class MyAccessView(TenantAPIView):
    """What the one who asks may do; an interface shows no more than that."""

    actions = {"get": "namespace.view"}

    def get(self, request: Request, tenant: str) -> Response:
        """What I may do in `namespace`, or without one in at least one; and in the whole tenant."""
        path = request.query_params.get("namespace", "")
        if path and not valid_path(path):
            raise InvalidFields([FieldError("is not a namespace", path="namespace")])
        with tenant_scope(self.tenant.id):
            here = held(self.actor, path or None)
            whole = held(self.actor, ROOT)
        return Response({"namespace": path or None, "actions": here, "everywhere": whole})


class AccessViewSet(TenantViewSet):
    """Questions about rights, for those who see all bindings of the tenant."""

    actions = {
        "permissions": "binding.view",
        "who": "binding.view",
        "why": "binding.view",
        "impact": "binding.view",
        "unused": "binding.view",
    }

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The answers name people of every namespace, so a right on one of them is not enough."""
        super().initial(request, *args, **kwargs)
        require(self.actor, "binding.view")

    def permissions(self, request: Request, tenant: str) -> Response:
        """Every permission that there is."""
        return Response({"actions": PERMISSIONS, "permissions": vocabulary.show(PERMISSIONS)})

    def who(self, request: Request, tenant: str) -> Response:
        """Everybody who may do `permission` in `namespace` (or in the whole tenant), and why.

        `suspended` hold it, and may do nothing while the door is shut to them.
        """
        permission, path = _asked(request)
        with tenant_scope(self.tenant.id):
            holders = explorer.holders(permission, path)
            chiefs = [_person(user) for user in explorer.super_admins()]
        facts = {"permission": permission, "namespace": path or None}
        able = [_holder(each) for each in holders if not each.resting]
        resting = [_holder(each) for each in holders if each.resting]
        return Response({**facts, "results": able, "suspended": resting, "superAdmins": chiefs})

    def why(self, request: Request, tenant: str) -> Response:
        """Whether `userId` may do `permission` in `namespace`, and by which ways."""
        permission, path = _asked(request)
        with tenant_scope(self.tenant.id):
            user = principal(_id(request, "userId"))
            chains = [_chain(each) for each in explorer.chains(user.id, permission, path)]
            suspended = bool(explorer.shut_out([user.id]))
        allowed = user.active and not suspended and (bool(chains) or user.super_admin)
        return Response(
            {
                "permission": permission,
                "namespace": path or None,
                "user": _person(user),
                "allowed": allowed,
                "active": user.active,
                "suspended": suspended,
                "superAdmin": user.super_admin,
                "chains": chains,
            }
        )

    def impact(self, request: Request, tenant: str) -> Response:
        """What people would lose if `groupId` or `bindingId` went; `kept` is where they would not."""
        given = [name for name in ("groupId", "bindingId") if request.query_params.get(name)]
        if len(given) != 1:
            raise InvalidFields([FieldError("say groupId or bindingId", path="groupId")])
        id = _id(request, given[0])
        with tenant_scope(self.tenant.id):
            group = id if given == ["groupId"] else None
            if group:
                going = explorer.bindings_of(group)
            else:
                going = explorer.binding(id)
                if not going:
                    raise NotFound("binding")
            lost = [
                {
                    "user": _person(each.user),
                    "namespace": each.namespace or None,
                    "permissions": each.permissions,
                    "kept": [
                        {"namespace": kept.namespace, "permissions": kept.permissions}
                        for kept in each.kept
                    ],
                }
                for each in explorer.losses(going, of_group=group)
            ]
        return Response({"bindings": [_binding(row) for row in going], "losses": lost})

    def unused(self, request: Request, tenant: str) -> Response:
        """Permissions that nobody who has them used for `days` (90), by binding.

        `recordedSince` is the first day whose uses are known: before it, nothing says anything.
        """
        start = clock.now() - timedelta(days=_days(request))
        with tenant_scope(self.tenant.id):
            found = [
                {
                    "binding": _binding(each.binding),
                    "unused": each.unused,
                    "lastUsed": {name: day.isoformat() for name, day in each.used.items()},
                }
                for each in explorer.idle(start.date(), start)
            ]
            first = explorer.recorded_since()
        return Response({"results": found, "recordedSince": first.isoformat() if first else None})


def _asked(request: Request) -> tuple[str, str]:
    permission = vocabulary.one(request.query_params.get("permission", ""))
    path = request.query_params.get("namespace", "")
    if path and not valid_path(path):
        raise InvalidFields([FieldError("is not a namespace", path="namespace")])
    return permission, path


def _id(request: Request, name: str) -> UUID:
    try:
        return UUID(request.query_params.get(name, ""))
    except ValueError:
        raise InvalidFields([FieldError("must be an id", path=name)]) from None


def _days(request: Request) -> int:
    text = request.query_params.get("days") or str(DEFAULT_DAYS)
    number = int(text) if text.isdecimal() and len(text) < 6 else 0
    if not 1 <= number <= MOST_DAYS:
        raise InvalidFields([FieldError(f"must be a number from 1 to {MOST_DAYS}", path="days")])
    return number


def _holder(holder: explorer.Holder) -> wire.Json:
    return {"user": _person(holder.user), "chains": [_chain(each) for each in holder.chains]}


def _chain(chain: explorer.Chain) -> wire.Json:
    row = chain.binding
    return {
        "bindingId": row.id,
        "namespace": row.namespace.path or None,
        "origin": "GROUP" if row.group else "BINDING",
        "group": {"id": row.group.id, "name": row.group.name} if row.group else None,
        "role": {"id": row.role.id, "name": row.role.name},
    }


def _person(row: User) -> wire.Json:
    return {**wire.member(row), "type": row.kind}


def _binding(row: Any) -> wire.Json:
    return {**wire.binding(row), "createdAt": row.created_at}
