"""The routes of the executions app for the OpenAPI description: names, bodies, answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from downbeat.common.api.operations import (
    BYTES,
    CONTENT,
    CSV,
    FILTERS,
    FORM,
    JSON,
    MORE,
    PAGE,
    PLAIN,
    TEXT,
    WORDS,
    Operation,
    Query,
    schema_of,
)

Body = Mapping[str, Any]
INPUTS: Final[Body] = {FORM: {"type": "object", "additionalProperties": PLAIN}}
LABELS: Final[Body] = {JSON: ["Label"]}
UUIDS: Final[Body] = {JSON: WORDS}
EXPRESSION: Final[Body] = {TEXT: PLAIN}
MAP: Final[Mapping[str, Any]] = {"type": "object"}
REVISION: Final = Query("revision", "integer")
BREAKPOINTS: Final = Query("breakpoints", text="Tasks to stop before: `task` or `task.value`.")
DRY: Final = Query("dryRun", "boolean", "Only tells what would run again.")
LABELLED: Final = Query("labels", text="`key:value`.", many=True)
PATH: Final = Query("path", text="The file's URI.", needed=True)
STORAGE: Final = Query("deleteStorage", "boolean", "With its files; true unless told.")
PARTS: Final = (
    Query("deleteLogs", "boolean", "With its log lines; true unless told."),
    Query("deleteMetrics", "boolean", "With its metrics; true unless told."),
    STORAGE,
)
LIVE_TOO: Final = Query("includeNonTerminated", "boolean", "Also what still runs.")
LATEST: Final = Query("latestRevision", "boolean")
STATUS: Final = Query("newStatus", needed=True)
WANTED: Final = (
    Query("minLevel", text="TRACE unless told."),
    Query("taskRunId"),
    Query("taskId"),
    Query("attempt", "integer", "From 0."),
)
OF_TASK: Final = (Query("taskRunId"), Query("taskId"))
OVER_TIME: Final = (
    Query("startDate"),
    Query("endDate"),
    Query("aggregation", text="sum, avg, min or max."),
)
E: Final = "/executions"
ONE: Final = f"{E}/{{}}"
ACT: Final = f"{ONE}/actions"
START: Final = f"{E}/{{}}/{{}}"
L: Final = "/logs"
M: Final = "/metrics"
HOOK: Final = f"{E}/webhook/{{}}/{{}}/{{}}"


RERUN: Final[Mapping[str, Any]] = {"oneOf": [schema_of("Execution"), schema_of("Forecast")]}


def _rerun(name: str, *query: Query, body: Body | None = None) -> Operation:
    """An execution, or with ``dryRun`` what would become of it."""
    return Operation(name, RERUN, body, query=(*query, DRY))


def _shown(name: str, *query: Query, body: Body | None = None, status: int = 200) -> Operation:
    return Operation(name, "Execution", body, query=query, status=status)


ACTIONS: Final[Mapping[str, Operation]] = {
    f"DELETE {ACT}/kill": _shown("killExecution", Query("isOnKillCascade", "boolean"), status=202),
    f"POST {ACT}/pause": _shown("pauseExecution"),
    f"POST {ACT}/resume": _shown("resumeExecution", body=INPUTS),
    f"POST {ACT}/resume/validate": Operation(
        "validateResumeExecutionInputs",
        "ExecutionController.ApiValidateExecutionInputsResponse",
        INPUTS,
    ),
    f"POST {ACT}/resume-from-breakpoint": _shown("resumeExecutionFromBreakpoint", BREAKPOINTS),
    f"POST {ACT}/restart": _rerun("restartExecution", REVISION),
    f"POST {ACT}/replay": _rerun(
        "replayExecution", Query("taskRunId"), REVISION, LATEST, BREAKPOINTS
    ),
    f"POST {ACT}/replay-with-inputs": _rerun(
        "replayExecutionWithinputs",
        Query("taskRunId"),
        REVISION,
        LATEST,
        BREAKPOINTS,
        body=INPUTS,
    ),
    f"POST {ACT}/force-run": _shown("forceRunExecution"),
    f"POST {ACT}/unqueue": _shown("unqueueExecution", Query("state")),
    f"POST {ACT}/change-status": _shown("updateExecutionStatus", Query("status", needed=True)),
    f"POST {ACT}/state": _shown(
        "updateTaskRunState", body={JSON: "ExecutionController.StateRequest"}
    ),
    f"POST {ACT}/labels": _shown("setLabelsOnTerminatedExecution", body=LABELS),
    f"POST {ACT}/eval": Operation("evalExpression", "ExecutionController.EvalResult", EXPRESSION),
    f"POST {ACT}/eval/{{}}": Operation(
        "evalTaskRunExpression", "ExecutionController.EvalResult", EXPRESSION
    ),
}
EXECUTIONS: Final[Mapping[str, Operation]] = {
    f"GET {E}": Operation(
        "searchExecutionsByFlowId",
        "PagedResults_ApiLightExecution_",
        query=(
            Query("namespace", needed=True),
            Query("flowId", needed=True),
            *PAGE[:2],
            PAGE[3],
        ),
    ),
    f"GET {E}/search": Operation(
        "searchExecutions", "PagedResults_ApiLightExecution_", query=(*PAGE, *FILTERS)
    ),
    f"POST {START}": Operation(
        "createExecution",
        "ExecutionController.ExecutionResponse",
        INPUTS,
        query=(
            LABELLED,
            Query("wait", "boolean", "Answers when the execution has ended."),
            REVISION,
            Query("scheduleDate"),
            BREAKPOINTS,
            Query("kind", text="NORMAL, TEST or PLAYGROUND."),
        ),
    ),
    f"POST {START}/validate": Operation(
        "validateNewExecutionInputs",
        "ExecutionController.ApiValidateExecutionInputsResponse",
        INPUTS,
        query=(LABELLED, REVISION),
    ),
    f"GET {ONE}": Operation(
        "getExecution",
        "Execution",
        query=(
            Query(
                "taskRunList",
                text="`false`: quickly, and without task runs. `packed`: them as columns in `taskRuns`.",
            ),
        ),
    ),
    f"DELETE {ONE}": Operation("deleteExecution", query=PARTS),
    f"GET {ONE}/flow": Operation("getFlowFromExecutionById", "FlowForExecution"),
    f"GET {ONE}/graph": Operation("getExecutionFlowGraph", "FlowGraph"),
    f"GET {ONE}/why": Operation("whyExecutionWaits", "WaitReasons"),
    f"GET {ONE}/file": Operation("downloadFileFromExecution", CONTENT, query=(PATH,), media=BYTES),
    f"GET {ONE}/file/metas": Operation("getFileMetadatasFromExecution", "FileMetas", query=(PATH,)),
    f"GET {ONE}/file/preview": Operation(
        "previewFileFromExecution",
        "FilePreview",
        query=(PATH, Query("maxRows", "integer"), Query("encoding")),
    ),
    f"POST {E}/latest": Operation(
        "getLatestExecutions",
        ["ExecutionController.LastExecutionResponse"],
        {JSON: ["ExecutionRepositoryInterface.FlowFilter"]},
    ),
    f"GET {E}/distinct-field-values": Operation(
        "findDistinctFieldValues",
        {"type": "array"},
        query=(Query("field", needed=True), Query("size", "integer"), *FILTERS),
    ),
    f"GET {E}/export/by-query/csv": Operation("exportExecutions", PLAIN, query=FILTERS, media=CSV),
    f"GET {E}/flows/{{}}/{{}}": Operation(
        "getFlowFromExecution", "FlowForExecution", query=(REVISION,)
    ),
    f"GET {E}/namespaces": Operation("listExecutableDistinctNamespaces", WORDS),
    f"GET {E}/namespaces/{{}}/flows": Operation(
        "listFlowExecutionsByNamespace", ["FlowForExecution"]
    ),
    f"GET {E}/namespaces/{{}}/flows/{{}}/average-duration": Operation(
        "executionAverageDuration", "ExecutionController.ExecutionAverageDuration"
    ),
    "GET /concurrency-limit/search": Operation(
        "searchConcurrencyLimits", "PagedResults_ConcurrencyLimit_", query=PAGE[:2]
    ),
    "PUT /concurrency-limit/{}/{}": Operation(
        "updateConcurrencyLimit", "ConcurrencyLimit", {JSON: "ConcurrencyLimit"}
    ),
    "GET /stream/allowed": Operation("topicAllowed", query=(Query("topic"),)),
}


def _many() -> Iterator[tuple[str, Operation]]:
    """The two routes of each action on many."""
    kinds: tuple[tuple[str, str, str, tuple[Query, ...]], ...] = (
        ("DELETE", "", "deleteExecutions", (LIVE_TOO, *PARTS)),
        ("DELETE", "kill/", "killExecutions", ()),
        ("POST", "pause/", "pauseExecutions", ()),
        ("POST", "resume/", "resumeExecutions", ()),
        ("POST", "restart/", "restartExecutions", ()),
        ("POST", "replay/", "replayExecutions", (LATEST,)),
        ("POST", "force-run/", "forceRunExecutions", ()),
        ("POST", "unqueue/", "unqueueExecutions", (Query("state"),)),
        ("POST", "change-status/", "updateExecutionsStatus", (STATUS,)),
        ("POST", "labels/", "setLabelsOnTerminatedExecutions", ()),
    )
    for verb, name, id, query in kinds:
        labels = name == "labels/"
        named = {JSON: "ExecutionController.SetLabelsByIdsRequest"} if labels else UUIDS
        by_ids = "forceRunByIds" if name == "force-run/" else f"{id}ByIds"
        yield f"{verb} {E}/{name}by-ids", Operation(by_ids, "BulkResponse", named, query=query)
        found = Operation(
            f"{id}ByQuery",
            "BulkResponse",
            LABELS if labels else None,
            query=(*query, *FILTERS, *MORE),
        )
        yield f"{verb} {E}/{name}by-query", found


def _hooks() -> Iterator[tuple[str, Operation]]:
    """A webhook answers by any verb, with and without a path of its own."""
    for verb in ("Get", "Post", "Put"):
        name = f"triggerExecutionBy{verb}Webhook"
        yield f"{verb.upper()} {HOOK}", Operation(name, "WebhookResponse")
        yield f"{verb.upper()} {HOOK}/{{}}", Operation(f"{name}WithPath", "WebhookResponse")


READ_FROM: Final = (
    Query("after", "integer", "The `index` of the last line read."),
    Query(
        "before", "integer", "The `index` of the first line read, to read what stands before it."
    ),
    Query("fromEnd", "boolean", "The last of the lines that are left, not the first."),
    Query("size", "integer", "How many lines; 10,000 at most, and by default."),
)
RECORDS: Final[Mapping[str, Operation]] = {
    f"GET {L}/search": Operation(
        "searchLogs", "CursorOrOffsetPagedResults_LogEntry_", query=(*PAGE, *FILTERS)
    ),
    f"GET {L}/{{}}": Operation(
        "listLogsFromExecution",
        ["LogEntry"],
        query=(*WANTED, *READ_FROM),
    ),
    f"GET {L}/{{}}/download": Operation(
        "downloadLogsFromExecution", PLAIN, query=WANTED, media=TEXT
    ),
    f"DELETE {L}/{{}}": Operation("deleteLogsFromExecution", query=WANTED),
    f"DELETE {L}/{{}}/{{}}": Operation("deleteLogsFromFlow", query=(Query("triggerId"),)),
    "GET /outputs/executions/{}": Operation("executionOutputs", MAP),
    "GET /outputs/tasks/{}": Operation(
        "taskOutputsInformation", ["OutputController.TaskOutputInformation"]
    ),
    "GET /outputs/tasks/{}/{}": Operation("taskRunOutputs", MAP),
    f"GET {M}/{{}}": Operation(
        "searchByExecution", "PagedResults_MetricEntry_", query=(*PAGE, *OF_TASK)
    ),
    f"GET {M}/names/{{}}/{{}}": Operation("listFlowMetrics", WORDS),
    f"GET {M}/names/{{}}/{{}}/{{}}": Operation("listTaskMetrics", WORDS),
    f"GET {M}/tasks/{{}}/{{}}": Operation("listTasksWithMetrics", WORDS),
    f"GET {M}/aggregates/{{}}/{{}}/{{}}": Operation(
        "aggregateMetricsFromFlow", "MetricAggregations", query=OVER_TIME
    ),
    f"GET {M}/aggregates/{{}}/{{}}/{{}}/{{}}": Operation(
        "aggregateMetricsFromTask", "MetricAggregations", query=OVER_TIME
    ),
}
OPERATIONS: Final[Mapping[str, Operation]] = {
    **EXECUTIONS,
    **ACTIONS,
    **dict(_many()),
    **dict(_hooks()),
    **RECORDS,
}
