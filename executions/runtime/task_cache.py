"""Outputs of tasks with ``taskCache``: kept when they succeed, taken over while they are young.

The worker names what it was asked to do by a hash of the rendered task. Here the hash is keyed, so
that whoever reads the table cannot try out which secret was in the task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.crypto import salted_hmac

from downbeat.common import storage
from downbeat.sdk.fields import parse_duration
from executions.runtime.sql import rows
from executions.runtime.store_codec import loaded, text
from executions.runtime.work_places import Held

Arguments = Mapping[str, Any]
LONGEST: Final = timedelta(days=365)
"""How long outputs without a ``ttl`` are taken over."""
LARGEST: Final = 1024 * 1024
"""Bytes of outputs, as JSON, that are kept."""
_SALT: Final = "executions.task_cache"
_SCHEMES: Final = ("downbeat://", "kestra://")

_RECALL: Final = """
select outputs, execution_id from task_cache
 where tenant_id = %s and namespace = %s and flow_id = %s and task_id = %s and digest = %s
   and expires_at > now() and made_at + %s > now()
"""
_KEEP: Final = """
insert into task_cache (tenant_id, namespace, flow_id, task_id, digest, outputs, execution_id,
    made_at, expires_at)
values (%s, %s, %s, %s, %s, %s::jsonb, %s, now(), now() + %s)
on conflict (tenant_id, namespace, flow_id, task_id, digest) do update
   set outputs = excluded.outputs, execution_id = excluded.execution_id,
       made_at = excluded.made_at, expires_at = excluded.expires_at
"""


def recall(held: Held, arguments: Arguments) -> dict[str, Any] | None:
    """The outputs of an earlier run, and its execution; ``None`` if there are none to take over.

    Outputs that name a file which is gone are not taken over.
    """
    found = rows(_RECALL, [*_key(held, arguments), _ttl(arguments)])
    if not found:
        return None
    outputs, execution_id = loaded(found[0][0]), found[0][1]
    if not _files_exist(held.key.tenant_id, outputs):
        return None
    return {"outputs": outputs, "executionId": str(execution_id)}


def keep(held: Held, arguments: Arguments) -> bool:
    """Keeps the outputs of a run; whether they were small enough."""
    packed = text(arguments["outputs"])
    if len(packed.encode()) > LARGEST:
        return False
    key = _key(held, arguments)
    rows(_KEEP, [*key, packed, held.key.execution_id, _ttl(arguments)])
    return True


def _key(held: Held, arguments: Arguments) -> list[Any]:
    place = held.place
    digest = salted_hmac(_SALT, str(arguments["digest"]), algorithm="sha256").hexdigest()
    return [held.key.tenant_id, place.namespace, place.flow_id, place.task_id, digest]


def _ttl(arguments: Arguments) -> timedelta:
    ttl = arguments.get("ttl")
    return min(parse_duration(str(ttl)), LONGEST) if ttl else LONGEST


def _files_exist(tenant_id: UUID, outputs: Any) -> bool:
    files = storage.storage_for(tenant_id)
    return all(files.exists(uri) for uri in set(_addresses(outputs)))


def _addresses(value: Any) -> Iterator[str]:
    match value:
        case str():
            if value.startswith(_SCHEMES):
                yield value
        case Mapping():
            for item in value.values():
                yield from _addresses(item)
        case list():
            for item in value:
                yield from _addresses(item)


OPERATIONS: Final[Mapping[str, Callable[[Held, Arguments], Any]]] = {
    "task.recall": recall,
    "task.keep": keep,
}
