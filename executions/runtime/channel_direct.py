"""The worker's channel straight to the database: role ``app``, one tenant's scope per question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Final, Protocol
from uuid import UUID

from django.db import connection

from downbeat.common import clock, storage
from downbeat.common.errors import AppError
from downbeat.common.scope import tenant_entered, tenant_scope
from executions.runtime import checks, log_store, requests
from executions.runtime.file_reach import readable_address
from executions.runtime.outputs import outputs_of_tasks
from executions.runtime.polls import is_poll
from executions.runtime.reach import NamespaceClosed, NamespaceMissing, readable, secret_of
from executions.runtime.store_codec import text
from executions.runtime.work_places import Place
from executions.worker.channel import LeaseLost
from executions.worker.work import AttemptKey, AttemptResult, LogRecord
from flows import facade as flows
from flows.spec.expressions import ExpressionError
from tenants import facade as tenants

_HELD: Final = """
select 1 from attempt
 where tenant_id = %s and execution_id = %s and task_run_id = %s and number = %s
   and lease_epoch = %s and state = 'RUNNING'
"""
_POLL_HELD: Final = (
    "select 1 from trigger_state where tenant_id = %s and id = %s and lease_epoch = %s"
)
_REMEMBER: Final = """
update task_run set remembered = %s::jsonb where tenant_id = %s and execution_id = %s and id = %s
"""
_KILL_STEP: Final = """
update attempt set kill = coalesce(kill, '{}') || %s::jsonb
 where tenant_id = %s and execution_id = %s and task_run_id = %s and number = %s
"""
_REMOTE_STEP: Final = """
update attempt set remote = coalesce(remote, '[]') || %s::jsonb
 where tenant_id = %s and execution_id = %s and task_run_id = %s and number = %s
   and jsonb_array_length(coalesce(remote, '[]')) < 100
