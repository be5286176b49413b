"""Names of tables: as people write them, as the REST API wants them, as assets show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from downbeat.sdk.errors import TaskFailed


@dataclass(frozen=True, slots=True)
class TableName:
    """A table (or, with ``$`` and ``@``, a partition or a moment of it)."""

    project: str
    dataset: str
    table: str

    def __str__(self) -> str:
        return f"{self.project}.{self.dataset}.{self.table}"

    @property
    def reference(self) -> dict[str, str]:
        """As the REST API writes it."""
        return {"projectId": self.project, "datasetId": self.dataset, "tableId": self.table}

    @property
    def asset(self) -> str:
        """The table as a data thing: partitions and moments belong to their table."""
        table = self.table.partition("$")[0].partition("@")[0]
        return f"bigquery://{self.project}/{self.dataset}/{table}"

    @property
    def is_kept(self) -> bool:
        """Whether it is a table of somebody, and not one that BigQuery made for an answer."""
        return not self.dataset.startswith("_")


def table_name(text: str | None, project: str, *, of: str) -> TableName:
    """The table that ``dataset.table`` or ``project.dataset.table`` names.

    ``of``: the property that holds the text. A project may hold a domain (``example.com:data``).
    """
    domain, colon, rest = (text or "").strip().strip("`").rpartition(":")
    parts = rest.split(".")
    if not all(parts) or len(parts) not in (2, 3) or (colon and len(parts) == 2):
        raise TaskFailed(
            f"'{of}' is '{text or ''}': it must be 'dataset.table' or 'project.dataset.table'"
        )
    if len(parts) == 2:
        return TableName(project, *parts)
    return TableName(f"{domain}{colon}{parts[0]}", parts[1], parts[2])


def named(reference: Any) -> TableName:
    """The table that the client library or the REST API names."""
    if isinstance(reference, dict):
        return TableName(reference["projectId"], reference["datasetId"], reference["tableId"])
    return TableName(reference.project, reference.dataset_id, reference.table_id)
