"""The shapes of the executions app's answers, as the OpenAPI description shows them."""

from __future__ import annotations

from typing import Any, Final, Literal

from downbeat.common.api.operations import OpenShape, Shape

StateType = Literal[
    "CREATED",
    "QUEUED",
    "RUNNING",
    "PAUSED",
    "RETRYING",
    "RESTARTED",
    "KILLING",
    "BREAKPOINT",
    "SUCCESS",
    "WARNING",
    "FAILED",
    "KILLED",
    "CANCELLED",
    "RETRIED",
    "SKIPPED",
]


class StateHistory(Shape):
    """When a state began."""

    shape_name = "State.History"
    state: StateType
    date: str


class State(Shape):
    """A state, the way that led to it, and its times."""

    current: StateType
    histories: tuple[StateHistory, ...]
    start_date: str
    end_date: str | None = None
    duration: str
    get_duration: str
    get_start_date: str
    get_end_date: str


class ExecutionLabel(Shape):
    """A mark of an execution."""

    shape_name = "Label"
    key: str
    value: str


class ExecutionMetadata(Shape):
    """Which try of the whole flow it is, and since when."""

    attempt_number: int
    original_created_date: str


class ExecutionTrigger(OpenShape):
    """What has started an execution."""

    id: str
    type: str
    variables: dict[str, Any]


class AttemptKill(Shape):
    """Who wanted the end of a try, and how far that has come.

    `reason` is `killed`, `timeout` or `output.too_large`.
    """

    reason: str
    asked_by: str | None = None
    asked_at: str | None = None
    delivered_at: str | None = None
    confirmed_at: str | None = None


class RemoteStep(Shape):
    """What became of a try's job in another system at one moment."""

    stage: Literal[
        "started",
        "resumed",
        "cancel_asked",
        "cancel_delivered",
        "cancel_confirmed",
        "cancel_failed",
    ]
    job: str
    at: str


class TaskRunAttempt(Shape):
    """One try."""

    state: State
    worker_id: str | None = None
    log_file: str | None = None
    reason: str | None = None
    kill: AttemptKill | None = None
    remote: tuple[RemoteStep, ...] | None = None


class TaskRun(Shape):
    """A task in an execution; groups have no attempts."""

    id: str
    execution_id: str
    namespace: str
    flow_id: str
    task_id: str
    parent_task_run_id: str | None = None
    value: str | None = None
    iteration: int | None = None
    items: str | None = None
    dynamic: bool | None = None
    error: str | None = None
    child_execution_id: str | None = None
    attempts: tuple[TaskRunAttempt, ...] | None
    state: State


class ApiLightExecution(Shape):
    """An execution without its task runs."""

    id: str
    namespace: str
    flow_id: str
    flow_revision: int
    inputs: dict[str, Any]
    variables: dict[str, Any] | None = None
    labels: tuple[ExecutionLabel, ...]
    state: State
    original_id: str
    parent_id: str | None = None
    deleted: bool
    metadata: ExecutionMetadata
    trigger: ExecutionTrigger | None = None
    schedule_date: str | None = None
    kind: str | None = None
    breakpoints: tuple[dict[str, Any], ...] | None = None
    outputs: dict[str, Any] | None = None
    error: str | None = None


class PackedTaskRuns(Shape):
    """Task runs as columns; moments are pairs of a number in ``states`` and milliseconds since ``since``."""

    since: str
    columns: tuple[str, ...]
    states: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class Execution(ApiLightExecution):
    """An execution with its task runs: in words, as columns, or without, as they were asked for."""

    task_run_list: tuple[TaskRun, ...] | None = None
    task_runs: PackedTaskRuns | None = None


class ExecutionResponse(Execution):
    """An execution that has just been accepted."""

    shape_name = "ExecutionController.ExecutionResponse"
    url: str | None = None


class Forecast(OpenShape):
    """What a rerun would do; the lists behind the counts stand beside them."""

    dry_run: bool
    same_execution: bool
    flow_revision: int
    counts: dict[str, int]


class WebhookResponse(ExecutionResponse):
    """What a call from outside has started."""

    shape_name = "WebhookResponse"
    tenant_id: str


