"""A directory of Alice's tenant that speaks SCIM, raw or through a client of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from downbeat.common.models import uuid7
from tests.support.cast import Cast, Member

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass(frozen=True)
class Directory:
    """A directory with its token."""

    id: str
    token: str
    api: str

    def ask(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        """One request below the tenant's SCIM address."""
        type = "application/scim+json"
        member = Member(None, self.token)
        return member.request(method, f"{self.api}{path}", body, type=type, **more)

    def person(self, address: str = "", **facts: Any) -> Any:
        """Somebody new, under a user name that is also their address."""
        mail = address or f"dir-{uuid7()}@example.com"
        body = {"schemas": [USER], "userName": mail, "active": True, **facts}
        return self.ask("POST", "/Users", body)

    def group(self, name: str, *members: str, **facts: Any) -> Any:
        """A new group."""
        listed = [{"value": id} for id in members]
        body = {"schemas": [GROUP], "displayName": name, "members": listed, **facts}
        return self.ask("POST", "/Groups", body)

    def patch(self, path: str, *operations: dict[str, Any], **more: Any) -> Any:
        """A patch of these operations."""
        return self.ask("PATCH", path, {"schemas": [PATCH], "Operations": operations}, **more)


def directory(cast: Cast, name: str = "") -> Directory:
    """A new directory, made by Alice."""
    answer = cast.alice.post(f"{cast.api}/directories", {"name": name or f"dir {uuid7()}"})
    made = answer.json()
    return Directory(made["id"], made["fullToken"], f"{cast.api}/scim/v2")
