"""Assets of a run: the relations that it wrote and what they were made from, by the manifest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flows.plugins.dbt.companion.places import Warehouse
from flows.plugins.dbt.companion.results import NodeRun

_WRITTEN: Final = frozenset({"model", "seed", "snapshot"})
_MOST_COLUMNS: Final = 500


@dataclass(frozen=True)
class Manifest:
    """The parts of a manifest that lineage needs."""

    adapter: str
    nodes: Mapping[str, Mapping[str, Any]]
    parents: Mapping[str, Any]

    @classmethod
    def of(cls, found: Any) -> Manifest | None:
        """The manifest in parsed JSON; ``None`` if it is none."""
        if not isinstance(found, dict):
            return None
        nodes = {
            str(key): node
            for part in ("nodes", "sources")
            for key, node in _map(found.get(part)).items()
            if isinstance(node, dict)
        }
        adapter = _map(found.get("metadata")).get("adapter_type")
        return cls(str(adapter or "dbt"), nodes, _map(found.get("parent_map")))

    def upstream(self, unique_id: str) -> list[str]:
        """The nearest relations that a node reads; ephemeral models are looked through."""
        found: dict[str, None] = {}
        seen = {unique_id}
        open_ids = self._parents(unique_id)
        while open_ids:
            parent = open_ids.pop(0)
            if parent in seen:
                continue
            seen.add(parent)
            if self.is_relation(parent):
                found[parent] = None
            else:
                open_ids += self._parents(parent)
        return list(found)

    def is_relation(self, unique_id: str) -> bool:
        """Whether a node is a table or a view."""
        node = self.nodes.get(unique_id)
        if node is None or unique_id.partition(".")[0] not in {*_WRITTEN, "source"}:
            return False
        return _map(node.get("config")).get("materialized") != "ephemeral"

    def _parents(self, unique_id: str) -> list[str]:
        found = self.parents.get(unique_id)
        return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []

    def uri(self, unique_id: str, warehouse: Warehouse) -> str:
        """The address of a relation."""
        node = self.nodes[unique_id]
        table = node.get("identifier") or node.get("alias") or node.get("name") or unique_id
        return warehouse.uri(_text(node.get("database")), _text(node.get("schema")), str(table))


def assets(
    manifest: Manifest, runs: Iterable[NodeRun], warehouse: Warehouse
) -> Iterator[dict[str, Any]]:
    """Each relation that was written, after those that were only read."""
    written = {
        run.unique_id: run
        for run in runs
        if run.kind in _WRITTEN
        and run.state in ("SUCCESS", "WARNING")
        and manifest.is_relation(run.unique_id)
    }
    parents = {unique_id: manifest.upstream(unique_id) for unique_id in written}
    read = dict.fromkeys(name for found in parents.values() for name in found)
    for unique_id in read:
        if unique_id not in written:
            yield _asset(manifest, unique_id, warehouse, "input", {})
    for unique_id, run in written.items():
        upstream = [manifest.uri(parent, warehouse) for parent in parents[unique_id]]
        facts = {"upstream": upstream, **({} if run.rows is None else {"rows": run.rows})}
        yield _asset(manifest, unique_id, warehouse, "output", facts)


def _asset(
    manifest: Manifest,
    unique_id: str,
    warehouse: Warehouse,
    direction: str,
    more: Mapping[str, Any],
) -> dict[str, Any]:
    node = manifest.nodes[unique_id]
    view = _map(node.get("config")).get("materialized") == "view"
    columns = [
        {"name": str(name), "type": _text(_map(column).get("data_type"))}
        for name, column in list(_map(node.get("columns")).items())[:_MOST_COLUMNS]
    ]
    facts = {
        "type": "view" if view else "table",
        "name": str(node.get("name") or unique_id),
        "columns": columns,
        **more,
    }
    return {"uri": manifest.uri(unique_id, warehouse), "direction": direction, "facts": facts}


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
