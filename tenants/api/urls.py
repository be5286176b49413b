"""Routes of the instance, of people, and of the tenant itself, below `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from tenants.api import (
    binding_views,
    me_views,
    namespace_views,
    people_views,
    secret_views,
    setup_views,
    tenant_views,
)

_namespaces = namespace_views.NamespaceViewSet.as_view
_secrets = secret_views.NamespaceSecretViewSet.as_view
_bindings = binding_views.BindingViewSet.as_view
_roles = binding_views.RoleViewSet.as_view
_groups = people_views.GroupViewSet.as_view
_accounts = people_views.ServiceAccountViewSet.as_view

_instance = [
    path("setup", setup_views.SetupView.as_view()),
    path("configs", setup_views.ConfigsView.as_view()),
    path("configs/login", setup_views.LoginConfigView.as_view()),
    path("auths", setup_views.AuthsView.as_view()),
    path("basicAuthValidationErrors", setup_views.PasswordErrorsView.as_view()),
    path("me", me_views.MeView.as_view()),
    path("me/password", me_views.MyPasswordView.as_view()),
    path("me/api-tokens", me_views.MyTokensView.as_view()),
    path("me/api-tokens/<uuid:token_id>", me_views.MyTokenView.as_view()),
    path("users", people_views.PeopleView.as_view()),
    path("users/<uuid:user_id>", people_views.PersonView.as_view()),
    path("tenants", tenant_views.TenantsView.as_view()),
    path("tenants/search", tenant_views.TenantSearchView.as_view()),
    path("tenants/<slug:slug>", tenant_views.TenantView.as_view()),
]
_tree = [
    path("<slug:tenant>/namespaces", _namespaces({"post": "create"})),
    path("<slug:tenant>/namespaces/search", _namespaces({"get": "search"})),
    path("<slug:tenant>/namespaces/autocomplete", _namespaces({"post": "autocomplete"})),
    path(
        "<slug:tenant>/namespaces/<str:id>",
        _namespaces({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path(
        "<slug:tenant>/namespaces/<str:id>/inherited-variables",
        _namespaces({"get": "inherited_variables"}),
    ),
    path("<slug:tenant>/namespaces/<str:namespace>/secrets", _secrets({"put": "put"})),
    path(
        "<slug:tenant>/namespaces/<str:namespace>/secrets/<str:key>",
        _secrets({"patch": "patch", "delete": "destroy"}),
    ),
    path(
        "<slug:tenant>/namespaces/<str:namespace>/inherited-secrets",
        _secrets({"get": "inherited"}),
    ),
    path("<slug:tenant>/secrets", secret_views.SecretViewSet.as_view({"get": "list"})),
]
_rights = [
    path("<slug:tenant>/bindings", _bindings({"post": "create"})),
    path("<slug:tenant>/bindings/bulk", _bindings({"post": "bulk"})),
    path("<slug:tenant>/bindings/search", _bindings({"get": "search"})),
    path("<slug:tenant>/bindings/<uuid:id>", _bindings({"get": "retrieve", "delete": "destroy"})),
    path("<slug:tenant>/roles/search", _roles({"get": "search"})),
    path("<slug:tenant>/roles/autocomplete", _roles({"post": "autocomplete"})),
    path("<slug:tenant>/roles/<uuid:id>", _roles({"get": "retrieve"})),
    path("<slug:tenant>/groups", _groups({"post": "create"})),
    path("<slug:tenant>/groups/search", _groups({"get": "search"})),
    path("<slug:tenant>/groups/<uuid:id>", _groups({"get": "retrieve", "delete": "destroy"})),
    path("<slug:tenant>/groups/<uuid:id>/members", _groups({"get": "members"})),
    path(
        "<slug:tenant>/groups/<uuid:id>/members/<uuid:user_id>",
        _groups({"put": "add_member", "delete": "remove_member"}),
    ),
    path("<slug:tenant>/service-accounts", _accounts({"post": "create", "get": "list"})),
    path(
        "<slug:tenant>/service-accounts/<uuid:id>",
        _accounts({"get": "retrieve", "delete": "destroy"}),
    ),
    path(
        "<slug:tenant>/service-accounts/<uuid:id>/api-tokens",
        _accounts({"get": "tokens", "post": "create_token"}),
    ),
    path(
        "<slug:tenant>/service-accounts/<uuid:id>/api-tokens/<uuid:token_id>",
        _accounts({"delete": "delete_token"}),
    ),
]
urlpatterns = [*_instance, *_tree, *_rights]
