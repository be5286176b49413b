"""Outputs of task runs: small ones in their row, large ones in storage, read when they are named.

An expression sees ``outputs.<task>``; inside loops a map keyed by the iterations' values, the
outermost first. Only what is named is read: ``outputs.<task>[value]`` reads one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from downbeat.common import storage
from downbeat.common.scope import current_tenant
from downbeat.sdk.sealed import opened, token_of_marked
from executions.runtime.sql import rows
from executions.runtime.store_codec import loaded, text
from tenants import facade as tenants

LARGE: Final = 32 * 1024

_OF_TASKS: Final = """
select task_id, path, value, uri from output
 where tenant_id = %s and execution_id = %s and task_id = any(%s)
 order by task_run_id
"""
_TASK_IDS: Final = """
select distinct task_id from output where tenant_id = %s and execution_id = %s
"""
_BELOW: Final = """
select path, value, uri from output
 where tenant_id = %s and execution_id = %s and task_id = %s and path[1:%s] = %s::text[]
 order by task_run_id
"""
_EXACTLY: Final = """
select value, uri from output
 where tenant_id = %s and execution_id = %s and task_id = %s and path = %s::text[]
 order by task_run_id desc limit 1
"""
Path = tuple[str, ...]
Opener = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class NewOutput:
    """The outputs of one task run, about to be written."""

    execution_id: UUID
    task_run_id: UUID
    task_id: str
    path: Path
    value: Mapping[str, Any]
    folder: str
    """Where in storage a large value is put."""
    secrets: tuple[str, ...] | None = None
    """The texts in it that show a secret: then it is encrypted whole, wherever it is put."""


def records(tenant_id: UUID, outputs: Sequence[NewOutput]) -> list[dict[str, Any]]:
    """Outputs as records of their table; later ones of the same task run replace earlier ones.

    Large values are put into storage here: a file that no row names is swept away later.
    """
    last = {item.task_run_id: item for item in outputs}
    return [_record(tenant_id, item) for item in last.values()]


def _record(tenant_id: UUID, item: NewOutput) -> dict[str, Any]:
    value: Any = item.value
    if item.secrets is not None:
        content = text({"value": value, "texts": item.secrets})
        value = [tenants.encrypt(content, context=_at_rest(tenant_id))]
    packed = text(value)
    uri = None
    if len(packed) > LARGE:
        name = f"{item.folder}/tasks/{item.task_id}/{item.task_run_id}/outputs.json"
        uri = storage.storage_for(tenant_id).put(name, packed.encode())
    return {
        "execution_id": item.execution_id,
        "task_run_id": item.task_run_id,
        "task_id": item.task_id,
        "path": list(item.path),
        "value": None if uri else value,
        "uri": uri,
        "size": len(packed),
    }


def value_of(
    tenant_id: UUID, value: Any, uri: str | None, learn: Callable[[str], None] | None = None
) -> Any:
    """The stored outputs of a row, wherever they are; ``learn`` is told of secrets in them."""
    if uri is None:
        found = loaded(value)
    else:
        with storage.storage_for(tenant_id).open(uri) as file:
            found = orjson.loads(file.read())
    # Outputs are maps; a list stands for one that is encrypted.
    if not isinstance(found, list):
        return found
    content = orjson.loads(tenants.decrypt(found[0], context=_at_rest(tenant_id)))
    if learn is not None:
        for one in content["texts"]:
            learn(one)
    return content["value"]


def _at_rest(tenant_id: UUID) -> str:
    return f"outputs/{tenant_id}"


def outputs_of_tasks(execution_id: UUID, task_ids: Sequence[str]) -> dict[str, Any]:
    """The outputs of tasks as expressions see them, whole; tasks without outputs are left out."""
    tenant_id = current_tenant()
    found: dict[str, Any] = {}
    for task_id, path, value, uri in rows(_OF_TASKS, [tenant_id, execution_id, list(task_ids)]):
        place(found, (task_id, *path), value_of(tenant_id, value, uri))
    return found


def place(tree: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Puts a value into nested maps."""
    for key in path[:-1]:
        below = tree.get(key)
        if not isinstance(below, dict):
            below = tree[key] = {}
        tree = below
    tree[path[-1]] = value


