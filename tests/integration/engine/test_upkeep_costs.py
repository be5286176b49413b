"""What upkeep reads: as much as it takes away, whatever else lies in its tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.db import connections, transaction

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from executions.runtime import upkeep
from tests.integration.engine.stage import Stage

MANY: Final = 20_000


def _trigger(stage: Stage, family: str, *, days: int, keys: int) -> None:
    """A trigger that fired so often, all of it so many days ago."""
    state = uuid7()
    with tenant_scope(stage.tenant_id), connections["default"].cursor() as cursor:
        cursor.execute(
            "insert into trigger_state (tenant_id, id, namespace_id, namespace, flow_id, flow_uid,"
            " revision, trigger_id, type, family, spec, source_disabled, disabled, lease_epoch,"
            " version) values (%s, %s, %s, 'company.data', %s, %s, 1, 't', 'x', %s, '{}', false,"
            " false, 0, 0)",
            [stage.tenant_id, state, uuid7(), f"f-{state}", uuid7(), family],
        )
        cursor.execute(
            "insert into trigger_fired (tenant_id, trigger_state_id, key, execution_id, created_at)"
            " select %s, %s, i::text, %s, now() - make_interval(days => %s)"
            "   from generate_series(1, %s) i",
            [stage.tenant_id, state, uuid7(), days, keys],
        )


def _scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _scans(inner)


def _read(table: str) -> int:
    """How many rows of a table one batch of forgetting causes looks at; nothing is deleted."""
    system = connections["system"]
    with transaction.atomic("system"), system.cursor() as cursor:
        facts: dict[str, Any] = {"age": timedelta(days=180), "limit": 500}
        cursor.execute(f"explain (analyze, format json) {upkeep.OLD_CAUSES}", facts)
        (plan,) = cursor.fetchone()[0]
        transaction.set_rollback(True, using="system")
    nodes = [node for node in _scans(plan["Plan"]) if node.get("Relation Name") == table]
    return sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in nodes
        if node["Node Type"] != "ModifyTable"
    )


def test_causes_that_stay_are_not_read_to_find_those_that_go(stage: Stage) -> None:
    _trigger(stage, "poll", days=300, keys=MANY)
    _trigger(stage, "schedule", days=2, keys=MANY)
    _trigger(stage, "schedule", days=300, keys=10)
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze trigger_fired")
        cursor.execute("analyze trigger_state")

    assert 10 <= _read("trigger_fired") <= 100
