"""Whose files of internal storage an execution may read.

Files carry their owner in their address: namespace, flow, and mostly the execution. An address from
before a move names the path of then, and leads to the namespace that had it. A flow reads
those of its own namespace and of the namespaces within its reach. Beyond them it reads the files
of executions it has to do with: their chains of parents, causes and originals meet, so that a
parent may hand a file to a child in another namespace and a child may hand one back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from downbeat.common import storage
from downbeat.common.errors import Invalid
from executions.runtime.reach import NamespaceClosed, NamespaceMissing, readable
from executions.runtime.sql import rows
from tenants import facade as tenants

NAMESPACE_FILES: Final = "_files"
OF_FLOWS: Final = {"executions": 1, "triggers": 2}
"""Folders of a flow, with how far behind each the id of an execution or a poll stands."""
_CHAIN: Final = """
with recursive chain(id, parent_id, replay_of, cause, namespace, flow_id) as (
    select id, parent_id, replay_of, {cause}, namespace, flow_id from execution e
     where tenant_id = %s and id = %s
    union
    select e.id, e.parent_id, e.replay_of, {cause}, e.namespace, e.flow_id
      from execution e join chain c on e.id in (c.parent_id, c.replay_of, c.cause)
     where e.tenant_id = %s
)
select id, namespace, flow_id from chain limit 1000
""".format(
    cause="""case when e.trigger->'variables'->>'executionId' ~ '^[0-9a-fA-F-]{36}$'
            then (e.trigger->'variables'->>'executionId')::uuid end"""
)


class FileClosed(Invalid):
    """Executions of flows in `{own}` may not read `{uri}`, a file of `{namespace}`. To let them, add
    `{own}` to the `allowedNamespaces` of `{namespace}`, or hand the file over as an input."""

    code = "file.closed"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a file is, as its address says."""

    namespace: str
    flow_id: str | None = None
    execution_id: UUID | None = None


def readable_address(tenant_id: UUID, own: str, execution_id: UUID | None, uri: str) -> str:
    """Where to read a file; raises ``FileClosed`` unless an execution of a namespace may read it.

    Inside the tenant's scope. Costs nothing for files of the own namespace.
    """
    owner = owner_of(uri)
    if owner.namespace == own:
        return uri
    owner, uri = current(owner, uri)
    if owner.namespace == own or owner.namespace.startswith(f"{own}."):
        return uri
    try:
        readable(own, owner.namespace)
    except (NamespaceClosed, NamespaceMissing):
        if not _related(tenant_id, execution_id, owner):
            raise FileClosed(own=own, uri=uri, namespace=owner.namespace) from None
    return uri


def current(owner: Owner, uri: str) -> tuple[Owner, str]:
    """Whose a file is now, and where: of a namespace that has moved, its own files moved with it."""
    place = tenants.current_path(owner.namespace)
    if place == owner.namespace:
        return owner, uri
    before, after = (path.replace(".", "/") for path in (owner.namespace, place))
    inside = storage.clean(uri)
    if inside.startswith(f"{before}/{NAMESPACE_FILES}/"):
        uri = storage.uri_of(f"{after}{inside[len(before) :]}")
    return replace(owner, namespace=place), uri


def owner_of(uri: str) -> Owner:
    """The owner that an address names; what has no place of ours belongs to its own folder."""
    parts = storage.clean(uri).split("/")
    if NAMESPACE_FILES in parts[1:]:
        return Owner(".".join(parts[: parts.index(NAMESPACE_FILES, 1)]))
    for index in range(2, len(parts)):
        behind = index + OF_FLOWS.get(parts[index], len(parts))
        if behind < len(parts) and (id := _uuid(parts[behind])) is not None:
            of_execution = parts[index] == "executions"
            place, flow = ".".join(parts[: index - 1]), parts[index - 1]
            return Owner(place, flow, id if of_execution else None)
    return Owner(".".join(parts[:-1]))


def _related(tenant_id: UUID, execution_id: UUID | None, owner: Owner) -> bool:
    if execution_id is None:
        return False
    own = _chain(tenant_id, execution_id)
    if owner.execution_id is None:
        return any((row[1], row[2]) == (owner.namespace, owner.flow_id) for row in own)
    theirs = _chain(tenant_id, owner.execution_id)
    return not {row[0] for row in own}.isdisjoint(row[0] for row in theirs)


def _chain(tenant_id: UUID, execution_id: UUID) -> list[tuple[Any, ...]]:
    return rows(_CHAIN, [tenant_id, execution_id, tenant_id])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
