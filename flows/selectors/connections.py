"""Connections as the API shows them, and the types that they may have."""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any

from downbeat.common.clock import wire
from downbeat.sdk.connection import Connection
from flows.selectors.catalogue import registry
from flows.spec import connections
from tenants.contracts import ConnectionRef

Json = dict[str, Any]


def brief(found: ConnectionRef) -> Json:
    """A connection without its values."""
    return {
        "id": str(found.id),
        "namespace": found.namespace,
        "name": found.name,
        "type": found.type,
        "description": found.description,
        "version": found.version,
        "createdAt": wire(found.created_at),
        "updatedAt": wire(found.updated_at),
    }


def whole(found: ConnectionRef) -> Json:
    """A connection with what may be seen of it, and the names of the values that may not."""
    visible = connections.shown(registry().connection(found.type), found.values)
    return {
        **brief(found),
        "values": visible,
        "secrets": sorted(found.values.keys() - visible.keys()),
    }


@lru_cache(maxsize=1)
def kinds() -> list[Json]:
    """Every type of connection with its schema."""
    return [_kind(found) for found in registry().connections()]


def _kind(found: type[Connection]) -> Json:
    title, _, rest = (inspect.getdoc(found) or "").partition("\n\n")
    return {
        "type": found.connection_type,
        "title": title.replace("\n", " "),
        "description": rest,
        "schema": connections.schema(found),
        "secrets": sorted(connections.hidden_keys(found)),
        "variables": {found.key_of(name): list(names) for name, names in found.variables.items()},
        "testable": found.check is not Connection.check,
    }
