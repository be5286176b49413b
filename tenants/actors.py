"""Who acts: a person, a service account, or the system itself; with a token's limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    """What stands behind an action."""

    USER = "USER"
    SERVICE_ACCOUNT = "SERVICE_ACCOUNT"
    DIRECTORY = "DIRECTORY"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True)
class Reach:
    """How far a permission of somebody goes: to some namespace, or to the whole tenant."""

    somewhere: bool
    everywhere: bool


@dataclass(frozen=True)
class Actor:
    """Somebody who acts, for one request.

    `tenants` are the ids, by slug, that they may enter; `scopes` limit a token to a part of what
    its owner may do. `confined_to` is the tenant whose identity provider vouched for them: outside of
    it they are nobody, because that tenant's administrators decide who they are. `held` (permissions by namespace) and `reaches` remember answers within the
    request, and die with it.
    """

    id: UUID | None
    name: str
    kind: ActorKind
    tenants: Mapping[str, UUID] = field(default_factory=dict)
    instance_admin: bool = False
    super_admin: bool = False
    token_id: UUID | None = None
    scopes: tuple[str, ...] = ()
    confined_to: UUID | None = None
    held: dict[UUID | str, frozenset[int]] = field(default_factory=dict, compare=False, repr=False)
    reaches: dict[str, Reach] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_authenticated(self) -> bool:
        """Django's and DRF's question; anonymous requests have no actor."""
        return True

    @property
    def is_boundless(self) -> bool:
        """Whether bindings do not matter: the platform itself, directories, and super-admins.

        Scopes still do: those of a directory name people and groups, of one tenant.
        """
        return self.is_system or self.super_admin or self.is_directory

    @property
    def is_directory(self) -> bool:
        """Whether a directory outside says who belongs to a tenant."""
        return self.kind is ActorKind.DIRECTORY

    @property
    def is_system(self) -> bool:
        """Whether the platform acts on its own behalf."""
        return self.kind is ActorKind.SYSTEM


def some_id(actor: Actor) -> UUID:
    """The actor's id for a look-up; the system has none, and finds nobody's rows."""
    return actor.id or UUID(int=0)


def system_actor(reason: str) -> Actor:
    """The platform itself: a schedule, a retry, a clean-up. May do anything in its scope."""
    return Actor(id=None, name=f"system: {reason}", kind=ActorKind.SYSTEM)
