"""Routes of executions, logs, outputs, metrics and triggers, below ``/api/v1/``."""

from __future__ import annotations

from typing import Any, Final

from django.urls import URLPattern, path

from downbeat.common.api.operations import declare
from executions.api import (
    asset_operations,
    checks,
    documents,
    limit_documents,
    record_documents,
    statistics,
    trigger_operations,
    worker_documents,
    worker_urls,
)
from executions.api.assets import AssetViewSet
from executions.api.bulk import BulkViewSet
from executions.api.evaluation import EvaluationView
from executions.api.executions import ExecutionViewSet
from executions.api.facets import FacetViewSet
from executions.api.files import FileViewSet
from executions.api.limits import LimitViewSet
from executions.api.logs import LogViewSet
from executions.api.operations import OPERATIONS
from executions.api.outputs import MetricViewSet, OutputViewSet
from executions.api.policies import (
    InstancePolicyEvaluationView,
    InstancePolicyTrialView,
    PolicyEvaluationViewSet,
)
from executions.api.quotas import (
    QuotaViewSet,
    TenantCeilingsView,
    TenantCeilingView,
    TenantShareView,
)
from executions.api.starting import StartViewSet
from executions.api.statistics import StatisticsViewSet
from executions.api.streams import TopicView
from executions.api.triggers import TriggerViewSet
from executions.api.webhooks import WebhookView
from tenants.http import TenantViewSet

declare(OPERATIONS, shapes=documents.SHAPES, pages=documents.PAGES)
declare({}, shapes=record_documents.SHAPES, pages=record_documents.PAGES)
declare(
    trigger_operations.OPERATIONS,
    shapes=trigger_operations.SHAPES,
    pages=trigger_operations.PAGES,
)

declare(asset_operations.OPERATIONS, shapes=asset_operations.SHAPES, pages=asset_operations.PAGES)
declare(statistics.OPERATIONS, shapes=statistics.SHAPES)
declare(checks.OPERATIONS, shapes=checks.SHAPES)
declare(limit_documents.OPERATIONS, shapes=limit_documents.SHAPES, pages=limit_documents.PAGES)
declare(worker_documents.OPERATIONS, shapes=worker_documents.SHAPES)

E: Final = "<slug:tenant>/executions"
ONE: Final = f"{E}/<uuid:pk>"
ACT: Final = f"{ONE}/actions"
C: Final = "<slug:tenant>/concurrency-limit"
T: Final = "<slug:tenant>/triggers"
L: Final = "<slug:tenant>/logs"
M: Final = "<slug:tenant>/metrics"
FLOW: Final = "<str:namespace>/<str:flow_id>"
ID: Final = f"{FLOW}/<str:trigger_id>"
AVERAGE: Final = f"{E}/namespaces/<str:namespace>/flows/<str:flow_id>"
QUERY: Final = {"by_query": True}


def at(
    route: str, view: type[TenantViewSet], facts: dict[str, Any] | None = None, /, **verbs: str
) -> URLPattern:
    """A route of a view set: HTTP verb to action."""
    found: URLPattern = path(route, view.as_view(verbs), facts or {})
    return found


def bulk(name: str, action: str, verb: str = "post") -> list[URLPattern]:
    """The two routes of an action on many."""
    return [
        at(f"{E}/{name}by-ids", BulkViewSet, **{verb: action}),
        at(f"{E}/{name}by-query", BulkViewSet, QUERY, **{verb: action}),
    ]


def many(name: str, action: str, verb: str = "post") -> list[URLPattern]:
    """The two routes of an action on many triggers."""
    return [
        at(f"{T}/{name}/by-triggers", TriggerViewSet, **{verb: action}),
        at(f"{T}/{name}/by-query", TriggerViewSet, QUERY, **{verb: action}),
    ]


