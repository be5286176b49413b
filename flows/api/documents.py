"""The shapes of the flows app's answers, as the OpenAPI description shows them."""

from __future__ import annotations

from typing import Any, Final, Literal

from downbeat.common.api.operations import OpenShape, Shape
from flows.spec.links import Relation
from flows.spec.source_search import Scope


class Label(Shape):
    """A mark of a flow or an execution."""

    key: str
    value: str


class Task(OpenShape):
    """A task as it is written."""

    id: str
    type: str


class AbstractTrigger(OpenShape):
    """A trigger as it is written."""

    id: str
    type: str


class Flow(OpenShape):
    """A flow: its document as written, with what the server adds."""

    id: str
    namespace: str
    revision: int
    description: str | None = None
    labels: tuple[Label, ...]
    inputs: tuple[dict[str, Any], ...] = ()
    outputs: tuple[dict[str, Any], ...] = ()
    tasks: tuple[Task, ...]
    triggers: tuple[AbstractTrigger, ...] = ()
    disabled: bool
    deleted: bool
    draft: bool
    created: str | None = None
    updated: str


class FlowWithSource(Flow):
    """A flow; `source` is there when it was asked for or has just been stored."""

    source: str | None = None
    author: str | None = None


class BulkResponse(Shape):
    """How many were acted on; `skipped` refused; with `nextCursor` there are more to act on."""

    count: int
    skipped: int | None = None
    next_cursor: str | None = None


class IdWithNamespace(Shape):
    """Names a flow."""

    id: str
    namespace: str


class Diagnostic(Shape):
    """One finding in a source, and where it is."""

    severity: Literal["error", "warning", "info"]
    path: str
    line: int
    column: int
    code: str
    message: str
    replacement: str | None


class ValidateConstraintViolation(Shape):
    """What is right and wrong with one document; without `constraints` it is valid."""

    index: int
    flow: str | None
    namespace: str | None
    constraints: str | None
    outdated: bool
    deprecation_paths: tuple[str, ...]
    warnings: tuple[str, ...]
    infos: tuple[str, ...]
    errors: tuple[Diagnostic, ...]


class SourceMatch(Shape):
    """A place in a source; lines count from 1, columns from 0."""

    line: int
    column: int
    snippet: str


class SourceSearchResult(Shape):
    """A flow whose source matches."""

    namespace: str
    id: str
    editable: bool
    matches: tuple[SourceMatch, ...]


class ChangedLine(Shape):
    """A line before and after a replacement."""

    line: int
    before: str
    after: str


class FlowMatches(Shape):
    """A flow that a replacement would change."""

    namespace: str
    id: str
    editable: bool
    matches: tuple[ChangedLine, ...]


class SourceSearchReplacePreviewResponse(Shape):
    """What a replacement would change."""

    total_matches: int
    total_flows: int
    editable_flow_count: int
    flows: tuple[FlowMatches, ...]


class SkippedFlow(Shape):
    """A flow that was left as it is, and why."""

    namespace: str
    id: str
    reason: Literal["NOT_FOUND", "READ_ONLY", "NO_CHANGE", "NO_MATCH", "INVALID_FLOW"]
    message: str | None = None


class SourceSearchReplaceApplyResponse(Shape):
    """What a replacement has changed."""

    updated: tuple[FlowWithSource, ...]
    skipped: tuple[SkippedFlow, ...]


class SourceSearchReplacePreviewRequest(Shape):
    """What is looked for, and what it becomes."""

    query: str
    replacement: str
    case_sensitive: bool = False
    whole_word: bool = False
    regex: bool = False
    scope: Scope = Scope.ALL
    namespace: str | None = None


class SourceSearchReplaceApplyRequest(SourceSearchReplacePreviewRequest):
    """The same for the flows that are named."""

    flows: tuple[IdWithNamespace, ...]


class SourceSearchReplaceLineRequest(SourceSearchReplacePreviewRequest):
    """The same for one line of one flow."""

    id: str
    line: int
    column: int | None = None


class FlowNode(Shape):
    """A flow in a graph of flows."""

    uid: str
    namespace: str
    id: str


class FlowTopologyEdge(Shape):
    """One flow leads to another."""

    shape_name = "FlowTopologyGraph.Edge"
    source: str
    target: str
    relation: Relation


class FlowTopologyGraph(Shape):
    """Flows with what joins them."""

    nodes: tuple[FlowNode, ...]
    edges: tuple[FlowTopologyEdge, ...]


class FlowGraph(OpenShape):
    """A flow as nodes, edges and clusters."""

    nodes: tuple[dict[str, Any], ...]
    edges: tuple[dict[str, Any], ...]
    clusters: tuple[dict[str, Any], ...]


class TaskDeprecation(Shape):
    """A task whose type has a successor."""

    shape_name = "FlowService.TaskDeprecation"
    task_id: str
    task_type: str
    replacement: str


class FlowWithDeprecatedTasks(Shape):
    """A flow with such tasks."""

    shape_name = "FlowController.FlowWithDeprecatedTasks"
    namespace: str
    flow_id: str
    revision: int
    deprecated_tasks: tuple[TaskDeprecation, ...]


class FlowHash(Shape):
    """A mark of a source: equal for equal ones."""

    shape_name = "ApiFlowHashesResponse.Hash"
    namespace: str
    id: str
    hash: str
    revision: int


class ApiFlowHashesResponse(Shape):
    """Marks of flows."""

    hashes: tuple[FlowHash, ...]


class ExpressionContextCategories(Shape):
    """What can be written between braces, by kind."""

    shape_name = "ExpressionContext.Categories"
    task_outputs: tuple[str, ...]
    execution_context: tuple[str, ...]
    inputs: tuple[str, ...]
    variables: tuple[str, ...]
    secrets: tuple[str, ...]
    kv_pairs: tuple[str, ...]
    namespace_files: tuple[str, ...]
    filters: tuple[str, ...]
    functions: tuple[str, ...]
    app_context: tuple[str, ...]


class ExpressionContext(Shape):
    """What expressions of a source may say."""

    categories: ExpressionContextCategories


SHAPES: Final[tuple[type[Shape], ...]] = (
    Label,
    Task,
    AbstractTrigger,
    Flow,
    FlowWithSource,
    BulkResponse,
    IdWithNamespace,
    Diagnostic,
    ValidateConstraintViolation,
    SourceSearchResult,
    SourceSearchReplacePreviewResponse,
    SourceSearchReplaceApplyResponse,
    SourceSearchReplacePreviewRequest,
    SourceSearchReplaceApplyRequest,
    SourceSearchReplaceLineRequest,
    FlowTopologyEdge,
    FlowTopologyGraph,
    FlowGraph,
    TaskDeprecation,
    FlowWithDeprecatedTasks,
    FlowHash,
    ApiFlowHashesResponse,
    ExpressionContextCategories,
    ExpressionContext,
)
PAGES: Final = ("Flow", "SourceSearchResult")
