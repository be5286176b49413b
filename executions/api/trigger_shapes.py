"""Triggers as JSON: as written, and where they stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from downbeat.common import clock
from executions.models import TriggerState
from executions.services.triggers import TriggerAddress

Json = dict[str, Any]
COLUMNS: Final = (
    "namespace", "flowId", "triggerId", "type", "disabled", "locked", "nextEvaluationDate",
    "lastTriggeredDate", "evaluatedAt", "executionId", "workerId", "updatedAt",
)  # fmt: skip
"""The columns of an export."""
KINDS: Final = {"schedule": "SCHEDULE", "poll": "POLLING", "realtime": "REALTIME"}


def trigger_and_state(row: TriggerState) -> Json:
    """A trigger with its state."""
    return {"trigger": {**row.spec, "id": row.trigger_id, "type": row.type}, "state": state(row)}


def state(row: TriggerState) -> Json:
    """Where a trigger stands."""
    shown: Json = {
        "namespace": row.namespace,
        "flowId": row.flow_id,
        "triggerId": row.trigger_id,
        "updatedAt": clock.wire(row.updated_at),
        "disabled": row.disabled or row.source_disabled,
        "locked": row.execution_id is not None,
    }
    dates = {
        "nextEvaluationDate": row.next_at,
        "evaluatedAt": row.evaluated_at,
        "lastTriggeredDate": row.last_at,
    }
    optional: Json = {
        "backfill": _backfill(row.backfill),
        "executionId": str(row.execution_id) if row.execution_id else None,
        "workerId": str(row.worker_id) if row.worker_id else None,
        "stopAfter": row.spec.get("stopAfter"),
        "error": row.error,
        "kind": KINDS.get(row.family),
        **{name: _date(date) for name, date in dates.items()},
    }
    return shown | {name: value for name, value in optional.items() if value is not None}


def columns(row: TriggerState) -> list[str]:
    """A trigger as a line of an export."""
    shown = {**state(row), "type": row.type}
    return [_plain(shown.get(name)) for name in COLUMNS]


def _plain(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case _:
            text = str(value)
            return f"'{text}" if text[:1] in "=+-@" else text


def address(row: TriggerState) -> TriggerAddress:
    """What names the trigger."""
    return TriggerAddress(row.namespace, row.flow_id, row.trigger_id)


def _backfill(stored: Json | None) -> Json | None:
    if stored is None:
        return None
    return {name: value for name, value in stored.items() if name != "id" and value is not None}


def _date(date: datetime | None) -> str | None:
    return None if date is None else clock.wire(date)
