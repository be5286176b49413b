"""What a flow may reach besides its own namespace: those that name it, and what it inherits."""

from __future__ import annotations

from downbeat.common.errors import NotFound
from tenants import facade as tenants


def may_reach(own: str, wanted: str) -> bool:
    """Whether a flow of one namespace may use what belongs to another.

    Its own and those above it always; any other only if that one allows the flow's namespace, or
    one above it.
    """
    if own == wanted or own.startswith(f"{wanted}."):
        return True
    place = tenants.namespace(wanted)
    if place is None:
        return False
    return any(
        own == allowed or own.startswith(f"{allowed}.") for allowed in place.allowed_namespaces
    )


def secret_of(own: str, namespace: str | None, name: str) -> str:
    """A secret for a flow of a namespace; ``KeyError`` if there is none that it may read."""
    wanted = namespace or own
    if not may_reach(own, wanted):
        raise KeyError(name)
    try:
        return tenants.resolve_secret(wanted, name)
    except NotFound:
        raise KeyError(name) from None
