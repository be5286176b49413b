"""What clients send about invitations."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from downbeat.common.api.bodies import Body
from tenants.services.invitations import Grant


class GrantBody(Body):
    """A role on a namespace, or without one in the whole tenant."""

    role_id: UUID
    namespace_id: str | None = Field(default=None, max_length=150)

    def grant(self) -> Grant:
        """The same for the service."""
        return Grant(self.role_id, self.namespace_id or "")


class InvitationBody(Body):
    """Somebody to invite; `maxAge` is how long the link works, such as P7D."""

    email: str = Field(min_length=3, max_length=254)
    group_ids: list[UUID] = Field(default_factory=list, max_length=100)
    bindings: list[GrantBody] = Field(default_factory=list, max_length=100)
    max_age: str = "P7D"


class LinkBody(Body):
    """What follows the # in an invitation's link."""

    token: str = Field(min_length=1, max_length=200, repr=False)


class NewMemberBody(LinkBody):
    """Somebody who makes an account."""

    password: str = Field(repr=False)
    first_name: str = Field(default="", max_length=150)
    last_name: str = Field(default="", max_length=150)
