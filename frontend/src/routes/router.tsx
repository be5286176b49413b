/// Every address of the portal. Pages are loaded when they are opened.
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { ApiProblem } from "@/api/client";
import { meQuery, setupQuery } from "@/api/session";
import { Shell } from "@/features/frame/shell";
import { NotFound } from "@/ui/not-found";
import { PageProblem } from "@/ui/page-problem";
import {
  executionsSearch,
  flowsSearch,
  loginSearch,
  logsSearch,
  newFlowSearch,
  revisionsSearch,
  runSearch,
} from "./search";

interface Context {
  client: QueryClient;
}

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: PageProblem,
});

/** Whoever is not signed in goes to the login; on a fresh server, to the set-up. */
async function requireMe(client: QueryClient, next: string) {
  try {
    return await client.ensureQueryData(meQuery);
  } catch (error) {
    if (!(error instanceof ApiProblem) || (error.status !== 401 && error.status !== 403))
      throw error;
    const setup = await client.fetchQuery(setupQuery).catch(() => ({ done: true }));
    if (!setup.done) throw redirect({ to: "/setup" });
    throw redirect({ to: "/login", search: next === "/" ? {} : { next } });
  }
}

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async ({ context }) => {
    const me = await requireMe(context.client, "/");
    const tenant = me.tenants[0]?.id;
    if (tenant) throw redirect({ to: "/$tenant/flows", params: { tenant } });
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

const tenant = createRoute({
  getParentRoute: () => root,
  path: "/$tenant",
  beforeLoad: ({ context, location }) =>
    requireMe(context.client, location.pathname + location.searchStr),
  component: Shell,
});

const tenantHome = createRoute({
  getParentRoute: () => tenant,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/$tenant/flows", params });
  },
});

const flows = createRoute({
  getParentRoute: () => tenant,
  path: "/flows",
  validateSearch: flowsSearch,
  component: lazyRouteComponent(() => import("@/features/flows/list/flow-list"), "FlowList"),
});

const newFlow = createRoute({
  getParentRoute: () => tenant,
  path: "/flows/new",
  validateSearch: newFlowSearch,
  component: lazyRouteComponent(() => import("@/features/flows/edit/new-flow"), "NewFlow"),
});

const flow = createRoute({
  getParentRoute: () => tenant,
  path: "/flows/$namespace/$flowId",
  component: lazyRouteComponent(() => import("@/features/flows/flow/flow-page"), "FlowPage"),
});

const flowTabs = [
  createRoute({
    getParentRoute: () => flow,
    path: "/",
    component: lazyRouteComponent(() => import("@/features/flows/overview/overview"), "Overview"),
  }),
  createRoute({
    getParentRoute: () => flow,
    path: "/edit",
    component: lazyRouteComponent(() => import("@/features/flows/edit/edit-flow"), "EditFlow"),
  }),
  createRoute({
    getParentRoute: () => flow,
    path: "/topology",
    component: lazyRouteComponent(
      () => import("@/features/flows/topology/flow-topology"),
      "FlowTopology",
    ),
  }),
  createRoute({
    getParentRoute: () => flow,
    path: "/executions",
    validateSearch: executionsSearch,
    component: lazyRouteComponent(
      () => import("@/features/flows/executions/flow-executions"),
      "FlowExecutions",
    ),
  }),
  createRoute({
    getParentRoute: () => flow,
    path: "/revisions",
    validateSearch: revisionsSearch,
    component: lazyRouteComponent(
      () => import("@/features/flows/revisions/revisions"),
      "Revisions",
    ),
  }),
] as const;

const executions = createRoute({
  getParentRoute: () => tenant,
  path: "/executions",
  validateSearch: executionsSearch,
  component: lazyRouteComponent(
    () => import("@/features/executions/list/execution-list"),
    "ExecutionList",
  ),
});

const execution = createRoute({
  getParentRoute: () => tenant,
  path: "/executions/$executionId",
  component: lazyRouteComponent(
    () => import("@/features/executions/execution/execution-page"),
    "ExecutionPage",
  ),
});

/** The address that other clients of the API build for an execution. */
const longExecution = createRoute({
  getParentRoute: () => tenant,
  path: "/executions/$namespace/$flowId/$executionId",
  beforeLoad: ({ params: { tenant: id, executionId } }) => {
    throw redirect({
      to: "/$tenant/executions/$executionId",
      params: { tenant: id, executionId },
    });
  },
});

const longExecutionOfFirstTenant = createRoute({
  getParentRoute: () => root,
  path: "/executions/$namespace/$flowId/$executionId",
  beforeLoad: async ({ context, params: { executionId }, location }) => {
    const me = await requireMe(context.client, location.pathname);
    const first = me.tenants[0]?.id;
    if (!first) throw redirect({ to: "/" });
    throw redirect({
      to: "/$tenant/executions/$executionId",
      params: { tenant: first, executionId },
    });
  },
});

const executionTabs = [
  createRoute({
    getParentRoute: () => execution,
    path: "/",
    component: lazyRouteComponent(
      () => import("@/features/executions/overview/overview"),
      "ExecutionOverview",
    ),
  }),
  createRoute({
    getParentRoute: () => execution,
    path: "/gantt",
    validateSearch: runSearch,
    component: lazyRouteComponent(() => import("@/features/executions/gantt/gantt"), "Gantt"),
  }),
  createRoute({
    getParentRoute: () => execution,
    path: "/logs",
    validateSearch: logsSearch,
    component: lazyRouteComponent(
      () => import("@/features/executions/logs/execution-logs"),
      "ExecutionLogs",
    ),
  }),
  createRoute({
    getParentRoute: () => execution,
    path: "/topology",
    component: lazyRouteComponent(
      () => import("@/features/executions/topology/execution-topology"),
      "ExecutionTopology",
    ),
  }),
  createRoute({
    getParentRoute: () => execution,
    path: "/outputs",
    validateSearch: runSearch,
    component: lazyRouteComponent(() => import("@/features/executions/outputs/outputs"), "Outputs"),
  }),
  createRoute({
    getParentRoute: () => execution,
    path: "/metrics",
    component: lazyRouteComponent(() => import("@/features/executions/metrics/metrics"), "Metrics"),
  }),
] as const;

const tree = root.addChildren([
  home,
  login,
  setup,
  longExecutionOfFirstTenant,
  tenant.addChildren([
    tenantHome,
    flows,
    newFlow,
    flow.addChildren([...flowTabs]),
    executions,
    execution.addChildren([...executionTabs]),
    longExecution,
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
