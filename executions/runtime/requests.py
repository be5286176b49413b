"""Questions that a task may ask the platform while it runs: a closed table of operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from downbeat.common.errors import Invalid
from downbeat.sdk.fields import parse_duration
from executions.runtime.work_places import Place
from flows import facade as flows
from tenants import facade as tenants
from tenants.contracts import NamespaceRef

Arguments = Mapping[str, Any]


class UnknownOperation(Invalid):
    """A task asked for `{operation}`, which this server does not know."""

    code = "request.unknown"


class UnknownNamespace(Invalid):
    """There is no namespace `{namespace}`."""

    code = "request.namespace"


def answer(place: Place, operation: str, arguments: Arguments) -> Any:
    """The platform's answer, as data; inside the tenant's scope."""
    found = _OPERATIONS.get(operation)
    if found is None:
        raise UnknownOperation(operation=operation)
    return found(place, arguments)


def _kv_get(place: Place, arguments: Arguments) -> Any:
    found = flows.pair(_path(place, arguments), str(arguments["key"]))
    return None if found is None else found.value


def _kv_set(place: Place, arguments: Arguments) -> Any:
    flows.set_pair(
        _namespace(place, arguments),
        str(arguments["key"]),
        arguments.get("value"),
        kind=arguments.get("kind"),
        ttl=_length(arguments.get("ttl")),
        overwrite=bool(arguments.get("overwrite", True)),
    )


def _kv_delete(place: Place, arguments: Arguments) -> Any:
    missing = bool(arguments.get("error_on_missing", False))
    path = _path(place, arguments)
    return flows.delete_pair(path, str(arguments["key"]), error_on_missing=missing)


def _kv_keys(place: Place, arguments: Arguments) -> Any:
    return flows.keys(_path(place, arguments), str(arguments.get("prefix") or ""))


def _path(place: Place, arguments: Arguments) -> str:
    return str(arguments.get("namespace") or place.namespace)


def _namespace(place: Place, arguments: Arguments) -> NamespaceRef:
    found = tenants.namespace(_path(place, arguments))
    if found is None:
        raise UnknownNamespace(namespace=_path(place, arguments))
    return found


def _length(text: Any) -> timedelta | None:
    return parse_duration(str(text)) if text else None


_OPERATIONS: Final[Mapping[str, Callable[[Place, Arguments], Any]]] = {
    "kv.get": _kv_get,
    "kv.set": _kv_set,
    "kv.delete": _kv_delete,
    "kv.keys": _kv_keys,
}
