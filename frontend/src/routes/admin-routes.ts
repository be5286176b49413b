/// Addresses of administration.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import {
  accessSearch,
  approvalsSearch,
  auditSearch,
  bindingsSearch,
  listSearch,
  newRoleSearch,
  providerSearch,
  userSearch,
} from "./admin-search";
import { tenant } from "./roots";

const admin = createRoute({
  getParentRoute: () => tenant,
  path: "/admin",
  component: lazyRouteComponent(() => import("@/features/admin/layout"), "AdminLayout"),
});

const people = [
  createRoute({
    getParentRoute: () => admin,
    path: "/",
    component: lazyRouteComponent(() => import("@/features/admin/layout/start"), "AdminStart"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/users",
    validateSearch: listSearch,
    component: lazyRouteComponent(() => import("@/features/admin/users/user-list"), "UserList"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/users/$userId",
    validateSearch: userSearch,
    component: lazyRouteComponent(() => import("@/features/admin/users/user-page"), "UserPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/invitations",
    validateSearch: listSearch,
    component: lazyRouteComponent(
      () => import("@/features/admin/users/invitation-list"),
      "InvitationList",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/groups",
    validateSearch: listSearch,
    component: lazyRouteComponent(() => import("@/features/admin/groups/group-list"), "GroupList"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/groups/$groupId",
    validateSearch: listSearch,
    component: lazyRouteComponent(() => import("@/features/admin/groups/group-page"), "GroupPage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/service-accounts",
    validateSearch: listSearch,
    component: lazyRouteComponent(
      () => import("@/features/admin/accounts/account-list"),
      "AccountList",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/service-accounts/$accountId",
    component: lazyRouteComponent(
      () => import("@/features/admin/accounts/account-page"),
      "AccountPage",
    ),
  }),
] as const;

const rights = [
  createRoute({
    getParentRoute: () => admin,
    path: "/roles",
    validateSearch: listSearch,
    component: lazyRouteComponent(() => import("@/features/admin/roles/role-list"), "RoleList"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/roles/new",
    validateSearch: newRoleSearch,
    component: lazyRouteComponent(() => import("@/features/admin/roles/new-role"), "NewRole"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/roles/$roleId",
    component: lazyRouteComponent(() => import("@/features/admin/roles/role-page"), "RolePage"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/bindings",
    validateSearch: bindingsSearch,
    component: lazyRouteComponent(
      () => import("@/features/admin/bindings/binding-list"),
      "BindingList",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/access",
    validateSearch: accessSearch,
    component: lazyRouteComponent(
      () => import("@/features/admin/access/access-explorer"),
      "AccessExplorer",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/audit",
    validateSearch: auditSearch,
    component: lazyRouteComponent(() => import("@/features/admin/audit/audit-page"), "TenantAudit"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/audit-streams",
    component: lazyRouteComponent(
      () => import("@/features/admin/streams/stream-list"),
      "TenantStreams",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/audit-streams/$streamId",
    component: lazyRouteComponent(
      () => import("@/features/admin/streams/stream-page"),
      "TenantStream",
    ),
  }),
] as const;

const ruling = [
  createRoute({
    getParentRoute: () => admin,
    path: "/settings",
    component: lazyRouteComponent(
      () => import("@/features/admin/tenant/settings-page"),
      "TenantSettings",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/policies",
    component: lazyRouteComponent(
      () => import("@/features/admin/policies/policy-list"),
      "PolicyList",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/approvals",
    validateSearch: approvalsSearch,
    component: lazyRouteComponent(
      () => import("@/features/approvals/approval-list"),
      "ApprovalList",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/approvals/$approvalId",
    component: lazyRouteComponent(
      () => import("@/features/approvals/approval-page"),
      "ApprovalPage",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/policies/new",
    component: lazyRouteComponent(
      () => import("@/features/admin/policies/policy-page"),
      "NewPolicy",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/policies/$policyId",
    component: lazyRouteComponent(
      () => import("@/features/admin/policies/policy-page"),
      "PolicyPage",
    ),
  }),
] as const;

const signIn = [
  createRoute({
    getParentRoute: () => admin,
    path: "/identity-providers",
    component: lazyRouteComponent(
      () => import("@/features/admin/sign-in/provider-list"),
      "ProviderList",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/identity-providers/new",
    validateSearch: providerSearch,
    component: lazyRouteComponent(
      () => import("@/features/admin/sign-in/provider-page"),
      "NewProvider",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/identity-providers/$name",
    validateSearch: providerSearch,
    component: lazyRouteComponent(
      () => import("@/features/admin/sign-in/provider-page"),
      "ProviderPage",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/directories",
    component: lazyRouteComponent(
      () => import("@/features/admin/sign-in/directory-list"),
      "DirectoryList",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/trusted-issuers",
    component: lazyRouteComponent(() => import("@/features/admin/trust/issuer-list"), "IssuerList"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/trusted-issuers/new",
    component: lazyRouteComponent(() => import("@/features/admin/trust/issuer-page"), "NewIssuer"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/trusted-issuers/$issuerId",
    component: lazyRouteComponent(() => import("@/features/admin/trust/issuer-page"), "IssuerPage"),
  }),
] as const;

const running = [
  createRoute({
    getParentRoute: () => admin,
    path: "/quotas",
    component: lazyRouteComponent(() => import("@/features/admin/limits/quota-list"), "QuotaList"),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/announcements",
    component: lazyRouteComponent(
      () => import("@/features/admin/announcements/announcement-page"),
      "TenantAnnouncements",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/instance-announcements",
    component: lazyRouteComponent(
      () => import("@/features/admin/announcements/announcement-page"),
      "InstanceAnnouncements",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/switches",
    component: lazyRouteComponent(
      () => import("@/features/admin/limits/switch-page"),
      "TenantSwitches",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/instance-switches",
    component: lazyRouteComponent(
      () => import("@/features/admin/limits/switch-page"),
      "InstanceSwitches",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/workers",
    component: lazyRouteComponent(
      () => import("@/features/admin/workers/group-list"),
      "TenantWorkers",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/workers/$groupId",
    component: lazyRouteComponent(
      () => import("@/features/admin/workers/group-page"),
      "TenantWorkerGroup",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/instance-workers",
    component: lazyRouteComponent(
      () => import("@/features/admin/workers/group-list"),
      "InstanceWorkers",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/instance-workers/$groupId",
    component: lazyRouteComponent(
      () => import("@/features/admin/workers/group-page"),
      "InstanceWorkerGroup",
    ),
  }),
] as const;

const instance = [
  createRoute({
    getParentRoute: () => admin,
    path: "/instance-policies",
    component: lazyRouteComponent(
      () => import("@/features/admin/policies/instance-policy-list"),
      "InstancePolicyList",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/instance-policies/new",
    component: lazyRouteComponent(
      () => import("@/features/admin/policies/instance-policy-page"),
      "NewInstancePolicy",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/instance-policies/$policyId",
    component: lazyRouteComponent(
      () => import("@/features/admin/policies/instance-policy-page"),
      "InstancePolicyPage",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/tenants/$tenantId",
    component: lazyRouteComponent(
      () => import("@/features/admin/instance/tenant-page"),
      "TenantPage",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/tenants",
    validateSearch: listSearch,
    component: lazyRouteComponent(
      () => import("@/features/admin/instance/tenant-list"),
      "TenantList",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/instance-people",
    validateSearch: listSearch,
    component: lazyRouteComponent(
      () => import("@/features/admin/instance/people-list"),
      "InstancePeople",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/instance-audit",
    validateSearch: auditSearch,
    component: lazyRouteComponent(
      () => import("@/features/admin/audit/audit-page"),
      "InstanceAudit",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/instance-audit-streams",
    component: lazyRouteComponent(
      () => import("@/features/admin/streams/stream-list"),
      "InstanceStreams",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/instance-audit-streams/$streamId",
    component: lazyRouteComponent(
      () => import("@/features/admin/streams/stream-page"),
      "InstanceStream",
    ),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: "/health",
    component: lazyRouteComponent(() => import("@/features/admin/instance/health"), "Health"),
  }),
] as const;

export const adminRoutes = admin.addChildren([
  ...people,
  ...rights,
  ...ruling,
  ...signIn,
  ...running,
  ...instance,
]);
