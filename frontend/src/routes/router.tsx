/// Every address of the portal. Pages are loaded when they are opened.
import type { QueryClient } from "@tanstack/react-query";
import { createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { NotFound } from "@/ui/not-found";
import { PageProblem } from "@/ui/page-problem";
import { adminRoutes } from "./admin-routes";
import { executionRoutes, longExecutionOfFirstTenant } from "./execution-routes";
import { flowRoutes } from "./flow-routes";
import { myRoutes } from "./my-routes";
import { namespaceRoutes } from "./namespace-routes";
import { requireMe, root, tenant } from "./roots";
import { allLogsSearch, catalogueSearch, homeSearch, loginSearch, triggersSearch } from "./search";

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async ({ context }) => {
    const me = await requireMe(context.client, "/");
    const tenant = me.tenants[0]?.id;
    if (tenant) throw redirect({ to: "/$tenant", params: { tenant } });
  },
  component: lazyRouteComponent(() => import("@/features/session/no-tenant"), "NoTenant"),
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: loginSearch,
  component: lazyRouteComponent(() => import("@/features/session/login"), "Login"),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("@/features/session/setup"), "SetUp"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation/$invitationId",
  component: lazyRouteComponent(() => import("@/features/session/invitation"), "Invitation"),
});

const tenantHome = createRoute({
  getParentRoute: () => tenant,
  path: "/",
  validateSearch: homeSearch,
  component: lazyRouteComponent(() => import("@/features/home/home"), "Home"),
});

const triggers = createRoute({
  getParentRoute: () => tenant,
  path: "/triggers",
  validateSearch: triggersSearch,
  component: lazyRouteComponent(
    () => import("@/features/triggers/list/trigger-list"),
    "TriggerList",
  ),
});

const logs = createRoute({
  getParentRoute: () => tenant,
  path: "/logs",
  validateSearch: allLogsSearch,
  component: lazyRouteComponent(() => import("@/features/logs/log-search"), "LogSearchPage"),
});

const plugins = createRoute({
  getParentRoute: () => tenant,
  path: "/plugins",
  validateSearch: catalogueSearch,
  component: lazyRouteComponent(() => import("@/features/plugins/list/plugin-list"), "PluginList"),
});

const plugin = createRoute({
  getParentRoute: () => tenant,
  path: "/plugins/$type",
  component: lazyRouteComponent(() => import("@/features/plugins/type/type-page"), "TypePage"),
});

const blueprints = createRoute({
  getParentRoute: () => tenant,
  path: "/blueprints",
  validateSearch: catalogueSearch,
  component: lazyRouteComponent(
    () => import("@/features/blueprints/list/blueprint-list"),
    "BlueprintList",
  ),
});

const blueprint = createRoute({
  getParentRoute: () => tenant,
  path: "/blueprints/$blueprintId",
  component: lazyRouteComponent(
    () => import("@/features/blueprints/blueprint/blueprint-page"),
    "BlueprintPage",
  ),
});

/** Whoever mistypes an address inside a tenant keeps the frame, and with it the way on. */
const nowhere = createRoute({
  getParentRoute: () => tenant,
  path: "$",
  component: NotFound,
});

const tree = root.addChildren([
  home,
  login,
  setup,
  invitation,
  longExecutionOfFirstTenant,
  tenant.addChildren([
    tenantHome,
    ...flowRoutes,
    ...executionRoutes,
    ...namespaceRoutes,
    triggers,
    logs,
    plugins,
    plugin,
    blueprints,
    blueprint,
    adminRoutes,
    myRoutes,
    nowhere,
  ]),
]);

export function createPortalRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    basepath: "/ui",
    context: { client },
    defaultPreload: "intent",
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: PageProblem,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPortalRouter>;
  }
}
