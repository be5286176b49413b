/// Addresses of executions.
import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { executionDetailQuery, executionHeadQuery } from "@/api/executions";
import { requireMe, root, tenant } from "./roots";
import { executionsSearch, logsSearch, runSearch } from "./search";

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
  // Asked for while the page's code is on its way; nobody waits for the answers here.
  staleTime: Number.POSITIVE_INFINITY,
  loader: ({ context: { client }, params: { tenant: id, executionId }, cause }) => {
    void client.prefetchQuery(executionHeadQuery(id, executionId));
    if (cause !== "preload") void client.prefetchQuery(executionDetailQuery(id, executionId));
  },
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

export const longExecutionOfFirstTenant = createRoute({
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

export const executionRoutes = [
  executions,
  execution.addChildren([...executionTabs]),
  longExecution,
] as const;
