"""The keys that tenants' values are sealed with, opened once and remembered in this process.

A data key is remembered only when its row is committed. A process that remembered the key of a
transaction that was rolled back would seal values with a key that nobody has.
"""

from __future__ import annotations

import base64
import os
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db import transaction

from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant, one_row, tenant_scope
from tenants.models import DataKey
from tenants.services import master_keys
from tenants.services.master_keys import Undecryptable

KEY_BYTES: Final = 32
NAME_BYTES: Final = 8
FRESH_SECONDS: Final = 30.0
"""How long a process goes on sealing with a key after another one has replaced it."""
MOST: Final = 10_000

_CURRENT: Final = """
    select name, wrapped from tenants_datakey
     where tenant_id = %(tenant)s and retired_at is null
"""
_NAMED: Final = """
    select name, wrapped from tenants_datakey where tenant_id = %(tenant)s and name = %(name)s
"""
_RETIRE: Final = "update tenants_datakey set retired_at = now() where tenant_id = %(tenant)s"
_MAKE: Final = """
    insert into tenants_datakey (id, tenant_id, name, wrapped)
    values (%(id)s, %(tenant)s, %(name)s, %(wrapped)s)
    on conflict (tenant_id) where retired_at is null do nothing
"""


@dataclass(frozen=True)
class Opened:
    """A data key in hand."""

    name: str
    key: bytes = field(repr=False)


@dataclass
class _Remembered:
    """Opened keys by tenant and name, and which one seals, until a moment."""

    keys: dict[tuple[UUID, str], Opened] = field(default_factory=dict)
    current: dict[UUID, tuple[Opened, float]] = field(default_factory=dict)
    uncommitted: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, tenant: UUID, found: Opened, *, seals: bool) -> None:
        with self.lock:
            if found.name in self.uncommitted:
                return
            if len(self.keys) >= MOST:
                self.keys.clear()
                self.current.clear()
            self.keys[tenant, found.name] = found
            if seals:
                self.current[tenant] = (found, time.monotonic() + FRESH_SECONDS)

    def committed(self, name: str) -> None:
        with self.lock:
            self.uncommitted.discard(name)

    def made(self, tenant: UUID, name: str) -> None:
        with self.lock:
            self.uncommitted.add(name)
            self.current.pop(tenant, None)


_remembered = _Remembered()


def current() -> Opened:
    """The key that seals for the current tenant, made if it has none; raises NoKey."""
    tenant = current_tenant()
    known = _remembered.current.get(tenant)
    if known is not None and time.monotonic() < known[1]:
        return known[0]
    row = one_row(_CURRENT, {"tenant": tenant})
    if row is None:
        make()
        row = one_row(_CURRENT, {"tenant": tenant})
    if row is None:
        raise Undecryptable
    found = Opened(row[0], _unwrapped(tenant, *row))
    _remembered.put(tenant, found, seals=True)
    return found


def named(name: str) -> Opened:
    """A key of the current tenant, whether it still seals or not; raises Undecryptable."""
    tenant = current_tenant()
    known = _remembered.keys.get((tenant, name))
    if known is not None:
        return known
    row = one_row(_NAMED, {"tenant": tenant, "name": name})
    if row is None:
        raise Undecryptable
    found = Opened(name, _unwrapped(tenant, *row))
    _remembered.put(tenant, found, seals=False)
    return found


def make() -> None:
    """Gives the current tenant a key if none seals; of two at the same moment one is kept."""
    tenant, name = current_tenant(), secrets.token_hex(NAME_BYTES)
    text = base64.b64encode(os.urandom(KEY_BYTES)).decode()
    wrapped = master_keys.seal(text, context=context_of_name(tenant, name))
    facts = {"id": uuid7(), "tenant": tenant, "name": name, "wrapped": wrapped}
    with tenant_scope(tenant):
        _remembered.made(tenant, name)
        one_row(_MAKE + " returning 1", facts)
        transaction.on_commit(lambda: _remembered.committed(name))


def replace() -> None:
    """Gives the current tenant another key; the one before opens what it sealed, and seals no more."""
    tenant = current_tenant()
    with tenant_scope(tenant):
        one_row(_RETIRE + " and retired_at is null returning 1", {"tenant": tenant})
        make()


def forget() -> None:
    """Reads every key anew from here on."""
    with _remembered.lock:
        _remembered.keys.clear()
        _remembered.current.clear()


def context_of(row: DataKey) -> str:
    """What a sealed data key is authenticated with."""
    return context_of_name(row.tenant_id, row.name)


def context_of_name(tenant: UUID, name: str) -> str:
    """The same, before there is a row."""
    return f"data key|{tenant}|{name}"


def _unwrapped(tenant: UUID, name: str, wrapped: str) -> bytes:
    text = master_keys.unseal(wrapped, context=context_of_name(tenant, name))
    return base64.b64decode(text)