class InputError(Shape):
    """What is wrong with an input."""

    shape_name = "ExecutionController.ApiValidateExecutionInputsResponse.ApiInputError"
    message: str


class InputAndValue(Shape):
    """An input as a form shows it."""

    shape_name = "ExecutionController.ApiValidateExecutionInputsResponse.ApiInputAndValue"
    input: dict[str, Any]
    value: Any
    enabled: bool
    is_default: bool
    errors: tuple[InputError, ...]


class CheckFailure(Shape):
    """A check of the flow that does not hold."""

    shape_name = "ExecutionController.ApiValidateExecutionInputsResponse.ApiCheckFailure"
    message: str | None
    style: str
    behavior: str


class ValidatedInputs(Shape):
    """What a form shows for each input: value, whether it is asked for, what is wrong."""

    shape_name = "ExecutionController.ApiValidateExecutionInputsResponse"
    id: str
    namespace: str | None = None
    inputs: tuple[InputAndValue, ...]
    checks: tuple[CheckFailure, ...]


class EvalResult(Shape):
    """What an expression gives, or why it gives nothing."""

    shape_name = "ExecutionController.EvalResult"
    result: str | None
    error: str | None


class LastExecution(Shape):
    """The latest execution of a flow."""

    shape_name = "ExecutionController.LastExecutionResponse"
    id: str
    flow_id: str
    namespace: str
    start_date: str
    status: StateType


class ExecutionAverageDuration(Shape):
    """How long a flow's recent successes took on average."""

    shape_name = "ExecutionController.ExecutionAverageDuration"
    avg_duration_ms: int | None
    count: int


class TaskForExecution(OpenShape):
    """A task as whoever watches an execution needs it."""

    id: str
    type: str


class FlowForExecution(OpenShape):
    """A flow as whoever starts or watches it needs it."""

    id: str
    namespace: str
    revision: int
    disabled: bool
    deleted: bool
    draft: bool
    labels: dict[str, str]
    inputs: tuple[dict[str, Any], ...]
    outputs: tuple[dict[str, Any], ...]
    tasks: tuple[TaskForExecution, ...]


class WaitReason(Shape):
    """Something that an execution waits for."""

    code: str
    message: str
    task_run_id: str | None = None
    blocker: str | None = None
    until: str | None = None


class WaitReasons(Shape):
    """Everything that an execution waits for."""

    reasons: tuple[WaitReason, ...]


class FileMetas(Shape):
    """The size of a file."""

    size: int


class FilePreview(Shape):
    """The beginning of a file."""

    extension: str
    truncated: bool
    type: Literal["LIST", "TEXT", "IMAGE"]
    content: Any


class StateRequest(Shape):
    """A state for a task run."""

    shape_name = "ExecutionController.StateRequest"
    task_run_id: str
    state: StateType


class SetLabelsByIdsRequest(Shape):
    """Labels for executions."""

    shape_name = "ExecutionController.SetLabelsByIdsRequest"
    executions_id: tuple[str, ...]
    execution_labels: tuple[ExecutionLabel, ...]


class FlowFilter(Shape):
    """Names a flow."""

    shape_name = "ExecutionRepositoryInterface.FlowFilter"
    namespace: str
    id: str


class ConcurrencyLimit(Shape):
    """A flow's limit and how much of it is used."""

    tenant_id: str
    namespace: str
    flow_id: str
    running: int
    queued: int
    limit: int | None = None
    behavior: str | None = None


SHAPES: Final[tuple[type[Shape], ...]] = (
    StateHistory,
    State,
    ExecutionLabel,
    ExecutionMetadata,
    ExecutionTrigger,
    AttemptKill,
    RemoteStep,
    TaskRunAttempt,
    TaskRun,
    ApiLightExecution,
    Execution,
    ExecutionResponse,
    Forecast,
    WebhookResponse,
    InputError,
    InputAndValue,
    CheckFailure,
    ValidatedInputs,
    EvalResult,
    LastExecution,
    ExecutionAverageDuration,
    TaskForExecution,
    FlowForExecution,
    WaitReasons,
    FileMetas,
    FilePreview,
    StateRequest,
    SetLabelsByIdsRequest,
    FlowFilter,
    ConcurrencyLimit,
)
PAGES: Final = ("ApiLightExecution", "ConcurrencyLimit")
