"""Questions that a task may ask the platform while it runs: a closed table of operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from downbeat.common.errors import Invalid
from downbeat.sdk.fields import parse_duration
from executions.runtime.expression_services import ShellServices
from executions.runtime.work_places import Place
from executions.worker.work import AttemptKey
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


def answer(key: AttemptKey, place: Place, operation: str, arguments: Arguments) -> Any:
    """The platform's answer, as data; inside the tenant's scope."""
    if asked := _QUESTIONS.get(operation):
        execution_id = None if place.poll else key.execution_id
        world = ShellServices(
            tenant_id=key.tenant_id, namespace=place.namespace, execution_id=execution_id
        )
        return asked(world, arguments)
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


def _file_uri(world: ShellServices, arguments: Arguments) -> Any:
    return world.file_uri(str(arguments["path"]))


def _file_size(world: ShellServices, arguments: Arguments) -> Any:
    return world.file_size(str(arguments["uri"]))


def _file_exists(world: ShellServices, arguments: Arguments) -> Any:
    return world.file_exists(str(arguments["uri"]))


def _error_logs(world: ShellServices, _: Arguments) -> Any:
    return world.error_logs()


def _encrypt(world: ShellServices, arguments: Arguments) -> Any:
    return world.encrypt(str(arguments["key"]), str(arguments["text"]))


def _decrypt(world: ShellServices, arguments: Arguments) -> Any:
    return world.decrypt(str(arguments["key"]), str(arguments["text"]))


# What expressions ask of the world when the worker renders them: the engine's answers are theirs.
_QUESTIONS: Final[Mapping[str, Callable[[ShellServices, Arguments], Any]]] = {
    "file.uri": _file_uri,
    "file.size": _file_size,
    "file.exists": _file_exists,
    "execution.error_logs": _error_logs,
    "text.encrypt": _encrypt,
    "text.decrypt": _decrypt,
}
_OPERATIONS: Final[Mapping[str, Callable[[Place, Arguments], Any]]] = {
    "kv.get": _kv_get,
    "kv.set": _kv_set,
    "kv.delete": _kv_delete,
    "kv.keys": _kv_keys,
}
