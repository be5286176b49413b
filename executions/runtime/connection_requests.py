"""The connections of a flow's namespace, as its tasks ask for them while they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from downbeat.common.errors import Invalid
from executions.runtime.expression_services import ShellServices
from executions.runtime.work_places import Held
from executions.worker.channel import CONNECTION
from flows import facade as flows
from flows.spec import connections
from flows.spec.expressions import ExpressionError
from tenants import facade as tenants
from tenants.contracts import ConnectionRef


class NoConnection(Invalid):
    """There is no connection `{name}` in {searched}. Make one of the type `{type}` there, or name
    another one."""

    code = "request.connection"


class OtherConnection(Invalid):
    """The connection `{name}` of `{namespace}` is of the type `{found}`; this needs one of the
    type `{type}`."""

    code = "request.connection_type"


class ConnectionUnreadable(Invalid):
    """The connection `{name}` of `{namespace}` cannot be used: {reason}"""

    code = "request.connection_value"


def _get(held: Held, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """The values of a connection, with the texts in them that the worker has to hide."""
    type, name = str(arguments["type"]), arguments.get("name")
    found = tenants.resolve_connection(held.place.namespace, type, str(name) if name else None)
    if found is None:
        if name:
            raise NoConnection(name=name, type=type, searched=_searched(held.place.namespace))
        return None
    if found.type != type:
        raise OtherConnection(
            name=found.name, namespace=found.namespace, found=found.type, type=type
        )
    opened = _opened(held, found)
    return {
        "name": found.name,
        "namespace": found.namespace,
        "values": dict(opened.values),
        "secrets": list(opened.secrets),
    }


def _opened(held: Held, found: ConnectionRef) -> connections.OpenConnection:
    """A connection names secrets of its own namespace: below it none of them is hidden by another.

    The nearest wins there as everywhere, and what it may not reach, no flow reaches through it.
    """
    services = ShellServices(
        tenant_id=held.key.tenant_id, namespace=found.namespace, execution_id=None
    )
    kind = flows.registry().connection(found.type)
    try:
        return connections.opened(kind, found.values, services)
    except ExpressionError as problem:
        raise ConnectionUnreadable(
            name=found.name, namespace=found.namespace, reason=str(problem)
        ) from None


def _searched(namespace: str) -> str:
    place = tenants.namespace(namespace)
    ancestors = place.ancestors if place else (namespace,)
    return ", ".join(f"`{path}`" for path in ancestors)


OPERATIONS: Final[Mapping[str, Callable[[Held, Mapping[str, Any]], Any]]] = {CONNECTION: _get}
