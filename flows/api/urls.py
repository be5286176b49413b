"""Routes of the flows app, below ``/api/v1/``; static segments stand before names."""

from __future__ import annotations

from django.urls import path

from downbeat.common.api.operations import declare
from flows.api import (
    blueprint_views,
    connection_documents,
    documents,
    instance_policy_views,
    policy_documents,
    store_documents,
)
from flows.api.blueprint_views import BlueprintViewSet
from flows.api.bulk_views import FlowBulkViewSet
from flows.api.connection_views import ConnectionViewSet
from flows.api.file_views import NamespaceFileViewSet
from flows.api.flow_views import FlowViewSet, NamespaceTopologyViewSet
from flows.api.kv_views import KeyValueViewSet
from flows.api.language_views import DeprecationViewSet, FlowSourceViewSet
from flows.api.operations import OPERATIONS
from flows.api.plugin_views import ExpressionCatalogueView, PluginViewSet
from flows.api.policy_views import ApprovalViewSet, PolicyViewSet
from flows.api.source_search_views import SourceSearchViewSet

T = "<slug:tenant>"
F = f"{T}/flows"
FLOW = f"{F}/<str:namespace>/<str:id>"
FILES = f"{T}/namespaces/<str:namespace>/files"
B = f"{T}/blueprints/community/<str:kind>"
CREDENTIALS = f"{T}/namespaces/<str:namespace>/credentials"
KV = f"{T}/namespaces/<str:namespace>/kv"
QUERY = {"by_query": True}
flow = FlowViewSet.as_view
source = FlowSourceViewSet.as_view
text = SourceSearchViewSet.as_view
bulk = FlowBulkViewSet.as_view
connections = ConnectionViewSet.as_view
pairs = KeyValueViewSet.as_view
files = NamespaceFileViewSet.as_view
plugins = PluginViewSet.as_view
policies = PolicyViewSet.as_view
approvals = ApprovalViewSet.as_view
blueprints = BlueprintViewSet.as_view

declare(OPERATIONS, shapes=documents.SHAPES, pages=documents.PAGES)
declare(
    connection_documents.OPERATIONS,
    shapes=connection_documents.SHAPES,
    pages=connection_documents.PAGES,
)
declare(blueprint_views.OPERATIONS, shapes=blueprint_views.SHAPES, pages=blueprint_views.PAGES)
declare(
    policy_documents.OPERATIONS,
    shapes=policy_documents.SHAPES,
    pages=policy_documents.PAGES,
)
declare({}, shapes=store_documents.SHAPES, pages=store_documents.PAGES)

