"""Routes of the flows app, below ``/api/v1/``; static segments stand before names."""

from __future__ import annotations

from django.urls import path

from flows.api.bulk_views import FlowBulkViewSet
from flows.api.file_views import NamespaceFileViewSet
from flows.api.flow_views import FlowSourceViewSet, FlowViewSet
from flows.api.kv_views import KeyValueViewSet
from flows.api.plugin_views import ExpressionCatalogueView, PluginViewSet

T = "<slug:tenant>"
F = f"{T}/flows"
FILES = f"{T}/namespaces/<str:namespace>/files"
KV = f"{T}/namespaces/<str:namespace>/kv"
flow = FlowViewSet.as_view
source = FlowSourceViewSet.as_view
bulk = FlowBulkViewSet.as_view
pairs = KeyValueViewSet.as_view
files = NamespaceFileViewSet.as_view
plugins = PluginViewSet.as_view

urlpatterns = [
    path(F, flow({"post": "create"})),
    path(f"{F}/search", flow({"get": "search"})),
    path(f"{F}/source", flow({"get": "sources"})),
    path(f"{F}/distinct-namespaces", flow({"get": "namespaces"})),
    path(f"{F}/validate", source({"post": "validate"})),
    path(f"{F}/graph", source({"post": "graph"})),
    path(f"{F}/delete/by-ids", bulk({"delete": "delete_by_ids"})),
    path(f"{F}/disable/by-ids", bulk({"post": "disable_by_ids"})),
    path(f"{F}/enable/by-ids", bulk({"post": "enable_by_ids"})),
    path(f"{F}/export/by-ids", bulk({"post": "export_by_ids"})),
    path(f"{F}/import", bulk({"post": "import_archive"})),
    path(f"{F}/bulk", bulk({"post": "apply_many"})),
    path(f"{F}/<str:namespace>", bulk({"get": "in_namespace", "post": "apply_namespace"})),
    path(
        f"{F}/<str:namespace>/<str:id>",
        flow({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path(f"{F}/<str:namespace>/<str:id>/revisions", flow({"get": "revisions"})),
    path(f"{F}/<str:namespace>/<str:id>/graph", flow({"get": "graph"})),
    path(f"{F}/<str:namespace>/<str:id>/tasks/<str:task_id>", flow({"get": "task"})),
    path(f"{T}/kv", pairs({"get": "everywhere"})),
    path(KV, pairs({"delete": "destroy_many"})),
    path(f"{KV}/inheritance", pairs({"get": "inherited"})),
    path(
        f"{KV}/<str:key>",
        pairs({"get": "retrieve", "put": "update", "delete": "destroy"}),
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
    path("plugins", plugins({"get": "list"})),
    path("plugins/groups/subgroups", plugins({"get": "list"})),
    path("plugins/inputs", plugins({"get": "input_types"})),
    path("plugins/triggers", plugins({"get": "triggers"})),
    path("plugins/schemas/<str:kind>", plugins({"get": "language_schema"})),
    path("plugins/icons", plugins({"get": "icons"})),
    path("plugins/<str:type_name>", plugins({"get": "retrieve"})),
    path("pebble/filters", ExpressionCatalogueView.as_view(kind="filters")),
    path("pebble/functions", ExpressionCatalogueView.as_view(kind="functions")),
]
