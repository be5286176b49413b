"""Newcomers, and what tests do to let them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from downbeat.common.models import uuid7
from tenants.services.people import create_person
from tenants.services.tokens import TokenWish, issue
from tests.support.cast import Cast, Member


@dataclass(frozen=True)
class Newcomer:
    """Somebody who belongs to no tenant yet."""

    id: str
    email: str
    member: Member


def newcomer(*, admin: bool = False, password: str | None = None) -> Newcomer:
    """Somebody new, with a token."""
    person = create_person(f"new-{uuid7()}@example.com", password, admin=admin)
    token = issue(person, TokenWish(name="test")).text
    return Newcomer(str(person.id), person.email or "", Member(person, token))


def machine(cast: Cast) -> Newcomer:
    """A service account of Alice's tenant, with a token."""
    accounts = f"{cast.api}/service-accounts"
    made = cast.alice.post(accounts, {"name": f"ci-{uuid7()}"}).json()["id"]
    token = cast.alice.post(f"{accounts}/{made}/api-tokens", {"name": "t"}).json()["fullToken"]
    return Newcomer(made, "", Member(None, token))


def role_id(cast: Cast, name: str) -> str:
    """A role of Alice's tenant."""
    found = cast.alice.get(f"{cast.api}/roles/search?size=100").json()["results"]
    return next(str(row["id"]) for row in found if row["name"] == name)


def bind(
    cast: Cast, principal: str, role: str, namespace: str | None, *, type: str = "USER"
) -> Any:
    """Alice gives a role."""
    body = {"type": type, "externalId": principal, "roleId": role, "namespaceId": namespace}
    return cast.alice.post(f"{cast.api}/bindings", body)
