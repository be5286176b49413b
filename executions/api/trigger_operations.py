"""The routes of triggers for the OpenAPI description: names, bodies, answers and their shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from downbeat.common.api.operations import (
    CSV,
    FILTERS,
    JSON,
    PAGE,
    PLAIN,
    OpenShape,
    Operation,
    Query,
    Shape,
)
from executions.api.documents import ExecutionLabel, StateType

T: Final = "/triggers"
ONE: Final = f"{T}/{{}}/{{}}/{{}}"
STATE: Final = "ApiTriggerState"
MANY: Final = "ApiAsyncOperationResponse"
ID: Final = "TriggerController.ApiTriggerId"
IDS: Final[Mapping[str, Any]] = {JSON: [ID]}


class TriggerBackfill(Shape):
    """A schedule's run over past dates."""

    shape_name = "Backfill"
    start: str
    end: str
    current_date: str
    paused: bool
    inputs: dict[str, Any]
    labels: tuple[ExecutionLabel, ...]
    previous_next_execution_date: str | None = None


class TriggerState(Shape):
    """Where a trigger stands."""

    shape_name = STATE
    namespace: str
    flow_id: str
    trigger_id: str
    updated_at: str
    disabled: bool
    locked: bool
    next_evaluation_date: str | None = None
    evaluated_at: str | None = None
    last_triggered_date: str | None = None
    backfill: TriggerBackfill | None = None
    execution_id: str | None = None
    worker_id: str | None = None
    stop_after: tuple[StateType, ...] | None = None
    error: str | None = None
    kind: Literal["SCHEDULE", "POLLING", "REALTIME"] | None = None


class WrittenTrigger(OpenShape):
    """A trigger as its author wrote it."""

    shape_name = "AbstractTrigger"
    id: str
    type: str


class TriggerAndState(Shape):
    """A trigger with its state."""

    shape_name = "ApiTriggerAndState"
    trigger: WrittenTrigger
    state: TriggerState


class ScheduleDates(Shape):
    """Dates of a schedule; `truncated` when there are more."""

    dates: tuple[str, ...]
    truncated: bool


class TriggerId(Shape):
    """Names a trigger."""

    shape_name = ID
    namespace: str
    flow_id: str
    trigger_id: str


class TriggerSwitch(TriggerId):
    """Switches a trigger off or on."""

    shape_name = "TriggerController.ApiDisableTriggerRequest"
    disabled: bool
    recover_missed_schedules: bool = False


class TriggersSwitch(Shape):
    """Switches many triggers off or on."""

    shape_name = "TriggerController.SetDisabledRequest"
    triggers: tuple[TriggerId, ...]
    disabled: bool
    recover_missed_schedules: bool = False


class WantedBackfill(Shape):
    """Past dates to run; the end is now unless told."""

    shape_name = "TriggerController.ApiCreateBackfillRequest.Backfill"
    start: str
    end: str | None = None
    inputs: dict[str, Any] | None = None
    labels: tuple[ExecutionLabel, ...] = ()


class BackfillRequest(TriggerId):
    """Starts a backfill."""

    shape_name = "TriggerController.ApiCreateBackfillRequest"
    backfill: WantedBackfill


class ManyChanged(Shape):
    """How many were changed."""

    shape_name = MANY
    operation_id: str
    total_items: int
    count: int


class BodyFilter(Shape):
    """One filter, for requests that carry filters in their body."""

    field: str
    operation: str
    value: Any


class TriggersByQuery(Shape):
    """Which triggers to delete."""

    shape_name = "DeleteTriggersByQueryRequest"
    filters: tuple[BodyFilter, ...]


SHAPES: Final[tuple[type[Shape], ...]] = (
    TriggerBackfill,
    TriggerState,
    WrittenTrigger,
    TriggerAndState,
    ScheduleDates,
    TriggerId,
    TriggerSwitch,
    TriggersSwitch,
    WantedBackfill,
    BackfillRequest,
    ManyChanged,
    BodyFilter,
    TriggersByQuery,
)
PAGES: Final = (STATE, "ApiTriggerAndState")


def _many(path: str, name: str) -> Iterator[tuple[str, Operation]]:
    """The two forms of an action on many: by their names, and by a query."""
    by_ids = Operation(f"{name}ByIds", MANY, body=IDS)
    yield f"POST {T}/{path}/by-triggers", by_ids
    yield f"POST {T}/{path}/by-query", Operation(f"{name}ByQuery", MANY, query=FILTERS)


DATE: Final = Query("dateFilter", text="NEXT_EXECUTION_DATE or LAST_TRIGGERED_DATE.")
OPERATIONS: Final[Mapping[str, Operation]] = {
    f"GET {T}/search": Operation(
        "searchTriggers", "PagedResults_ApiTriggerAndState_", query=(*PAGE, *FILTERS, DATE)
    ),
    f"GET {T}/{{}}/{{}}": Operation(
        "searchTriggersForFlow", f"PagedResults_{STATE}_", query=(*PAGE, Query("q"))
    ),
    f"GET {T}/export/by-query/csv": Operation("exportTriggers", PLAIN, query=FILTERS, media=CSV),
    f"PUT {T}/set-disabled": Operation(
        "disableTriggerById", STATE, body={JSON: "TriggerController.ApiDisableTriggerRequest"}
    ),
    f"POST {T}/set-disabled/by-triggers": Operation(
        "disabledTriggersByIds", MANY, body={JSON: "TriggerController.SetDisabledRequest"}
    ),
    f"POST {T}/set-disabled/by-query": Operation(
        "disabledTriggersByQuery", MANY, query=(*FILTERS, Query("disabled", "boolean"))
    ),
    **dict(_many("unlock", "unlockTriggers")),
    f"POST {ONE}/unlock": Operation("unlockTrigger", STATE),
    f"GET {ONE}/dates": Operation(
        "scheduleDates",
        "ScheduleDates",
        query=(
            Query("from", text="Now unless told."),
            Query("to", text="A year after `from` unless told."),
            Query("size", "integer", "1 to 1000."),
        ),
    ),
    f"POST {ONE}/restart": Operation("restartTrigger", STATE),
    f"DELETE {ONE}": Operation("deleteTrigger"),
    f"DELETE {T}/delete/by-triggers": Operation("deleteTriggersByIds", MANY, body=IDS),
    f"DELETE {T}/delete/by-query": Operation(
        "deleteTriggersByQuery", MANY, body={JSON: "DeleteTriggersByQueryRequest"}
    ),
    f"PUT {T}/backfill/create": Operation(
        "createBackfill", STATE, body={JSON: "TriggerController.ApiCreateBackfillRequest"}
    ),
    f"PUT {T}/backfill/pause": Operation("pauseBackfill", STATE, body={JSON: ID}),
    f"PUT {T}/backfill/unpause": Operation("unpauseBackfill", STATE, body={JSON: ID}),
    f"POST {T}/backfill/delete": Operation("deleteBackfill", STATE, body={JSON: ID}),
    **dict(_many("backfill/pause", "pauseBackfill")),
    **dict(_many("backfill/unpause", "unpauseBackfill")),
    **dict(_many("backfill/delete", "deleteBackfill")),
}
