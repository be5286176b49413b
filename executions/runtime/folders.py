"""Where in internal storage the files of flows and of executions lie."""

from __future__ import annotations

from uuid import UUID


def folder_of_flow(namespace: str, flow_id: str) -> str:
    """What belongs to a flow, in whatever execution."""
    return f"{namespace.replace('.', '/')}/{flow_id}"


def folder_of(namespace: str, flow_id: str, execution_id: UUID) -> str:
    """What belongs to one execution."""
    return f"{folder_of_flow(namespace, flow_id)}/executions/{execution_id}"
