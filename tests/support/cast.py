"""Alice owns, Bob views, Charlie is from another tenant.

Alice is Admin of a tenant; Bob is Viewer of one namespace in it, `company.data`; Charlie is Admin
of another tenant and must learn nothing, not even that Alice's exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.test import Client

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from tenants.actors import Actor
from tenants.contracts import TenantRef
from tenants.facade import ensure_namespace, system_actor
from tenants.models import Role, User
from tenants.policy import BuiltIn
from tenants.services.bindings import NewBinding, Principal, create_binding
from tenants.services.people import create_person
from tenants.services.sign_in import actor_of_token
from tenants.services.tenants import create_tenant
from tenants.services.tokens import TokenWish, issue

PASSWORD = "correct horse battery staple"
NAMESPACE = "company.data"


@dataclass(frozen=True)
class Member:
    """Somebody who asks by HTTP, with a token; without one, anonymous."""

    user: User | None
    token: str | None

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        type: str = "application/json",
        **more: Any,
    ) -> Any:
        """One request; JSON bodies may be given as values."""
        headers: dict[str, str] = dict(more.pop("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return Client(raise_request_exception=False).generic(
            method,
            path,
            _bytes(body, type),
            type if body is not None else "",
            headers=headers,
            **more,
        )

    def get(self, path: str, **more: Any) -> Any:
        """GET."""
        return self.request("GET", path, **more)

    def post(self, path: str, body: object = None, **more: Any) -> Any:
        """POST."""
        return self.request("POST", path, body, **more)

    def put(self, path: str, body: object = None, **more: Any) -> Any:
        """PUT."""
        return self.request("PUT", path, body, **more)

    def patch(self, path: str, body: object = None, **more: Any) -> Any:
        """PATCH."""
        return self.request("PATCH", path, body, **more)

    def delete(self, path: str, body: object = None, **more: Any) -> Any:
        """DELETE."""
        return self.request("DELETE", path, body, **more)

    @property
    def actor(self) -> Actor:
        """The same as an actor, for calls below HTTP."""
        found = actor_of_token(self.token or "", fresh=True)
        assert found is not None
        return found


@dataclass(frozen=True)
class Cast:
    """Two tenants and who is in them."""

    tenant: TenantRef
    other: TenantRef
    namespace_id: UUID
    alice: Member
    bob: Member
    charlie: Member
    anonymous: Member

    @property
    def api(self) -> str:
        """The address of Alice's tenant."""
        return f"/api/v1/{self.tenant.slug}"

    @property
    def other_api(self) -> str:
        """The address of Charlie's tenant."""
        return f"/api/v1/{self.other.slug}"


def assemble() -> Cast:
    """A new cast in tenants of its own: tests share a database, and nothing in it."""
    mark = uuid7().hex[-12:]
    alice, bob, charlie = (_person(name, mark) for name in ("alice", "bob", "charlie"))
    tenant = create_tenant(f"acme-{mark}", "Acme", admin_id=_id(alice))
    other = create_tenant(f"umbrella-{mark}", "Umbrella", admin_id=_id(charlie))
    with tenant_scope(tenant.id):
        place = ensure_namespace(system_actor("test"), NAMESPACE)
        viewer = Role.objects.get(name=BuiltIn.VIEWER)
        new = NewBinding(Principal.USER, _id(bob), viewer.id, NAMESPACE)
        create_binding(system_actor("test"), new)
    return Cast(tenant, other, place.id, alice, bob, charlie, Member(None, None))


def _person(name: str, mark: str) -> Member:
    user = create_person(f"{name}-{mark}@example.com", None, first_name=name.title(), admin=False)
    return Member(user, issue(user, TokenWish(name="test")).text)


def _id(member: Member) -> UUID:
    assert member.user is not None
    return member.user.id


def _bytes(body: object, type: str) -> bytes:
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    if isinstance(body, str) and type != "application/json":
        return body.encode()
    return orjson.dumps(body)
