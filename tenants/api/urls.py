"""Routes of the instance, of people, and of the tenant itself, below `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from downbeat.common.api.operations import declare
from tenants.api import (
    access_views,
    account_views,
    announcement_documents,
    announcement_views,
    audit_stream_views,
    audit_views,
    binding_views,
    directory_urls,
    documents,
    entry_views,
    factor_views,
    group_views,
    identity_views,
    joining_documents,
    joining_operations,
    me_views,
    move_documents,
    my_session_views,
    namespace_views,
    people_views,
    provider_views,
    role_views,
    secret_manager_views,
    secret_views,
    setup_views,
    sign_in_documents,
    sign_in_operations,
    sso_views,
    switch_views,
    tenant_life_views,
    tenant_views,
    trail_documents,
    trail_operations,
)
from tenants.api.operations import OPERATIONS

declare(
    OPERATIONS,
    shapes=(*documents.SHAPES, *move_documents.SHAPES),
    pages=documents.PAGES,
)
declare(
    joining_operations.OPERATIONS,
    shapes=joining_documents.SHAPES,
    pages=joining_documents.PAGES,
)
declare(
    trail_operations.OPERATIONS,
    shapes=trail_documents.SHAPES,
    pages=trail_documents.PAGES,
)
declare(announcement_documents.OPERATIONS, shapes=announcement_documents.SHAPES)
declare(sign_in_operations.OPERATIONS, shapes=sign_in_documents.SHAPES)
_namespaces = namespace_views.NamespaceViewSet.as_view
_secrets = secret_views.NamespaceSecretViewSet.as_view
_bindings = binding_views.BindingViewSet.as_view
_roles = role_views.RoleViewSet.as_view
_groups = group_views.GroupViewSet.as_view
_access = access_views.AccessViewSet.as_view
_entries = entry_views.TenantAccessViewSet.as_view
_audit = audit_views.AuditViewSet.as_view
_providers = provider_views.IdentityProviderViewSet.as_view
_streams = audit_stream_views.AuditStreamViewSet.as_view
_managers = secret_manager_views.SecretManagerViewSet.as_view
_retention = tenant_life_views.RetentionViewSet.as_view
_accounts = account_views.ServiceAccountViewSet.as_view

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
    path("me/identities", identity_views.MyIdentitiesView.as_view()),
    path("me/identities/<uuid:identity_id>", identity_views.MyIdentityView.as_view()),
    path("me/logout-everywhere", identity_views.MyLogoutView.as_view()),
    path("me/sessions", my_session_views.MySessionsView.as_view()),
    path("me/sessions/<uuid:session_id>", my_session_views.MySessionView.as_view()),
    path("users/<uuid:user_id>/logout-everywhere", identity_views.PersonLogoutView.as_view()),
    path("me/second-factors", factor_views.MyFactorsView.as_view()),
    path("me/second-factors/<uuid:id>", factor_views.MyFactorView.as_view()),
    path("me/second-factors/<uuid:id>/proof", factor_views.MyFactorProofView.as_view()),
    path("me/recovery-codes", factor_views.MyRecoveryCodesView.as_view()),
    path("users/<uuid:user_id>/second-factors", factor_views.FactorResetView.as_view()),
    path("users", people_views.PeopleView.as_view()),
    path("users/<uuid:user_id>", people_views.PersonView.as_view()),
    path("users/<uuid:user_id>/superadmin", people_views.SuperAdminView.as_view()),
    path("users/<uuid:user_id>/instanceowner", people_views.InstanceOwnerView.as_view()),
    path("tenants", tenant_views.TenantsView.as_view()),
    path("tenants/search", tenant_views.TenantSearchView.as_view()),
    path("instance/tenant-removals", tenant_life_views.RemovalsView.as_view()),
    path("tenants/<slug:slug>", tenant_views.TenantView.as_view()),
    path("tenants/<slug:slug>/logo", tenant_life_views.LogoView.as_view()),
    path("tenants/<slug:slug>/suspend", tenant_life_views.SuspendTenantView.as_view()),
    path("tenants/<slug:slug>/resume", tenant_life_views.ResumeTenantView.as_view()),
]
_tree = [
    path("<slug:tenant>/namespaces", _namespaces({"post": "create"})),
    path("<slug:tenant>/namespaces/search", _namespaces({"get": "search"})),
    path("<slug:tenant>/namespaces/autocomplete", _namespaces({"post": "autocomplete"})),
    path(
        "<slug:tenant>/namespaces/<str:id>",
        _namespaces({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path("<slug:tenant>/namespaces/<str:id>/move", _namespaces({"post": "move"})),
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
_keeping = [
    path("<slug:tenant>/secret-managers", _managers({"get": "kinds"})),
    path(
        "<slug:tenant>/secret-manager",
        _managers({"get": "of_tenant", "put": "set_tenant", "delete": "clear_tenant"}),
    ),
    path("<slug:tenant>/secret-manager/test", _managers({"post": "test_tenant"})),
    path(
        "<slug:tenant>/namespaces/<str:namespace>/secret-manager",
        _managers({"get": "of_namespace", "put": "set_namespace", "delete": "clear_namespace"}),
    ),
    path(
        "<slug:tenant>/namespaces/<str:namespace>/secret-manager/test",
        _managers({"post": "test_namespace"}),
    ),
    path("<slug:tenant>/retention", _retention({"get": "of_tenant", "put": "set_tenant"})),
    path(
        "<slug:tenant>/namespaces/<str:namespace>/retention",
        _retention({"get": "of_namespace", "put": "set_namespace"}),
    ),
]
_rights = [
    path("<slug:tenant>/bindings", _bindings({"post": "create"})),
    path("<slug:tenant>/bindings/bulk", _bindings({"post": "bulk"})),
    path("<slug:tenant>/bindings/search", _bindings({"get": "search"})),
    path("<slug:tenant>/bindings/<uuid:id>", _bindings({"get": "retrieve", "delete": "destroy"})),
    path("<slug:tenant>/roles", _roles({"post": "create"})),
    path("<slug:tenant>/roles/ids", _roles({"post": "by_ids"})),
    path("<slug:tenant>/roles/search", _roles({"get": "search"})),
    path("<slug:tenant>/roles/autocomplete", _roles({"post": "autocomplete"})),
    path(
        "<slug:tenant>/roles/<uuid:id>",
        _roles({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path("<slug:tenant>/groups", _groups({"post": "create"})),
    path("<slug:tenant>/groups/search", _groups({"get": "search"})),
    path("<slug:tenant>/groups/autocomplete", _groups({"post": "autocomplete"})),
    path("<slug:tenant>/groups/ids", _groups({"post": "by_ids"})),
    path(
        "<slug:tenant>/groups/<uuid:id>",
        _groups({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path("<slug:tenant>/groups/<uuid:id>/members", _groups({"get": "members"})),
    path(
        "<slug:tenant>/groups/<uuid:id>/members/<uuid:user_id>",
        _groups({"put": "add_member", "delete": "remove_member"}),
    ),
    path(
        "<slug:tenant>/groups/<uuid:id>/members/membership/<uuid:user_id>",
        _groups({"put": "set_membership"}),
    ),
    path("<slug:tenant>/users/<uuid:user_id>/groups", _groups({"put": "of_user"})),
    path("<slug:tenant>/service-accounts", _accounts({"post": "create", "get": "list"})),
    path(
        "<slug:tenant>/service-accounts/<uuid:id>",
        _accounts({"get": "retrieve", "put": "update", "delete": "destroy"}),
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
_explorer = [
    path("<slug:tenant>/access/permissions", _access({"get": "permissions"})),
    path("<slug:tenant>/access/mine", access_views.MyAccessView.as_view()),
    path("<slug:tenant>/access/who-can", _access({"get": "who"})),
    path("<slug:tenant>/access/why", _access({"get": "why"})),
    path("<slug:tenant>/access/impact", _access({"get": "impact"})),
    path("<slug:tenant>/access/unused", _access({"get": "unused"})),
]
_inside = [
    path("<slug:tenant>/tenant-access", _entries({"get": "list", "post": "create"})),
    path("<slug:tenant>/tenant-access/autocomplete", _entries({"post": "autocomplete"})),
    path(
        "<slug:tenant>/tenant-access/<uuid:user_id>",
        _entries({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
]
_sign_in = [
    path("<slug:tenant>/identity-providers", _providers({"get": "list", "post": "create"})),
    path("<slug:tenant>/identity-providers/test", _providers({"post": "test"})),
    path("<slug:tenant>/identity-providers/tests/<uuid:test_id>", _providers({"get": "result"})),
    path(
        "<slug:tenant>/identity-providers/<slug:name>",
        _providers({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path(
        "<slug:tenant>/tenant-access/<uuid:user_id>/logout-everywhere",
        identity_views.TenantLogoutViewSet.as_view({"post": "end"}),
    ),
    path("<slug:tenant>/sso/<slug:name>/start", sso_views.StartView.as_view()),
    path("<slug:tenant>/sso/<slug:name>/callback", sso_views.CallbackView.as_view()),
    path("<slug:tenant>/sso/<slug:name>/acs", sso_views.AcsView.as_view()),
    path("<slug:tenant>/sso/<slug:name>/finish", sso_views.FinishView.as_view()),
    path("<slug:tenant>/sso/<slug:name>/metadata", sso_views.MetadataView.as_view()),
    path("<slug:tenant>/sso/<slug:name>/slo", sso_views.SloView.as_view()),
    path(
        "<slug:tenant>/sso/<slug:name>/backchannel-logout",
        sso_views.BackchannelLogoutView.as_view(),
    ),
]
_sent = [
    path("auditlogs/streams", audit_stream_views.InstanceAuditStreamsView.as_view()),
    path("auditlogs/streams/<uuid:id>", audit_stream_views.InstanceAuditStreamView.as_view()),
    path(
        "auditlogs/streams/<uuid:id>/test",
        audit_stream_views.InstanceAuditStreamTestView.as_view(),
    ),
    path(
        "auditlogs/streams/<uuid:id>/dead-letters",
        audit_stream_views.InstanceDeadLettersView.as_view(),
    ),
    path(
        "auditlogs/streams/<uuid:id>/dead-letters/<uuid:letter_id>/retry",
        audit_stream_views.InstanceDeadLetterRetryView.as_view(),
    ),
    path("<slug:tenant>/auditlogs/streams", _streams({"get": "list", "post": "create"})),
    path(
        "<slug:tenant>/auditlogs/streams/<uuid:id>",
        _streams({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path("<slug:tenant>/auditlogs/streams/<uuid:id>/test", _streams({"post": "test"})),
    path(
        "<slug:tenant>/auditlogs/streams/<uuid:id>/dead-letters",
        _streams({"get": "dead_letters"}),
    ),
    path(
        "<slug:tenant>/auditlogs/streams/<uuid:id>/dead-letters/<uuid:letter_id>/retry",
        _streams({"post": "retry"}),
    ),
]
_trail = [
    path("auditlogs/search", audit_views.InstanceAuditView.as_view()),
    path("auditlogs/export", audit_views.InstanceAuditExportView.as_view()),
    path("auditlogs/chain", audit_views.InstanceAuditChainView.as_view()),
    path("auditlogs/<uuid:id>/diff", audit_views.InstanceAuditDiffView.as_view()),
    path("<slug:tenant>/auditlogs/search", _audit({"get": "search"})),
    path("<slug:tenant>/auditlogs/find", _audit({"post": "find"})),
    path("<slug:tenant>/auditlogs/export", _audit({"get": "export"})),
    path("<slug:tenant>/auditlogs/chain", _audit({"get": "chain"})),
    path("<slug:tenant>/auditlogs/history/<path:detail_id>", _audit({"get": "history"})),
    path("<slug:tenant>/auditlogs/<uuid:id>/diff", _audit({"get": "diff"})),
]
_tenant_banners = announcement_views.TenantBannerViewSet.as_view
_banners = [
    path("banners", announcement_views.BannersView.as_view()),
    path("banners/search", announcement_views.BannerSearchView.as_view()),
    path("banners/<uuid:id>", announcement_views.BannerView.as_view()),
    path("<slug:tenant>/banners", _tenant_banners({"get": "list", "post": "create"})),
    path("<slug:tenant>/banners/search", _tenant_banners({"get": "search"})),
    path(
        "<slug:tenant>/banners/<uuid:id>",
        _tenant_banners({"put": "update", "delete": "destroy"}),
    ),
]
_tenant_switches = switch_views.TenantSwitchViewSet.as_view
_switches = [
    path("kill-switches", switch_views.SwitchesView.as_view()),
    path("kill-switches/search", switch_views.SwitchSearchView.as_view()),
    path("kill-switches/<uuid:id>", switch_views.SwitchView.as_view()),
    path("instance/maintenance/enter", switch_views.MaintenanceEnterView.as_view()),
    path("instance/maintenance/exit", switch_views.MaintenanceExitView.as_view()),
    path("instance/maintenance/status", switch_views.MaintenanceStatusView.as_view()),
    path("<slug:tenant>/kill-switches", _tenant_switches({"get": "list", "post": "create"})),
    path(
        "<slug:tenant>/kill-switches/<uuid:id>",
        _tenant_switches({"put": "update", "delete": "destroy"}),
    ),
]
urlpatterns = [
    *_banners,
    *_switches,
    *_sent,
    *_trail,
    *_sign_in,
    *_explorer,
    *_inside,
    *_instance,
    *_tree,
    *_keeping,
    *_rights,
    *directory_urls.urlpatterns,
]
