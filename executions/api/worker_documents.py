"""Worker groups and remote workers for the OpenAPI description: routes and shapes of answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from downbeat.common.api.operations import OpenShape, Operation, Query, Shape, takes
from executions.api import worker_bodies as bodies


class WorkerGroupToken(Shape):
    """A token with which remote workers join a group; never its text."""

    uid: UUID
    id: UUID
    name: str
    token_prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked: bool
    valid: bool


class NewWorkerGroupToken(Shape):
    """A token with its text, which is shown this once."""

    token: str
    details: WorkerGroupToken


class Fill(Shape):
    """How full a group is, and what waits for it."""

    workers: int
    slots: int
    used: int
    free: int
    waiting: int
    waiting_exact: bool
    oldest_waiting_since: datetime | None


class WorkerGroupCapacity(Fill):
    """How much a group can take, at one moment."""

    worker_group_id: UUID
    total_allocated: int
    total_used: int
    total_free: int
    snapshot_at: datetime


class WorkerGroup(Shape):
    """A group; its tokens are shown to whoever may make some."""

    id: UUID
    key: str
    name: str
    queue: str
    description: str
    scope: str
    tenant: str | None
    deletable: bool
    workers: int
    capacity: Fill
    tokens: list[WorkerGroupToken]
    created_at: datetime
    updated_at: datetime


class WorkerGroups(Shape):
    """The groups, by queue."""

    worker_groups: list[WorkerGroup]


class WorkerLoad(Shape):
    """How much a worker can take, and how much it does."""

    max: int
    running: int


class Worker(Shape):
    """A worker as people see it."""

    id: UUID
    worker_id: UUID
    group: str
    state: str
    host: str
    pid: int
    version: str
    labels: dict[str, str]
    remote: bool
    token_id: UUID | None
    slots: int
    running: int
    capacity: WorkerLoad
    started_at: datetime
    last_seen_at: datetime
    stopped_at: datetime | None


class Workers(Shape):
    """The living ones, and those that went within a day."""

    workers: list[Worker]


class RunningAttempt(Shape):
    """An attempt that a worker runs."""

    execution_id: UUID
    task_run_id: UUID
    attempt: int
    started_at: datetime | None
    lease_until: datetime | None


class RunningAttempts(Shape):
    """What a worker runs of the tenant that asks."""

    attempts: list[RunningAttempt]


class WorkerFacts(OpenShape):
    """What a remote worker has to know of the instance: its group, and its times in seconds."""

    group: str
    lease: float
    heartbeat: float
    several_tenants: bool


class WorkerSession(WorkerFacts):
    """A session that has begun."""

    worker_id: UUID


class WorkerOrders(OpenShape):
    """Work to begin, attempts to stop, and leases that are over; keys are lists of five."""

    state: str
    works: list[dict[str, Any]]
    kill: list[list[Any]]
    lost: list[list[Any]]


class WorkerAnswer(Shape):
    """What a task's question was answered."""

    answer: Any


class WorkerWritten(Shape):
    """Whether a result was written; false when the lease was over."""

    written: bool


_GROUP: Final = takes(bodies.GroupBody)
_TOKEN: Final = takes(bodies.TokenBody)
_LOOK: Final = takes(bodies.LookBody)
_FORCE: Final = (Query("force", "boolean", "Also while workers are alive."),)
_EMPTY: Final[Mapping[str, Any]] = {"type": "object", "additionalProperties": False}


def _groups(at: str, words: str) -> dict[str, Operation]:
    """What the groups of the instance and those of a tenant have in common."""
    one, worker = f"{at}/{{}}", f"{at}/{{}}/workers/{{}}"
    return {
        f"GET {at}": Operation(f"list{words}WorkerGroups", "WorkerGroups"),
        f"POST {at}": Operation(f"create{words}WorkerGroup", "WorkerGroup", _GROUP),
        f"GET {one}": Operation(f"get{words}WorkerGroup", "WorkerGroup"),
        f"PUT {one}": Operation(f"update{words}WorkerGroup", "WorkerGroup", _GROUP),
        f"DELETE {one}": Operation(f"delete{words}WorkerGroup", query=_FORCE),
        f"GET {one}/capacity": Operation(f"get{words}WorkerGroupCapacity", "WorkerGroupCapacity"),
        f"GET {one}/workers": Operation(f"list{words}WorkerGroupWorkers", "Workers"),
        f"POST {one}/tokens": Operation(
            f"generate{words}WorkerGroupToken", "NewWorkerGroupToken", _TOKEN
        ),
        f"DELETE {one}/tokens/{{}}": Operation(f"delete{words}WorkerGroupToken", _EMPTY),
        f"POST {one}/tokens/{{}}/revoke": Operation(
            f"revoke{words}WorkerGroupToken", "WorkerGroup"
        ),
        f"POST {worker}/drain": Operation(f"drain{words}Worker", "Worker"),
        f"DELETE {worker}/drain": Operation(f"resume{words}Worker", "Worker"),
    }


WORKERS: Final[Mapping[str, Operation]] = {
    "POST /worker/sessions": Operation(
        "beginWorkerSession", "WorkerSession", takes(bodies.SessionBody), status=201
    ),
    "DELETE /worker/sessions": Operation("endWorkerSession", body=takes(bodies.LeaveBody)),
    "POST /worker/claims": Operation("claimWork", "WorkerOrders", _LOOK),
    "POST /worker/heartbeats": Operation(
        "workerHeartbeat",
        {
            "allOf": [
                {"$ref": "#/components/schemas/WorkerOrders"},
                {"$ref": "#/components/schemas/WorkerFacts"},
            ]
        },
        _LOOK,
    ),
    "POST /worker/questions": Operation(
        "askForAttempt", "WorkerAnswer", takes(bodies.QuestionBody)
    ),
    "POST /worker/logs": Operation("storeLogLines", body=takes(bodies.LinesBody)),
    "POST /worker/results": Operation("storeResult", "WorkerWritten", takes(bodies.ResultBody)),
}
_T: Final = "/worker-groups/{}"
OPERATIONS: Final[Mapping[str, Operation]] = {
    **_groups("/instance/worker-groups", "Instance"),
    **_groups("/worker-groups", ""),
    "GET /instance/workers": Operation("listWorkers", "Workers"),
    f"GET {_T}/workers/{{}}/running": Operation("listRunningOfWorker", "RunningAttempts"),
    f"POST {_T}/subscriptions": Operation(
        "subscribeNamespace", "WorkerGroup", takes(bodies.SubscriptionBody)
    ),
    f"DELETE {_T}/subscriptions/{{}}": Operation("unsubscribeNamespace"),
    **WORKERS,
}
SHAPES: Final[tuple[type[Shape], ...]] = (
    WorkerGroup,
    WorkerGroups,
    WorkerGroupCapacity,
    NewWorkerGroupToken,
    Worker,
    Workers,
    RunningAttempts,
    WorkerFacts,
    WorkerSession,
    WorkerOrders,
    WorkerAnswer,
    WorkerWritten,
)
