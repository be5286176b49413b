"""Finds the value of a secret for an attempt, wherever it is kept.

Theory of operation. The tree is walked from the attempt's namespace up. At each step the built-in
manager is asked first, then the external one that is configured there. The first that has the name
wins; a manager that says so ends the walk. The database is read in one short scope; external
managers are asked after it, so that no transaction waits for another machine. Values of external
managers are remembered in this process's memory for seconds, never anywhere else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db.models.functions import Upper

from downbeat.common.scope import current_tenant, tenant_scope
from tenants.errors import SecretMissing
from tenants.life_errors import (
    SecretManagerFailed,
)
from tenants.models import Secret, SecretManager
from tenants.paths import lineage
from tenants.secret_managers import ADAPTERS, Ask, ManagerFailedError
from tenants.selectors.tenants import tenant_slug
from tenants.services import keys
from tenants.services.audit_receivers import guarded_for
from tenants.services.secret_managers import credentials_of, managers_of

MOST: Final = 5_000
CACHE_SECONDS: Final = 30.0


@dataclass
class _Remembered:
    """Values by manager, its version and name, each until a moment."""

    values: dict[tuple[UUID, int, str, str], tuple[str, float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: tuple[UUID, int, str, str]) -> str | None:
        with self.lock:
            found = self.values.get(key)
        return found[0] if found and time.monotonic() < found[1] else None

    def put(self, key: tuple[UUID, int, str, str], value: str, seconds: float) -> None:
        if seconds <= 0:
            return
        with self.lock:
            if len(self.values) >= MOST:
                self.values.clear()
            self.values[key] = (value, time.monotonic() + seconds)


_remembered = _Remembered()


def forget_values() -> None:
    """Asks every manager anew from here on."""
    with _remembered.lock:
        _remembered.values.clear()


def context_of(row: Secret) -> str:
    """What a stored value is authenticated with."""
    return f"{row.tenant_id}|{row.namespace_id}|{row.key.upper()}|{row.version}"


def resolve_secret(namespace: str, name: str) -> str:
    """The value of a secret for an attempt in that namespace: the nearest that has it wins.

    Raises SecretMissing, and SecretManagerFailed when a manager that comes first cannot be asked:
    it may have the value, so none from above is taken in its place.
    """
    stored, managers = _known(namespace, name)
    configured = dict(managers)
    for step in reversed(lineage(namespace)):
        if step in stored:
            return keys.decrypt(stored[step].value, context=context_of(stored[step]))
        manager = configured.get(step)
        if manager is None:
            continue
        if manager.kind in ADAPTERS and (value := ask_manager(step, manager, name)) is not None:
            return value
        if not manager.inherit:
            break
    raise SecretMissing(name, namespace)


def ask_manager(path: str, row: SecretManager, name: str) -> str | None:
    """The value that an external manager has for a name; raises SecretManagerFailed."""
    key = (row.id, row.version, path, name)
    known = _remembered.get(key)
    if known is not None:
        return known
    ask = Ask(
        tenant=tenant_slug(row.tenant_id),
        namespace=path,
        key=name,
        config=row.config,
        credentials=credentials_of(row),
        guarded=guarded_for(of_instance=False),
    )
    try:
        found = ADAPTERS[row.kind].value(ask)
    except ManagerFailedError as problem:
        raise SecretManagerFailed(
            kind=row.kind, place=path or "the tenant", key=name, reason=problem
        ) from None
    if found is not None:
        _remembered.put(key, found, float(row.config.get("cacheSeconds", CACHE_SECONDS)))
    return found


def _known(
    namespace: str, name: str
) -> tuple[dict[str, Secret], Sequence[tuple[str, SecretManager]]]:
    with tenant_scope(current_tenant()):
        rows = (
            Secret.objects.annotate(upper=Upper("key"))
            .filter(upper=name.upper(), namespace__path__in=lineage(namespace))
            .select_related("namespace")
        )
        return {row.namespace.path: row for row in rows}, managers_of(namespace)
