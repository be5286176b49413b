"""Routes of worker groups, and those that remote workers ask."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from executions.api import worker_group_views as groups
from executions.api import worker_views as workers

_set = groups.TenantGroupViewSet.as_view
I: Final = "instance/worker-groups"  # noqa: E741  beside T, as in the table of routes
T: Final = "<slug:tenant>/worker-groups"

INSTANCE: Final[list[URLPattern]] = [
    path(I, groups.GroupsView.as_view()),
    path(f"{I}/<str:id>", groups.GroupView.as_view()),
    path(f"{I}/<str:id>/tokens", groups.GroupTokensView.as_view()),
    path(f"{I}/<str:id>/tokens/<uuid:token_id>", groups.GroupTokenView.as_view()),
    path(f"{I}/<str:id>/tokens/<uuid:token_id>/revoke", groups.GroupTokenRevocationView.as_view()),
    path(f"{I}/<str:id>/workers", groups.GroupWorkersView.as_view()),
    path(f"{I}/<str:id>/workers/<uuid:worker_id>/drain", groups.WorkerDrainView.as_view()),
    path(f"{I}/<str:id>/capacity", groups.GroupCapacityView.as_view()),
    path("instance/workers", groups.WorkersView.as_view()),
]
TENANT: Final[list[URLPattern]] = [
    path(T, _set({"get": "list", "post": "create"})),
    path(f"{T}/<str:id>", _set({"get": "retrieve", "put": "update", "delete": "destroy"})),
    path(f"{T}/<str:id>/tokens", _set({"post": "issue"})),
    path(f"{T}/<str:id>/tokens/<uuid:token_id>", _set({"delete": "forget"})),
    path(f"{T}/<str:id>/tokens/<uuid:token_id>/revoke", _set({"post": "revoke"})),
    path(f"{T}/<str:id>/workers", _set({"get": "workers"})),
    path(f"{T}/<str:id>/workers/<uuid:worker_id>/running", _set({"get": "running"})),
    path(
        f"{T}/<str:id>/workers/<uuid:worker_id>/drain", _set({"post": "drain", "delete": "resume"})
    ),
    path(f"{T}/<str:id>/capacity", _set({"get": "capacity"})),
    path(f"{T}/<str:id>/subscriptions", _set({"post": "subscribe"})),
    path(f"{T}/<str:id>/subscriptions/<str:namespace>", _set({"delete": "unsubscribe"})),
]
WORKERS: Final[list[URLPattern]] = [
    path("worker/sessions", workers.SessionView.as_view()),
    path("worker/claims", workers.ClaimView.as_view()),
    path("worker/heartbeats", workers.HeartbeatView.as_view()),
    path("worker/questions", workers.QuestionView.as_view()),
    path("worker/logs", workers.LineView.as_view()),
    path("worker/results", workers.ResultView.as_view()),
]
urlpatterns: list[URLPattern] = [*INSTANCE, *WORKERS, *TENANT]
