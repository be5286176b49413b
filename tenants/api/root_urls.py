"""Routes outside of the API: the portal, log-in and log-out, health."""

from __future__ import annotations

from django.urls import path

from tenants.api import health_views, portal_views
from tenants.api.second_step_views import SecondStepView
from tenants.api.session_views import LoginView, LogoutView

urlpatterns = [
    path("", portal_views.home, name="home"),
    path("ui", portal_views.home, name="home-ui"),
    path("ui/", portal_views.portal, name="portal"),
    path("ui/<path:path>", portal_views.portal, name="portal-path"),
    path("login", LoginView.as_view(), name="login"),
    path("login/second-factor", SecondStepView.as_view(), name="login-second-factor"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("health/live", health_views.live, name="health-live"),
    path("health/ready", health_views.ready, name="health-ready"),
]
