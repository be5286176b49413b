"""Whose files of internal storage an execution may read.

Files carry their owner in their address: namespace, flow, and mostly the execution. A flow reads
those of its own namespace and of the namespaces within its reach. Beyond them it reads the files
of executions it has to do with: their chains of parents, causes and originals meet, so that a
parent may hand a file to a child in another namespace and a child may hand one back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from downbeat.common import storage
from downbeat.common.errors import Invalid
from executions.runtime.reach import NamespaceClosed, NamespaceMissing, readable
from executions.runtime.sql import rows

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


def require_readable(tenant_id: UUID, own: str, execution_id: UUID | None, uri: str) -> None:
    """Raises ``FileClosed`` unless an execution of a namespace may read a file.

    Inside the tenant's scope. Costs nothing for files of the own namespace.
    """
    owner = owner_of(uri)
    if owner.namespace == own or owner.namespace.startswith(f"{own}."):
        return
    try:
        readable(own, owner.namespace)
    except (NamespaceClosed, NamespaceMissing):
        if not _related(tenant_id, execution_id, owner):
            raise FileClosed(own=own, uri=uri, namespace=owner.namespace) from None


def owner_of(uri: str) -> Owner:
    """The owner that an address names; what has no place of ours belongs to its own folder."""
    parts = storage.clean(uri).split("/")
    if "_files" in parts[1:]:
        return Owner(".".join(parts[: parts.index("_files", 1)]))
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