"""


class Places(Protocol):
    """Knows where running work belongs."""

    def of(self, key: AttemptKey) -> Place | None:
        """The place of work that may ask here under that lease."""


class DirectChannel:
    """Answers the worker's threads; each call is one short transaction."""

    def __init__(self, *, places: Places, finished: Callable[[AttemptResult], None]) -> None:
        self._places = places
        self._finished = finished

    def outputs(self, key: AttemptKey, task_ids: Iterable[str]) -> Mapping[str, Any]:
        """Outputs of the named tasks of the execution, as expressions see them."""
        with self._held(key):
            if is_poll(key):
                return {}
            return outputs_of_tasks(key.execution_id, tuple(task_ids))

    def secret(self, key: AttemptKey, name: str, namespace: str | None) -> str:
        """A secret of the execution's namespace (nearest ancestor wins); ``KeyError`` if none."""
        with self._held(key) as place:
            own = place.namespace
        # Whoever keeps the secret may be another machine: no transaction waits for it.
        with tenant_entered(key.tenant_id):
            return secret_of(own, namespace, name)

    def kv(self, key: AttemptKey, namespace: str | None, name: str) -> Any:
        """A stored value; ``KeyError`` if there is none."""
        with self._held(key) as place:
            _refuse_closed(place, namespace)
            found = flows.pair(namespace, name) if namespace else _nearest(place, name)
        if found is None:
            raise KeyError(name)
        return found.value

    def address_to_read(self, key: AttemptKey, uri: str) -> str:
        """The address of such a file, once it is sure that the attempt may read it."""
        with self._held(key) as place:
            address = uri if "://" in uri else _namespace_file(place, uri)
            own = place.namespace
            return readable_address(key.tenant_id, own, key.execution_id, address)

    def read(self, key: AttemptKey, uri: str) -> BinaryIO:
        """A file of internal storage or, for a relative path, a namespace file."""
        address = self.address_to_read(key, uri)
        try:
            return storage.storage_for(key.tenant_id).open(address)
        except storage.Missing:
            raise FileNotFoundError(uri) from None

    def address_to_save(self, key: AttemptKey, name: str) -> str:
        """Where such a file of the attempt lies.

        The lease's number is part of the folder: a worker that lost its lease cannot replace the
        files of the one that holds it.
        """
        with self._held(key) as place:
            return f"{place.folder(key)}/{name.lstrip('/')}"

    def save(self, key: AttemptKey, name: str, content: BinaryIO) -> str:
        """Puts a file below the attempt's folder of internal storage; returns its URI."""
        address = self.address_to_save(key, name)
        return storage.storage_for(key.tenant_id).put(address, content)

    def address_kept(self, key: AttemptKey, name: str, ttl: timedelta | None) -> str | None:
        """The address of a kept file; one that is too old is deleted."""
        address = self.address_to_keep(key, name)
        files = storage.storage_for(key.tenant_id)
        try:
            if ttl is not None and files.info(address).modified + ttl < clock.now():
                files.delete(address)
                return None
            return address if files.exists(address) else None
        except storage.Missing:
            return None

    def kept(self, key: AttemptKey, name: str, ttl: timedelta | None) -> BinaryIO | None:
        """A file that an earlier attempt of this flow has kept, unless it is older than ``ttl``."""
        address = self.address_kept(key, name, ttl)
        try:
            return storage.storage_for(key.tenant_id).open(address) if address else None
        except storage.Missing:
            return None

    def address_to_keep(self, key: AttemptKey, name: str) -> str:
        """Where a file is kept for later attempts of this flow."""
        with self._held(key) as place:
            return f"{place.cache}/{name}"

    def keep(self, key: AttemptKey, name: str, content: BinaryIO) -> None:
        """Keeps a file for later attempts of this flow, over an older one of that name."""
        storage.storage_for(key.tenant_id).put(self.address_to_keep(key, name), content)

    def namespace_files(
        self, key: AttemptKey, namespace: str, include: Sequence[str], exclude: Sequence[str]
    ) -> Mapping[str, str]:
        """Namespace files that match, as path → URI."""
        with self._held(key) as place:
            found = flows.matching(namespace or place.namespace, include, exclude)
        return {file.path: file.uri for file in found}

    def request(self, key: AttemptKey, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Any other question of a task; answered as data."""
        with self._held(key) as place:
            try:
                return requests.answer(key, place, operation, arguments)
            except (AppError, ExpressionError) as refusal:
                raise ValueError(str(refusal)) from None

    def remember(self, key: AttemptKey, state: Mapping[str, Any]) -> None:
        """Stores what the next attempt of this task run must know."""
        with self._held(key), connection.cursor() as cursor:
            facts: list[Any] = [text(state), key.tenant_id, key.execution_id, key.task_run_id]
            cursor.execute(_REMEMBER, facts)

    def trail(
        self,
        key: AttemptKey,
        *,
        kill: Mapping[str, Any] | None = None,
        remote: Mapping[str, Any] | None = None,
    ) -> None:
        """Keeps a step of ending the attempt, or of its job in another system; polls have none."""
        if is_poll(key):
            return
        with self._held(key), connection.cursor() as cursor:
            if kill is not None:
                cursor.execute(_KILL_STEP, [text(_dated(kill)), *_identity(key)[:4]])
            if remote is not None:
                cursor.execute(_REMOTE_STEP, [text([_dated(remote)]), *_identity(key)[:4]])

    def log(self, records: Sequence[LogRecord]) -> None:
        """Stores a batch of log lines; blocks while the platform cannot take them."""
        by_tenant: dict[UUID, list[LogRecord]] = defaultdict(list)
        for record in records:
            if not is_poll(record.key):
                by_tenant[record.key.tenant_id].append(record)
        for tenant_id, lines in by_tenant.items():
            with tenant_scope(tenant_id):
                log_store.store(tenant_id, lines)

    def complete(self, result: AttemptResult) -> None:
        """Hands over the result; returns once it is on its way to be written."""
        self._finished(result)

    @contextmanager
    def _held(self, key: AttemptKey) -> Iterator[Place]:
        """The tenant's scope, if the lease is still ours."""
        place = self._places.of(key)
        if place is None:
            raise LeaseLost(str(key))
        with tenant_scope(key.tenant_id):
            with connection.cursor() as cursor:
                if is_poll(key):
                    held = checks.HELD if checks.is_check(key) else _POLL_HELD
                    cursor.execute(held, [key.tenant_id, key.task_run_id, key.epoch])
                else:
                    cursor.execute(_HELD, _identity(key))
                if cursor.fetchone() is None:
                    raise LeaseLost(str(key))
            yield place


def _dated(step: Mapping[str, Any]) -> dict[str, Any]:
    """A step whose moments are dates."""
    return {
        name: clock.wire(datetime.fromtimestamp(value, UTC)) if isinstance(value, float) else value
        for name, value in step.items()
    }


def _identity(key: AttemptKey) -> list[Any]:
    return [key.tenant_id, key.execution_id, key.task_run_id, key.number, key.epoch]


def _refuse_closed(place: Place, namespace: str | None) -> None:
    try:
        readable(place.namespace, namespace)
    except NamespaceMissing:
        return
    except NamespaceClosed as refusal:
        raise ValueError(str(refusal)) from None


def _nearest(place: Place, name: str) -> Any:
    found = tenants.namespace(place.namespace)
    return flows.inherited_pair(found.ancestors if found else [place.namespace], name)


def _namespace_file(place: Place, path: str) -> str:
    found = flows.file(place.namespace, path)
    if found is None or found.directory:
        raise FileNotFoundError(path)
    return found.uri
