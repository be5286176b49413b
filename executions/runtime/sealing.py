"""Outputs that are kept encrypted: sealed when a task makes them, opened where expressions read them.

A token names the namespace that it was sealed in, and is authenticated with it and the tenant: a
flow of another namespace opens it only if it may reach that one, as with secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from downbeat.sdk.sealed import sealed
from executions.runtime.reach import may_reach
from executions.runtime.work_places import Held
from tenants import facade as tenants


def seal(tenant_id: UUID, namespace: str, text: str) -> dict[str, str]:
    """The map that stands for the text in outputs of a flow of this namespace."""
    token = tenants.encrypt(text, context=_context(tenant_id, namespace))
    return sealed(f"{namespace}/{token}")


def open_token(tenant_id: UUID, own: str, token: str) -> str | None:
    """The text, for a flow of the namespace ``own``; ``None`` if it may not read it.

    Raises ``Undecryptable`` when the token was changed or its key is gone.
    """
    namespace, _, rest = token.partition("/")
    if not may_reach(own, namespace):
        return None
    return tenants.decrypt(rest, context=_context(tenant_id, namespace))


def _context(tenant_id: UUID, namespace: str) -> str:
    return f"output/{tenant_id}/{namespace}"


def _seal(held: Held, arguments: Mapping[str, Any]) -> Any:
    return seal(held.key.tenant_id, held.place.namespace, str(arguments["text"]))


def _open(held: Held, arguments: Mapping[str, Any]) -> Any:
    return open_token(held.key.tenant_id, held.place.namespace, str(arguments["token"]))


OPERATIONS: Final[Mapping[str, Callable[[Held, Mapping[str, Any]], Any]]] = {
    "secret.seal": _seal,
    "secret.open": _open,
}
