"""All routes: the portal, log-in, health, and each app's part of `/api/v1/`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularJSONAPIView


def _of_apps() -> list[URLPattern | URLResolver]:
    """`<app>/api/urls.py` of every app that has one."""
    modules = (f"{app}.api.urls" for app in settings.OUR_APPS if find_spec(f"{app}.api"))
    found = [module for module in modules if find_spec(module)]
    return [path("api/v1/", include(import_module(module).urlpatterns)) for module in found]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tenants.api.root_urls")),
    path("api/v1/openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    *_of_apps(),
]

handler400 = "downbeat.common.api.problems.bad_request"
handler404 = "downbeat.common.api.problems.not_found"
handler500 = "downbeat.common.api.problems.server_error"
