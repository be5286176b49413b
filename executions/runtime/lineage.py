"""Keeps which task reads and writes what, and what flows into what.

All rows of a turn are written by three statements at its very end, each in the order of its keys:
two turns that name the same assets wait for each other, and never in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import UUID

from downbeat.common.models import uuid7
from executions.runtime.sql import rows
from executions.runtime.store_codec import text
from executions.runtime.turn_results import Accepted

MOST_EDGES: Final = 10_000
"""Of one task run, the first: every input flows into every output unless the task says better."""
Json = dict[str, Any]

_PLACES: Final = """
select t.execution_id, t.id, t.task_id, e.namespace_id, e.namespace, e.flow_id, e.revision
  from task_run t join execution e on e.tenant_id = t.tenant_id and e.id = t.execution_id
 where t.tenant_id = %s and t.execution_id = any(%s) and t.id = any(%s)
"""
_ASSETS: Final = """
insert into asset (id, tenant_id, uri, type, name, facts, execution_id, first_at, last_at)
select a.id, %(tenant)s, a.uri, a.type, a.name, a.facts, a.execution_id, now(), now()
  from jsonb_to_recordset(%(records)s::jsonb)
       as a(id uuid, uri text, type text, name text, facts jsonb, execution_id uuid)
 order by a.uri collate "C"
on conflict (tenant_id, uri) do update
   set type = coalesce(excluded.type, asset.type), name = coalesce(excluded.name, asset.name),
       facts = asset.facts || excluded.facts, execution_id = excluded.execution_id,
       last_at = excluded.last_at
returning uri, id
"""
_OF_TASK: Final = """namespace_id uuid, namespace text, flow_id text, task_id text, revision int,
       execution_id uuid, task_run_id uuid, kind text"""
_COLUMNS: Final = (
    "namespace_id, namespace, flow_id, task_id, revision, execution_id, task_run_id, kind"
)
_LATEST: Final = """revision = excluded.revision, execution_id = excluded.execution_id,
       task_run_id = excluded.task_run_id, at = excluded.at, kind = excluded.kind"""
_USES: Final = f"""
insert into asset_use (tenant_id, asset_id, direction, at, {_COLUMNS})
select %(tenant)s, asset_id, direction, now(), {_COLUMNS}
  from jsonb_to_recordset(%(records)s::jsonb) as u(asset_id uuid, direction text, {_OF_TASK})
 order by asset_id, namespace_id, flow_id collate "C", task_id collate "C", direction
on conflict (tenant_id, asset_id, namespace_id, flow_id, task_id, direction) do update
   set {_LATEST}
"""
_EDGES: Final = f"""
insert into lineage_edge (tenant_id, source_id, target_id, at, {_COLUMNS})
select %(tenant)s, source_id, target_id, now(), {_COLUMNS}
  from jsonb_to_recordset(%(records)s::jsonb) as e(source_id uuid, target_id uuid, {_OF_TASK})
 order by source_id, target_id, namespace_id, flow_id collate "C", task_id collate "C"
on conflict (tenant_id, source_id, target_id, namespace_id, flow_id, task_id) do update
   set {_LATEST}
"""


@dataclass(frozen=True, slots=True)
class Noted:
    """The assets that one task run has named, and where it belongs."""

    place: Mapping[str, Any]
    assets: Sequence[Mapping[str, Any]]


def of_results(tenant_id: UUID, accepted: Iterable[Accepted]) -> list[Noted]:
    """What attempts have named that were accepted in this turn."""
    named = {item.run: item for item in accepted if item.result.assets}
    if not named:
        return []
    executions = list({item.execution_id for item in named.values()})
    found = rows(_PLACES, [tenant_id, executions, list(named)])
    return [Noted(place_of(*row), named[row[1]].result.assets) for row in found if row[1] in named]


def place_of(
    execution_id: UUID,
    task_run_id: UUID,
    task_id: str,
    namespace_id: UUID,
    namespace: str,
    flow_id: str,
    revision: int,
) -> Json:
    """Where a task run belongs, as columns of the tables."""
    return {
        "execution_id": execution_id,
        "task_run_id": task_run_id,
        "task_id": task_id,
        "namespace_id": namespace_id,
        "namespace": namespace,
        "flow_id": flow_id,
        "revision": revision,
    }


def keep(tenant_id: UUID, noted: Sequence[Noted]) -> None:
    """Writes assets, their uses and their edges; the last thing that a transaction does."""
    if not noted:
        return
    found = rows(_ASSETS, {"tenant": tenant_id, "records": text(_assets(noted))})
    ids = {str(uri): id for uri, id in found}
    uses = _uses(noted, ids)
    rows(_USES, {"tenant": tenant_id, "records": text(list(uses.values()))})
    if edges := _edges(noted, ids):
        rows(_EDGES, {"tenant": tenant_id, "records": text(list(edges.values()))})


def _assets(noted: Iterable[Noted]) -> list[Json]:
    """Each asset once, the later facts over the earlier."""
    found: dict[str, Json] = {}
    for one in noted:
        for asset in one.assets:
            for name in asset["upstream"]:
                found.setdefault(name, _asset(name, one))
            known = found.setdefault(asset["uri"], _asset(asset["uri"], one))
            known["type"] = asset["type"] or known["type"]
            known["name"] = asset["name"] or known["name"]
            known["facts"] |= asset["facts"]
    return [found[name] for name in sorted(found)]


def _asset(uri: str, one: Noted) -> Json:
    owner = one.place["execution_id"]
    return {
        "id": uuid7(), "uri": uri, "type": None, "name": None, "facts": {}, "execution_id": owner,
    }  # fmt: skip


def _uses(noted: Iterable[Noted], ids: Mapping[str, UUID]) -> dict[tuple[Any, ...], Json]:
    found: dict[tuple[Any, ...], Json] = {}
    for one in noted:
        place = one.place
        for asset in one.assets:
            named = [(asset["uri"], asset["direction"])]
            named += [(name, "input") for name in asset["upstream"]]
            for uri, direction in named:
                row = {"asset_id": ids[uri], "direction": direction, "kind": asset["kind"], **place}
                found[(ids[uri], direction, *_task(place))] = row
    return found


def _edges(noted: Iterable[Noted], ids: Mapping[str, UUID]) -> dict[tuple[Any, ...], Json]:
    found: dict[tuple[Any, ...], Json] = {}
    for one in noted:
        place = one.place
        for source, target, kind in islice(_pairs(one.assets), MOST_EDGES):
            row = {"source_id": ids[source], "target_id": ids[target], "kind": kind, **place}
            found[(ids[source], ids[target], *_task(place))] = row
    return found


def _task(place: Mapping[str, Any]) -> tuple[Any, ...]:
    return place["namespace_id"], place["flow_id"], place["task_id"]


def _pairs(assets: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """What flows into what: as an output tells by ``upstream``, else all that was read."""
    read = [asset for asset in assets if asset["direction"] == "input"]
    for target in assets:
        if target["direction"] != "output":
            continue
        if target["upstream"]:
            yield from ((name, target["uri"], target["kind"]) for name in target["upstream"])
            continue
        for source in read:
            both = "declared" if "declared" in (source["kind"], target["kind"]) else "observed"
            if source["uri"] != target["uri"]:
                yield source["uri"], target["uri"], both
