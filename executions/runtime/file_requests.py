"""What a task may ask about files: internal storage, and the files of namespaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, cast

from downbeat.common import storage
from downbeat.common.errors import Invalid
from downbeat.common.scope import current_tenant
from executions.runtime.file_reach import readable_address
from executions.runtime.folders import folders_of
from executions.runtime.reach import changeable, chosen, may_change, readable
from executions.runtime.work_places import Held
from executions.services.purging import kept_outputs
from flows import facade as flows
from flows.contracts import Conflict
from tenants import facade as tenants

Arguments = Mapping[str, Any]

_EXECUTIONS: Final = "executions"


class FileOutOfReach(Invalid):
    """The file `{uri}` was not left by an execution of a namespace that this flow may change."""

    code = "file.out_of_reach"


def _delete(held: Held, arguments: Arguments) -> bool:
    path = storage.clean(str(arguments["uri"]))
    if not _may_delete(held, path):
        raise FileOutOfReach(uri=arguments["uri"])
    return storage.storage_for(current_tenant()).delete(path)


def _may_delete(held: Held, path: str) -> bool:
    """Files of executions lie at ``{namespace}/{flow}/executions/{id}/…``; no other may go.

    Where an address reads more than one way, every reading must be within reach.
    """
    parts = path.split("/")
    readings = [
        tenants.namespace(tenants.current_path(".".join(parts[: at - 1])))
        for at, part in enumerate(parts[:-2])
        if part == _EXECUTIONS and at >= 2 and not parts[at - 1].startswith("_")
    ]
    places = [place for place in readings if place is not None]
    return bool(places) and all(may_change(held.place.namespace, place) for place in places)


def _purge_current(held: Held, _: Arguments) -> list[str]:
    """Deletes what the execution left in storage so far, but for outputs that are kept there."""
    key, place = held.key, held.place
    store = storage.storage_for(key.tenant_id)
    kept = kept_outputs(key.execution_id)
    folders = folders_of(
        place.namespace,
        tenants.former_paths(place.namespace),
        place.flow_id,
        key.execution_id,
    )
    files = (file.path for folder in folders for file in store.list(folder))
    gone = [path for path in files if path not in kept]
    return [storage.uri_of(path) for path in gone if store.delete(path)]


def _namespace_put(held: Held, arguments: Arguments) -> dict[str, str]:
    """Stores files under the paths given, all or none; returns path → URI of those stored."""
    place = changeable(held.place.namespace, _text(arguments, "namespace"))
    wanted = {
        str(item["path"]): _readable(held, str(item["uri"]))
        for item in arguments.get("files") or ()
    }
    conflict = cast(Conflict, str(arguments.get("conflict") or "OVERWRITE"))
    return flows.put_from_storage(place, wanted, conflict=conflict)


def _readable(held: Held, uri: str) -> str:
    key = held.key
    return readable_address(key.tenant_id, held.place.namespace, key.execution_id, uri)


def _namespace_copy(held: Held, arguments: Arguments) -> dict[str, str]:
    """Copies files that globs match into the attempt's folder; returns path → URI of the copy."""
    namespace = readable(held.place.namespace, _text(arguments, "namespace"))
    store = storage.storage_for(current_tenant())
    below = f"{held.folder}/{str(arguments.get('destination') or '').strip('/')}".rstrip("/")
    found: dict[str, str] = {}
    for file in flows.matching(namespace, _globs(arguments)):
        with store.open(file.uri) as content:
            found[file.path] = store.put(f"{below}{file.path}", content)
    return found


def _namespace_delete(held: Held, arguments: Arguments) -> list[str]:
    place = changeable(held.place.namespace, _text(arguments, "namespace"))
    return flows.delete_files(
        place, _globs(arguments), empty_folders=bool(arguments.get("empty_folders"))
    )


def _namespace_purge(held: Held, arguments: Arguments) -> int:
    """Removes old revisions of files of the namespaces that are meant; returns how many went."""
    globs, keep, before = _globs(arguments), _number(arguments.get("keep")), _moment(arguments)
    places = chosen(
        held.place.namespace,
        flows.namespaces_with_files(),
        named=[str(name) for name in arguments.get("namespaces") or ()],
        pattern=_text(arguments, "namespace_pattern"),
        below=bool(arguments.get("below", True)),
    )
    return sum(flows.purge_revisions(place, globs, keep=keep, before=before) for place in places)


def _globs(arguments: Arguments) -> tuple[str, ...]:
    return tuple(str(glob) for glob in arguments.get("files") or ())


def _text(arguments: Arguments, name: str) -> str | None:
    found = arguments.get(name)
    return str(found) if found else None


def _moment(arguments: Arguments) -> datetime | None:
    text = _text(arguments, "before")
    return None if text is None else datetime.fromisoformat(text)


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


OPERATIONS: Final[Mapping[str, Callable[[Held, Arguments], Any]]] = {
    "file.delete": _delete,
    "file.purge": _purge_current,
    "namespace.put": _namespace_put,
    "namespace.copy": _namespace_copy,
    "namespace.delete": _namespace_delete,
    "namespace.purge": _namespace_purge,
}
