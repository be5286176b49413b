/// Addresses of namespaces and of what they keep.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { tenant } from "./roots";
import { catalogueSearch, filesSearch, flowsSearch, pageSearch } from "./search";

const namespaces = createRoute({
  getParentRoute: () => tenant,
  path: "/namespaces",
  validateSearch: catalogueSearch,
  component: lazyRouteComponent(
    () => import("@/features/namespaces/tree/namespace-tree"),
    "NamespaceTree",
  ),
});

const namespace = createRoute({
  getParentRoute: () => tenant,
  path: "/namespaces/$namespaceId",
  component: lazyRouteComponent(
    () => import("@/features/namespaces/namespace/namespace-page"),
    "NamespacePage",
  ),
});

const tabs = [
  createRoute({
    getParentRoute: () => namespace,
    path: "/",
    validateSearch: flowsSearch,
    component: lazyRouteComponent(
      () => import("@/features/namespaces/flows/namespace-flows"),
      "NamespaceFlows",
    ),
  }),
  createRoute({
    getParentRoute: () => namespace,
    path: "/variables",
    component: lazyRouteComponent(
      () => import("@/features/namespaces/variables/variables"),
      "Variables",
    ),
  }),
  createRoute({
    getParentRoute: () => namespace,
    path: "/secrets",
    component: lazyRouteComponent(() => import("@/features/namespaces/secrets/secrets"), "Secrets"),
  }),
  createRoute({
    getParentRoute: () => namespace,
    path: "/kv",
    component: lazyRouteComponent(() => import("@/features/namespaces/kv/pairs"), "Pairs"),
  }),
  createRoute({
    getParentRoute: () => namespace,
    path: "/files",
    validateSearch: filesSearch,
    component: lazyRouteComponent(() => import("@/features/namespaces/files/files"), "Files"),
  }),
  createRoute({
    getParentRoute: () => namespace,
    path: "/connections",
    component: lazyRouteComponent(
      () => import("@/features/namespaces/connections/connections"),
      "Connections",
    ),
  }),
  createRoute({
    getParentRoute: () => namespace,
    path: "/defaults",
    component: lazyRouteComponent(
      () => import("@/features/namespaces/defaults/defaults"),
      "PluginDefaults",
    ),
  }),
  createRoute({
    getParentRoute: () => namespace,
    path: "/quotas",
    component: lazyRouteComponent(
      () => import("@/features/namespaces/quotas/quotas"),
      "NamespaceQuotas",
    ),
  }),
  createRoute({
    getParentRoute: () => namespace,
    path: "/retention",
    component: lazyRouteComponent(
      () => import("@/features/namespaces/retention/retention"),
      "NamespaceRetention",
    ),
  }),
  createRoute({
    getParentRoute: () => namespace,
    path: "/members",
    component: lazyRouteComponent(() => import("@/features/namespaces/members/members"), "Members"),
  }),
  createRoute({
    getParentRoute: () => namespace,
    path: "/audit",
    validateSearch: pageSearch,
    component: lazyRouteComponent(() => import("@/features/namespaces/audit/audit"), "Audit"),
  }),
] as const;

export const namespaceRoutes = [namespaces, namespace.addChildren([...tabs])] as const;
