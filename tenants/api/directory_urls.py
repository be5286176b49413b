"""Routes by which others say who belongs to a tenant, below `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from tenants.api import invitation_views
from tenants.api.directory_views import DirectoryViewSet
from tenants.api.exchange_views import TokenExchangeView
from tenants.api.scim.bulk_views import BulkViewSet, MeViewSet
from tenants.api.scim.config_views import ConfigViewSet
from tenants.api.scim.resource_views import GroupsViewSet, PeopleViewSet
from tenants.api.trust_views import TrustedIssuerViewSet

_directories = DirectoryViewSet.as_view
_issuers = TrustedIssuerViewSet.as_view
_invitations = invitation_views.InvitationViewSet.as_view
_config = ConfigViewSet.as_view
_LIST = {"get": "list", "post": "create"}
_ONE = {"get": "retrieve", "put": "replace", "patch": "patch_one", "delete": "destroy"}
_CHANGES = ("post", "put", "patch", "delete")
_SCIM = "<slug:tenant>/scim/v2"

urlpatterns = [
    path("<slug:tenant>/directories", _directories({"get": "list", "post": "create"})),
    path(
        "<slug:tenant>/directories/<uuid:id>",
        _directories({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path("<slug:tenant>/directories/<uuid:id>/token", _directories({"post": "exchange"})),
    path("<slug:tenant>/trusted-issuers", _issuers({"get": "list", "post": "create"})),
    path("<slug:tenant>/trusted-issuers/test", _issuers({"post": "test"})),
    path(
        "<slug:tenant>/trusted-issuers/<uuid:id>",
        _issuers({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path("<slug:tenant>/oauth/token", TokenExchangeView.as_view()),
    path("me/invitations", invitation_views.MyInvitationsView.as_view()),
    path("invitation/read/<uuid:id>", invitation_views.ReadInvitationView.as_view()),
    path("invitation/create/<uuid:id>", invitation_views.JoinAsNewView.as_view()),
    path("invitation/accept/<uuid:id>", invitation_views.JoinView.as_view()),
    path("<slug:tenant>/invitations", _invitations({"post": "create"})),
    path("<slug:tenant>/invitations/search", _invitations({"get": "search"})),
    path("<slug:tenant>/invitations/email/<str:email>", _invitations({"get": "of_email"})),
    path(
        "<slug:tenant>/invitations/<uuid:id>",
        _invitations({"get": "retrieve", "delete": "destroy"}),
    ),
    path("<slug:tenant>/invitations/<uuid:id>/resend", _invitations({"post": "resend"})),
    path(f"{_SCIM}/ServiceProviderConfig", _config({"get": "provider"})),
    path(f"{_SCIM}/ResourceTypes", _config({"get": "types"})),
    path(f"{_SCIM}/ResourceTypes/<str:name>", _config({"get": "type"})),
    path(f"{_SCIM}/Schemas", _config({"get": "schemas"})),
    path(f"{_SCIM}/Schemas/<str:urn>", _config({"get": "schema_of"})),
    path(f"{_SCIM}/Bulk", BulkViewSet.as_view({"post": "bulk"})),
    path(f"{_SCIM}/Me", MeViewSet.as_view({"get": "me", **dict.fromkeys(_CHANGES, "change_me")})),
    path(f"{_SCIM}/Users", PeopleViewSet.as_view(_LIST)),
    path(f"{_SCIM}/Users/.search", PeopleViewSet.as_view({"post": "search"})),
    path(f"{_SCIM}/Users/<str:id>", PeopleViewSet.as_view(_ONE)),
    path(f"{_SCIM}/Groups", GroupsViewSet.as_view(_LIST)),
    path(f"{_SCIM}/Groups/.search", GroupsViewSet.as_view({"post": "search"})),
    path(f"{_SCIM}/Groups/<str:id>", GroupsViewSet.as_view(_ONE)),
]