EXECUTIONS: Final[list[URLPattern]] = [
    at(f"{E}/search", ExecutionViewSet, get="search"),
    at(E, ExecutionViewSet, get="of_flow"),
    at(f"{E}/latest", FacetViewSet, post="latest"),
    at(f"{E}/distinct-field-values", FacetViewSet, get="values"),
    at(f"{E}/export/by-query/csv", FacetViewSet, get="export"),
    at(f"{E}/statistics", StatisticsViewSet, get="over_time"),
    at(f"{E}/flows/{FLOW}/grid", StatisticsViewSet, get="grid"),
    at(f"{E}/flows/{FLOW}", FacetViewSet, get="flow_to_start"),
    at(f"{E}/namespaces", FacetViewSet, get="namespaces"),
    at(f"{E}/namespaces/<str:namespace>/flows", FacetViewSet, get="flows_to_start"),
    at(f"{AVERAGE}/average-duration", FacetViewSet, get="average_duration"),
    *bulk("kill/", "kill", "delete"),
    *bulk("pause/", "pause"),
    *bulk("resume/", "resume"),
    *bulk("restart/", "restart"),
    *bulk("replay/", "replay"),
    *bulk("force-run/", "force_run"),
    *bulk("unqueue/", "unqueue"),
    *bulk("change-status/", "change_status"),
    *bulk("labels/", "labels"),
    *bulk("", "destroy", "delete"),
    at(ONE, ExecutionViewSet, get="retrieve", delete="destroy"),
    at(f"{ONE}/flow", FacetViewSet, get="flow_of"),
    at(f"{ONE}/graph", FacetViewSet, get="graph_of"),
    at(f"{ONE}/why", FacetViewSet, get="why_of"),
    at(f"{ONE}/file", FileViewSet, get="download"),
    at(f"{ONE}/file/metas", FileViewSet, get="metas"),
    at(f"{ONE}/file/preview", FileViewSet, get="preview"),
    at(f"{ACT}/kill", ExecutionViewSet, delete="kill"),
    at(f"{ACT}/pause", ExecutionViewSet, post="pause"),
    at(f"{ACT}/resume", ExecutionViewSet, post="resume"),
    at(f"{ACT}/resume/validate", ExecutionViewSet, post="resume_validate"),
    at(f"{ACT}/resume-from-breakpoint", ExecutionViewSet, post="resume_from_breakpoint"),
    at(f"{ACT}/restart", ExecutionViewSet, post="restart"),
    at(f"{ACT}/replay", ExecutionViewSet, post="replay"),
    at(f"{ACT}/replay-with-inputs", ExecutionViewSet, {"with_inputs": True}, post="replay"),
    at(f"{ACT}/force-run", ExecutionViewSet, post="force_run"),
    at(f"{ACT}/unqueue", ExecutionViewSet, post="unqueue"),
    at(f"{ACT}/change-status", ExecutionViewSet, post="change_status"),
    at(f"{ACT}/state", ExecutionViewSet, post="change_state"),
    at(f"{ACT}/labels", ExecutionViewSet, post="labels"),
    path(f"{ACT}/eval", EvaluationView.as_view()),
    path(f"{ACT}/eval/<str:run>", EvaluationView.as_view()),
    path(f"{E}/webhook/{FLOW}/<str:key>", WebhookView.as_view()),
    path(f"{E}/webhook/{FLOW}/<str:key>/<path:path>", WebhookView.as_view()),
    at(f"{C}/search", LimitViewSet, get="search"),
    at(f"{C}/{FLOW}", LimitViewSet, put="update"),
    # Last: namespaces that equal a fixed word above are refused when they are made.
    at(f"{E}/{FLOW}", StartViewSet, post="create"),
    at(f"{E}/{FLOW}/validate", StartViewSet, post="validate"),
]

Q: Final = "<slug:tenant>/quotas"
OF_TENANT: Final = "instance/tenants/<slug:slug>"
QUOTAS: Final[list[URLPattern]] = [
    at(Q, QuotaViewSet, get="list", post="create"),
    at(f"{Q}/<uuid:id>", QuotaViewSet, get="retrieve", put="update", delete="destroy"),
    at("<slug:tenant>/quota-limits", QuotaViewSet, get="limits"),
    at("<slug:tenant>/quota-limits/reset", QuotaViewSet, post="recheck"),
    path(f"{OF_TENANT}/quotas", TenantCeilingsView.as_view()),
    path(f"{OF_TENANT}/quotas/<str:kind>", TenantCeilingView.as_view()),
    path(f"{OF_TENANT}/share", TenantShareView.as_view()),
]

LOGS: Final[list[URLPattern]] = [
    at(f"{L}/search", LogViewSet, get="search"),
    at(f"{L}/<uuid:pk>", LogViewSet, get="list", delete="destroy"),
    at(f"{L}/<uuid:pk>/download", LogViewSet, get="download"),
    at(f"{L}/{FLOW}", LogViewSet, delete="destroy_of_flow"),
]

