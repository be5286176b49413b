"""What a flow may reach besides its own namespace: those that name it, and what it inherits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from downbeat.common.errors import Invalid, NotFound
from tenants import facade as tenants
from tenants.contracts import NamespaceRef


class NamespaceMissing(Invalid):
    """There is no namespace `{namespace}`."""

    code = "request.namespace"


class NamespaceClosed(Invalid):
    """Flows of the namespace `{own}` may not use what belongs to `{namespace}`. To let them, add
    `{own}` to the `allowedNamespaces` of `{namespace}`."""

    code = "namespace.closed"


def may_reach(own: str, wanted: str) -> bool:
    """Whether a flow of one namespace may use what belongs to another.

    Its own and those above it always; any other only if that one allows the flow's namespace, or
    one above it.
    """
    if own == wanted or own.startswith(f"{wanted}."):
        return True
    place = tenants.namespace(wanted)
    return place is not None and _lets_in(place, own)


def _lets_in(place: NamespaceRef, own: str) -> bool:
    return any(
        own == allowed or own.startswith(f"{allowed}.") for allowed in place.allowed_namespaces
    )


def may_change(own: str, place: NamespaceRef) -> bool:
    """Whether a flow of one namespace may change what belongs to another.

    Its own and those below it, as rights flow down the tree; any other only if that one allows it.
    """
    return place.path == own or place.path.startswith(f"{own}.") or _lets_in(place, own)


def readable(own: str, wanted: str | None) -> str:
    """The namespace that a task reads from; refused if there is none, or it is closed."""
    if wanted is None or wanted == own:
        return own
    place = _found(wanted)
    if not (may_reach(own, wanted) or may_change(own, place)):
        raise NamespaceClosed(own=own, namespace=wanted)
    return wanted


def changeable(own: str, wanted: str | None) -> NamespaceRef:
    """The namespace that a task changes; refused if there is none, or it is closed."""
    place = _found(wanted or own)
    if not may_change(own, place):
        raise NamespaceClosed(own=own, namespace=place.path)
    return place


def chosen(
    own: str,
    candidates: Iterable[str],
    *,
    named: Sequence[str] = (),
    pattern: str | None = None,
    below: bool = True,
) -> list[NamespaceRef]:
    """The namespaces among candidates that a task means and may change.

    It means those that it names (with those ``below``), or that a glob matches, or all. One that is
    named must be within reach; of the others, those out of reach are left alone.
    """
    for wanted in named:
        changeable(own, wanted)
    found = []
    for path in candidates:
        meant = not named or any(
            path == name or (below and path.startswith(f"{name}.")) for name in named
        )
        place = tenants.namespace(path) if meant and fnmatchcase(path, pattern or "*") else None
        if place is not None and may_change(own, place):
            found.append(place)
    return found


def _found(path: str) -> NamespaceRef:
    place = tenants.namespace(path)
    if place is None:
        raise NamespaceMissing(namespace=path)
    return place


def secret_of(own: str, namespace: str | None, name: str) -> str:
    """A secret for a flow of a namespace; ``KeyError`` if there is none that it may read."""
    wanted = namespace or own
    if not may_reach(own, wanted):
        raise KeyError(name)
    try:
        return tenants.resolve_secret(wanted, name)
    except NotFound:
        raise KeyError(name) from None
