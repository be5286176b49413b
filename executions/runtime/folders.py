"""Where in internal storage the files of flows and of executions lie."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

FORMER: Final = """array(select f.path::text from tenants_formerpath f
        where f.tenant_id = e.tenant_id and f.namespace_id = e.namespace_id)"""
"""The paths that the namespace of an execution ``e`` had before it moved."""


def folder_of_flow(namespace: str, flow_id: str) -> str:
    """What belongs to a flow, in whatever execution."""
    return f"{namespace.replace('.', '/')}/{flow_id}"


def folders_of(
    namespace: str, former: Iterable[str], flow_id: str, execution_id: UUID
) -> list[str]:
    """Where the files of an execution may lie: it may be older than a move of its namespace."""
    return [folder_of(path, flow_id, execution_id) for path in (namespace, *former)]


def folder_of(namespace: str, flow_id: str, execution_id: UUID) -> str:
    """What belongs to one execution."""
    return f"{folder_of_flow(namespace, flow_id)}/executions/{execution_id}"
