"""What expressions may ask of the world when the shell renders them; one tenant's scope is open."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from downbeat.common import clock, storage
from downbeat.common.models import uuid7
from executions.runtime.file_reach import FileClosed, readable_address
from executions.runtime.reach import NamespaceClosed, NamespaceMissing, readable, secret_of
from executions.runtime.text_cipher import decrypt, encrypt
from executions.runtime.turn_log import TurnLog, error_line
from flows import facade as flows
from flows.spec.expressions import ExpressionError
from tenants import facade as tenants

LARGEST_FILE: Final = 8 * 1024 * 1024

_ERRORS: Final = """
select task_id, task_run_id, attempt_number, at, message from log_line
 where tenant_id = %s and execution_id = %s and level = 'ERROR' order by idx limit 1000
"""


class ShellServices:
    """Time, secrets, keys, files and logs for the flow of one namespace.

    ``log`` holds the lines of the turn that renders, which are not written yet.
    """

    def __init__(
        self,
        *,
        tenant_id: UUID,
        namespace: str,
        execution_id: UUID | None,
        log: TurnLog | None = None,
    ) -> None:
        self._tenant_id = tenant_id
        self._namespace = namespace
        self._execution_id = execution_id
        self._log = log

    def now(self) -> datetime:
        """The current instant."""
        return clock.now()

    def random(self) -> float:
        """A number from 0 up to, not including, 1."""
        return random.random()

    def new_id(self) -> str:
        """A new unique id."""
        return str(uuid7())

    def secret(self, name: str, namespace: str | None) -> str:
        """A secret of the flow's namespace, or of one that lets it."""
        try:
            found = secret_of(self._namespace, namespace, name)
        except KeyError:
            raise ExpressionError(f"There is no secret `{name}`") from None
        except tenants.SecretManagerFailed as problem:
            raise ExpressionError(str(problem)) from None
        if self._log is not None:
            self._log.learn(found)
        return found

    def kv(self, key: str, namespace: str | None, error_on_missing: bool) -> Any:
        """A stored value; of the nearest ancestor that has it when no namespace is named."""
        try:
            named = readable(self._namespace, namespace) if namespace else None
        except NamespaceMissing:
            named = namespace
        except NamespaceClosed as refusal:
            raise ExpressionError(str(refusal)) from None
        found = flows.pair(named, key) if named else self._inherited(key)
        if found is None and error_on_missing:
            where = namespace or self._namespace
            raise ExpressionError(f"There is no key `{key}` in namespace `{where}`")
        return None if found is None else found.value

    def _inherited(self, key: str) -> Any:
        place = tenants.namespace(self._namespace)
        return flows.inherited_pair(place.ancestors if place else (self._namespace,), key)

    def read_file(self, path_or_uri: str) -> str:
        """The text of a namespace file or of a file of internal storage."""
        address = path_or_uri if "://" in path_or_uri else self.file_uri(path_or_uri)
        if self.file_size(address) > LARGEST_FILE:
            raise ExpressionError(f"`{path_or_uri}` is larger than {LARGEST_FILE} bytes")
        with storage.storage_for(self._tenant_id).open(self._readable(address)) as file:
            return file.read().decode("utf-8", "replace")

    def _readable(self, uri: str) -> str:
        return readable_address(self._tenant_id, self._namespace, self._execution_id, uri)

    def file_uri(self, path: str) -> str:
        """The internal address of a namespace file."""
        found = flows.file(self._namespace, path)
        if found is None or found.directory:
            raise ExpressionError(f"There is no namespace file `{path}` in `{self._namespace}`")
        return found.uri

    def file_size(self, uri: str) -> int:
        """Size in bytes."""
        try:
            return storage.storage_for(self._tenant_id).size(self._readable(uri))
        except (storage.Missing, storage.BadPath, FileClosed) as problem:
            raise ExpressionError(str(problem)) from None

    def file_exists(self, uri: str) -> bool:
        """Whether internal storage has the file."""
        try:
            return storage.storage_for(self._tenant_id).exists(self._readable(uri))
        except (storage.BadPath, FileClosed):
            return False

    def error_logs(self) -> list[Any]:
        """The error lines of the execution, those of this turn last."""
        with connection.cursor() as cursor:
            cursor.execute(_ERRORS, [self._tenant_id, self._execution_id])
            rows = cursor.fetchall()
        return [error_line(*row) for row in rows] + (self._log.errors() if self._log else [])

    def encrypt(self, key: str, text: str) -> str:
        """Text under a key that the flow's author chose."""
        return encrypt(key, text)

    def decrypt(self, key: str, text: str) -> str:
        """What ``encrypt`` made, read back."""
        plain = decrypt(key, text)
        if self._log is not None:
            self._log.learn(plain)
        return plain
