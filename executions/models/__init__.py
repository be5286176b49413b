"""Facts about executions, one module per group of tables; the engine writes them by plain SQL."""

from __future__ import annotations

from executions.models.assets import Asset, AssetUse, LineageEdge
from executions.models.connection_checks import ConnectionCheck
from executions.models.execution import Execution
from executions.models.execution_label import ExecutionLabel
from executions.models.flow_triggers import TriggerEvent, TriggerListener, TriggerWindow
from executions.models.ledger import InboxMessage, Journal, Timer
from executions.models.limits import ExecutionStart, LogCut, LogUse, SwitchPause
from executions.models.records import LogLine, Metric, Output
from executions.models.task_cache import CachedOutputs
from executions.models.task_run import Attempt, TaskRun
from executions.models.triggers import IdempotencyKey, TriggerFired, TriggerState
from executions.models.workers import Worker, WorkerAssignment, WorkerGroup, WorkerToken

__all__ = [
    "Asset",
    "AssetUse",
    "Attempt",
    "CachedOutputs",
    "ConnectionCheck",
    "Execution",
    "ExecutionLabel",
    "ExecutionStart",
    "IdempotencyKey",
    "InboxMessage",
    "Journal",
    "LineageEdge",
    "LogCut",
    "LogLine",
    "LogUse",
    "Metric",
    "Output",
    "SwitchPause",
    "TaskRun",
    "Timer",
    "TriggerEvent",
    "TriggerFired",
    "TriggerListener",
    "TriggerState",
    "TriggerWindow",
    "Worker",
    "WorkerAssignment",
    "WorkerGroup",
    "WorkerToken",
]