NUMBERS: Final[list[URLPattern]] = [
    at("<slug:tenant>/outputs/executions/<uuid:pk>", OutputViewSet, get="of_execution"),
    at("<slug:tenant>/outputs/tasks/<uuid:pk>", OutputViewSet, get="of_tasks"),
    at("<slug:tenant>/outputs/tasks/<uuid:pk>/<str:run>", OutputViewSet, get="of_task_run"),
    at(f"{M}/<uuid:pk>", MetricViewSet, get="of_execution"),
    at(f"{M}/names/{FLOW}", MetricViewSet, get="names_of_flow"),
    at(f"{M}/names/{FLOW}/<str:task_id>", MetricViewSet, get="names_of_task"),
    at(f"{M}/tasks/{FLOW}", MetricViewSet, get="tasks"),
    at(f"{M}/aggregates/{FLOW}/<str:metric>", MetricViewSet, get="of_flow"),
    at(f"{M}/aggregates/{FLOW}/<str:task_id>/<str:metric>", MetricViewSet, get="of_task"),
]

TRIGGERS: Final[list[URLPattern]] = [
    at(f"{T}/search", TriggerViewSet, get="search"),
    at(f"{T}/export/by-query/csv", TriggerViewSet, get="export"),
    at(f"{T}/set-disabled", TriggerViewSet, put="set_disabled"),
    at(f"{T}/set-disabled/by-triggers", TriggerViewSet, post="set_disabled_many"),
    at(f"{T}/set-disabled/by-query", TriggerViewSet, QUERY, post="set_disabled_by_query"),
    *many("unlock", "unlock_many"),
    *many("delete", "destroy_many", "delete"),
    at(f"{T}/backfill/create", TriggerViewSet, put="backfill"),
    at(f"{T}/backfill/pause", TriggerViewSet, put="pause"),
    at(f"{T}/backfill/unpause", TriggerViewSet, put="unpause"),
    at(f"{T}/backfill/delete", TriggerViewSet, post="end_backfill"),
    *many("backfill/pause", "pause_many"),
    *many("backfill/unpause", "unpause_many"),
    *many("backfill/delete", "end_backfill_many"),
    at(f"{T}/{ID}/unlock", TriggerViewSet, post="unlock"),
    at(f"{T}/{ID}/dates", TriggerViewSet, get="dates"),
    at(f"{T}/{ID}/restart", TriggerViewSet, post="restart"),
    at(f"{T}/{ID}", TriggerViewSet, delete="destroy"),
    at(f"{T}/{FLOW}", TriggerViewSet, get="of_flow"),
]

A: Final = "<slug:tenant>/assets"
ASSETS: Final[list[URLPattern]] = [
    at(f"{A}/search", AssetViewSet, get="search"),
    at(f"{A}/usages/search", AssetViewSet, get="usages"),
    at(f"{A}/lineage-events/search", AssetViewSet, get="lineage_events"),
    # The name of an asset is a URI: it may hold slashes, also as %2F.
    at(f"{A}/<path:pk>/dependencies", AssetViewSet, get="dependencies"),
    at(f"{A}/<path:pk>", AssetViewSet, get="retrieve"),
]

STREAMS: Final[list[URLPattern]] = [
    path("<slug:tenant>/stream/allowed", TopicView.as_view()),
]

CHECKS: Final[list[URLPattern]] = [
    at(
        "<slug:tenant>/namespaces/<str:namespace>/credentials/<str:name>/test",
        checks.CheckViewSet,
        post="create",
    ),
]

POLICIES: Final = [
    path("instance/policies/evaluate", InstancePolicyTrialView.as_view()),
    path("instance/policies/<uuid:id>/evaluate", InstancePolicyEvaluationView.as_view()),
    at("<slug:tenant>/policies/evaluate", PolicyEvaluationViewSet, post="written"),
    at("<slug:tenant>/policies/<uuid:id>/evaluate", PolicyEvaluationViewSet, get="stored"),
    at("<slug:tenant>/policies/approvals/start", PolicyEvaluationViewSet, post="request_start"),
]

urlpatterns: list[URLPattern] = [
    *worker_urls.urlpatterns,
    *CHECKS,
    *POLICIES,
    *EXECUTIONS,
    *QUOTAS,
    *LOGS,
    *NUMBERS,
    *ASSETS,
    *TRIGGERS,
    *STREAMS,
]