urlpatterns = [
    path(F, flow({"post": "create"})),
    path(f"{F}/search", flow({"get": "search"})),
    path(f"{F}/source", text({"get": "search"})),
    path(f"{F}/source/replace/preview", text({"post": "preview"})),
    path(f"{F}/source/replace/apply", text({"post": "apply"})),
    path(f"{F}/source/replace/line", text({"post": "line"})),
    path(f"{F}/distinct-namespaces", flow({"get": "namespaces"})),
    path(f"{F}/deprecated", DeprecationViewSet.as_view({"get": "flows"})),
    path(f"{F}/validate", source({"post": "validate"})),
    path(f"{F}/validate/task", source({"post": "validate_task"})),
    path(f"{F}/validate/trigger", source({"post": "validate_trigger"})),
    path(f"{F}/expressions", source({"post": "expressions"})),
    path(f"{F}/graph", source({"post": "graph"})),
    path(f"{F}/policies/preview", policies({"post": "preview"})),
    path("instance/policies", instance_policy_views.InstancePoliciesView.as_view()),
    path("instance/policies/search", instance_policy_views.InstancePolicySearchView.as_view()),
    path("instance/policies/<uuid:id>", instance_policy_views.InstancePolicyView.as_view()),
    path(f"{T}/policies", policies({"get": "list", "post": "create"})),
    path(f"{T}/policies/approvals", approvals({"get": "list"})),
    path(f"{T}/policies/approvals/save", approvals({"post": "request_save"})),
    path(f"{T}/policies/approvals/<uuid:id>", approvals({"get": "retrieve"})),
    path(f"{T}/policies/approvals/<uuid:id>/approve", approvals({"post": "approve"})),
    path(f"{T}/policies/approvals/<uuid:id>/reject", approvals({"post": "reject"})),
    path(
        f"{T}/policies/<uuid:id>",
        policies({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path(f"{F}/delete/by-ids", bulk({"delete": "delete"})),
    path(f"{F}/delete/by-query", bulk({"delete": "delete"}), QUERY),
    path(f"{F}/disable/by-ids", bulk({"post": "disable"})),
    path(f"{F}/disable/by-query", bulk({"post": "disable"}), QUERY),
    path(f"{F}/enable/by-ids", bulk({"post": "enable"})),
    path(f"{F}/enable/by-query", bulk({"post": "enable"}), QUERY),
    path(f"{F}/export/by-ids", bulk({"post": "export_by_ids"})),
    path(f"{F}/export/by-query", bulk({"get": "export_by_query"})),
    path(f"{F}/export/by-query/csv", flow({"get": "export_table"})),
    path(f"{F}/hashes/by-ids", bulk({"post": "hashes"})),
    path(f"{F}/import", bulk({"post": "import_archive"})),
    path(f"{F}/bulk", bulk({"post": "apply_many"})),
    path(f"{F}/<str:namespace>", bulk({"get": "in_namespace", "post": "apply_namespace"})),
    path(FLOW, flow({"get": "retrieve", "put": "update", "delete": "destroy"})),
    path(f"{FLOW}/revisions", flow({"get": "revisions", "delete": "delete_revisions"})),
    path(f"{FLOW}/graph", flow({"get": "graph"})),
    path(f"{FLOW}/dependencies", flow({"get": "dependencies"})),
    path(f"{FLOW}/tasks/<str:task_id>", flow({"get": "task"})),
    path(
        f"{T}/namespaces/<str:namespace>/dependencies",
        NamespaceTopologyViewSet.as_view({"get": "dependencies"}),
    ),
    path(f"{T}/kv", pairs({"get": "everywhere"})),
    path(KV, pairs({"delete": "destroy_many"})),
    path(f"{KV}/inheritance", pairs({"get": "inherited"})),
    path(
        f"{KV}/<str:key>",
        pairs({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path(CREDENTIALS, connections({"get": "list", "post": "create"})),
    path(f"{CREDENTIALS}/inherited", connections({"get": "inherited"})),
    path(
        f"{CREDENTIALS}/<str:name>",
        connections({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path(
        FILES,
        files({"get": "content", "post": "upload", "put": "move", "delete": "destroy"}),
    ),
    path(f"{FILES}/search", files({"get": "search"})),
    path(f"{FILES}/directory", files({"get": "folder", "post": "make_folder"})),
    path(f"{FILES}/stats", files({"get": "stats"})),
    path(f"{FILES}/revisions", files({"get": "revisions"})),
    path(f"{FILES}/export", files({"get": "export"})),
    path(B, blueprints({"get": "search"})),
    path(f"{B}/tags", blueprints({"get": "tags"})),
    path(f"{B}/<str:id>", blueprints({"get": "retrieve"})),
    path(f"{B}/<str:id>/source", blueprints({"get": "source"})),
    path("plugins", plugins({"get": "list"})),
    path("plugins/groups/subgroups", plugins({"get": "subgroups"})),
    path("plugins/inputs", plugins({"get": "input_types"})),
    path("plugins/triggers", plugins({"get": "triggers"})),
    path("plugins/connections", plugins({"get": "connections"})),
    path("plugins/schemas/<str:kind>", plugins({"get": "language_schema"})),
    path("plugins/icons", plugins({"get": "icons"})),
    path("plugins/<str:type_name>", plugins({"get": "retrieve"})),
    path("pebble/filters", ExpressionCatalogueView.as_view(kind="filters")),
    path("pebble/functions", ExpressionCatalogueView.as_view(kind="functions")),
]