class OutputStore:
    """The outputs of one execution as a turn sees them: those of this turn over those stored."""

    def __init__(
        self,
        execution_id: UUID,
        open_one: Opener | None = None,
        learn: Callable[[str], None] | None = None,
    ) -> None:
        self.execution_id = execution_id
        self._met: list[str] = []
        self._tell = learn
        self._open_one = open_one
        self._keys: dict[str, str] = {}
        self._fresh: dict[str, dict[Path, Any]] = {}
        self._read: dict[tuple[str, Path], Any] = {}
        self._any_stored: bool | None = None
        self._gone: list[tuple[str, Path]] = []

    def shown(self, text: str) -> str:
        """A value of a loop as expressions see it, which may be sealed where it stands in a path."""
        token = token_of_marked(text)
        found = self._open_one(token) if token is not None and self._open_one else None
        if found is None:
            return text
        self._keys[found] = text
        return found

    def key_of(self, value: str) -> str:
        """How a value of a loop stands in paths, if ``shown`` has opened it."""
        return self._keys.get(value, value)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What was encrypted among values of loops and outputs, and is known now."""
        return (*self._keys, *self._met)

    def _learn(self, text: str) -> None:
        self._met.append(text)
        if self._tell is not None:
            self._tell(text)

    def forget(self, task_id: str, prefix: Path) -> None:
        """Says that the outputs of a task under some iteration values are gone with their runs."""
        self._gone.append((task_id, prefix))
        fresh = self._fresh.get(task_id, {})
        for path in [path for path in fresh if path[: len(prefix)] == prefix]:
            del fresh[path]

    def _is_gone(self, task_id: str, path: Path) -> bool:
        return any(task_id == gone and path[: len(prefix)] == prefix for gone, prefix in self._gone)

    def put(self, task_id: str, path: Path, value: Any) -> None:
        """Outputs that this turn has made and not written yet."""
        self._fresh.setdefault(task_id, {})[path] = value

    def nothing_stored(self) -> None:
        """Says that the execution is new: there is nothing to read."""
        self._any_stored = False

    def exactly(self, task_id: str, path: Path) -> Any:
        """The outputs of one task run; ``KeyError`` if there are none."""
        fresh = self._fresh.get(task_id, {})
        if path in fresh:
            return fresh[path]
        if self._gone and self._is_gone(task_id, path):
            raise KeyError(task_id)
        key = (task_id, path)
        if key not in self._read:
            self._read[key] = self._fetch(task_id, path)
        if self._read[key] is _NONE:
            raise KeyError(task_id)
        return self._read[key]

    def _fetch(self, task_id: str, path: Path) -> Any:
        if self._any_stored is False:
            return _NONE
        tenant_id = current_tenant()
        found = rows(_EXACTLY, [tenant_id, self.execution_id, task_id, list(path)])
        return value_of(tenant_id, found[0][0], found[0][1], self._learn) if found else _NONE

    def below(self, task_id: str, prefix: Path) -> dict[str, Any]:
        """All outputs of a task under some iteration values, as nested maps."""
        found: dict[str, Any] = {}
        for path, value in self._stored_below(task_id, prefix):
            place(found, path[len(prefix) :] or ("",), value)
        for path, value in self._fresh.get(task_id, {}).items():
            if path[: len(prefix)] == prefix:
                place(found, path[len(prefix) :] or ("",), value)
        return found

    def _stored_below(self, task_id: str, prefix: Path) -> Iterator[tuple[Path, Any]]:
        if self._any_stored is False:
            return
        tenant_id = current_tenant()
        facts = [tenant_id, self.execution_id, task_id, len(prefix), list(prefix)]
        for path, value, uri in rows(_BELOW, facts):
            if self._gone and self._is_gone(task_id, tuple(path)):
                continue
            yield tuple(path), value_of(tenant_id, value, uri, self._learn)

    def task_ids(self) -> list[str]:
        """Tasks that have outputs."""
        found = dict.fromkeys(self._fresh)
        if self._any_stored is not False:
            stored = rows(_TASK_IDS, [current_tenant(), self.execution_id])
            found |= dict.fromkeys(row[0] for row in stored)
        return list(found)


_NONE: Final = object()


class Outputs(Mapping[str, Any]):
    """``outputs`` in an expression: tasks by id, each read when it is named.

    ``open_one`` opens sealed texts in them; without it they stay sealed.
    """

    def __init__(
        self,
        store: OutputStore,
        depths: Mapping[str, int],
        open_one: Opener | None = None,
    ) -> None:
        self._store, self._depths, self._open_one = store, depths, open_one
        self._known: dict[str, Any] = {}

    def __getitem__(self, task_id: str) -> Any:
        if task_id not in self._known:
            depth = self._depths.get(task_id, 0)
            self._known[task_id] = _level(self._store, task_id, (), depth, self._open_one)
        return self._known[task_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._store.task_ids())

    def __len__(self) -> int:
        return len(self._store.task_ids())


class IterationOutputs(Mapping[str, Any]):
    """The outputs of a looped task under some iteration values."""

    def __init__(
        self,
        store: OutputStore,
        task_id: str,
        prefix: Path,
        depth: int,
        open_one: Opener | None = None,
    ) -> None:
        self._store, self._task_id = store, task_id
        self._prefix, self._depth, self._open_one = prefix, depth, open_one
        self._whole: dict[str, Any] | None = None

    def __getitem__(self, value: str) -> Any:
        prefix = (*self._prefix, self._store.key_of(str(value)))
        return _level(self._store, self._task_id, prefix, self._depth, self._open_one)

    def _all(self) -> dict[str, Any]:
        if self._whole is None:
            self._whole = _shown(self._store.below(self._task_id, self._prefix), self._open_one)
        return self._whole

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def _level(
    store: OutputStore, task_id: str, prefix: Path, depth: int, open_one: Opener | None
) -> Any:
    if len(prefix) >= depth:
        return _shown(store.exactly(task_id, prefix), open_one)
    return IterationOutputs(store, task_id, prefix, depth, open_one)


def _shown(value: Any, open_one: Opener | None) -> Any:
    return value if open_one is None else opened(value, open_one)
