"""Questions that a task may ask the platform while it runs: a closed table of operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from downbeat.common.errors import Invalid
from downbeat.sdk.fields import parse_duration
from executions.runtime import (
    connection_requests,
    execution_requests,
    file_requests,
    record_requests,
    sealing,
    task_cache,
)
from executions.runtime.expression_services import ShellServices
from executions.runtime.reach import changeable, readable
from executions.runtime.work_places import Held, Place
from executions.worker.work import AttemptKey
from flows import facade as flows

Arguments = Mapping[str, Any]


class UnknownOperation(Invalid):
    """A task asked for `{operation}`, which this server does not know."""

    code = "request.unknown"


def answer(key: AttemptKey, place: Place, operation: str, arguments: Arguments) -> Any:
    """The platform's answer, as data; inside the tenant's scope."""
    if asked := _QUESTIONS.get(operation):
        execution_id = None if place.poll else key.execution_id
        world = ShellServices(
            tenant_id=key.tenant_id, namespace=place.namespace, execution_id=execution_id
        )
        return asked(world, arguments)
    if found := _OPERATIONS.get(operation):
        return found(place, arguments)
    if held := _OF_ATTEMPTS.get(operation):
        return held(Held(key, place), arguments)
    raise UnknownOperation(operation=operation)


def _kv_get(place: Place, arguments: Arguments) -> Any:
    found = flows.pair(_readable(place, arguments), str(arguments["key"]))
    return None if found is None else found.value


def _kv_set(place: Place, arguments: Arguments) -> Any:
    flows.set_pair(
        changeable(place.namespace, _named(arguments)),
        str(arguments["key"]),
        arguments.get("value"),
        kind=arguments.get("kind"),
        ttl=_length(arguments.get("ttl")),
        overwrite=bool(arguments.get("overwrite", True)),
        description=arguments.get("description"),
    )


def _kv_delete(place: Place, arguments: Arguments) -> Any:
    missing = bool(arguments.get("error_on_missing", False))
    path = changeable(place.namespace, _named(arguments)).path
    return flows.delete_pair(path, str(arguments["key"]), error_on_missing=missing)


def _kv_keys(place: Place, arguments: Arguments) -> Any:
    return flows.keys(_readable(place, arguments), str(arguments.get("prefix") or ""))


def _readable(place: Place, arguments: Arguments) -> str:
    return readable(place.namespace, _named(arguments))


def _named(arguments: Arguments) -> str | None:
    wanted = arguments.get("namespace")
    return str(wanted) if wanted else None


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
_OF_ATTEMPTS: Final[Mapping[str, Callable[[Held, Arguments], Any]]] = {
    **connection_requests.OPERATIONS,
    **execution_requests.OPERATIONS,
    **file_requests.OPERATIONS,
    **record_requests.OPERATIONS,
    **sealing.OPERATIONS,
    **task_cache.OPERATIONS,
}
