"""Writes connections, once their types and values are known to the installed plug-ins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from downbeat.common.errors import FieldError, InvalidFields
from downbeat.sdk.connection import Connection
from flows.selectors.catalogue import registry
from flows.spec import connections
from flows.spec.diagnostics import nearest
from tenants import facade as tenants
from tenants.actors import Actor
from tenants.contracts import ConnectionRef, NewConnection


@dataclass(frozen=True)
class Written:
    """A connection as somebody wrote it; without a type it keeps the one that it has."""

    name: str
    type: str | None
    values: Mapping[str, Any] = field(repr=False)
    description: str | None = None


def create(actor: Actor, namespace: str, written: Written) -> ConnectionRef:
    """A new connection of a namespace."""
    return tenants.create_connection(actor, namespace, _checked(written, written.type or ""))


def update(actor: Actor, namespace: str, written: Written) -> ConnectionRef:
    """Other values for a connection; secret ones that are not written again stay."""
    type = written.type or tenants.connection(actor, namespace, written.name).type
    return tenants.update_connection(actor, namespace, _checked(written, type))


def _checked(written: Written, type: str) -> NewConnection:
    kind = registry().connection(type)
    if kind is None:
        raise InvalidFields([FieldError(_unknown(type), path="type", code="connection.type")])
    values = connections.canonical(kind, written.values)
    if errors := [*_misnamed(written.name, kind), *_errors(kind, values)]:
        raise InvalidFields(errors)
    return NewConnection(
        name=written.name,
        type=type,
        values=values,
        description=written.description,
        hidden=connections.hidden_keys(kind),
    )


def _errors(kind: type[Connection], values: Mapping[str, Any]) -> Iterator[FieldError]:
    for found in connections.findings(kind, values):
        yield FieldError(found.message, path=f"values.{found.key}", code="connection.value")


def _misnamed(name: str, kind: type[Connection]) -> Iterator[FieldError]:
    """A connection that is named as a type is the one that its tasks take unasked."""
    if name != kind.connection_type and registry().connection(name) is not None:
        message = f"'{name}' is the name of a type: only a connection of that type is called so"
        yield FieldError(message, path="name", code="connection.name")


def _unknown(type: str) -> str:
    known = [kind.connection_type for kind in registry().connections()]
    near = nearest(type, known)
    meant = f"did you mean '{near}'?" if near else f"there are {', '.join(known)}"
    return f"there is no type of connection '{type}'; {meant}"
