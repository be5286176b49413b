/// Addresses of flows.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { tenant } from "./roots";
import {
  allLogsSearch,
  executionsSearch,
  flowMetricsSearch,
  flowsSearch,
  gridSearch,
  newFlowSearch,
  revisionsSearch,
  triggersSearch,
} from "./search";

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
  createRoute({
    getParentRoute: () => flow,
    path: "/grid",
    validateSearch: gridSearch,
    component: lazyRouteComponent(() => import("@/features/flows/grid/flow-grid"), "FlowGrid"),
  }),
  createRoute({
    getParentRoute: () => flow,
    path: "/triggers",
    validateSearch: triggersSearch,
    component: lazyRouteComponent(
      () => import("@/features/flows/triggers/flow-triggers"),
      "FlowTriggers",
    ),
  }),
  createRoute({
    getParentRoute: () => flow,
    path: "/dependencies",
    component: lazyRouteComponent(
      () => import("@/features/flows/dependencies/flow-dependencies"),
      "FlowDependencies",
    ),
  }),
  createRoute({
    getParentRoute: () => flow,
    path: "/logs",
    validateSearch: allLogsSearch,
    component: lazyRouteComponent(() => import("@/features/flows/logs/flow-logs"), "FlowLogs"),
  }),
  createRoute({
    getParentRoute: () => flow,
    path: "/metrics",
    validateSearch: flowMetricsSearch,
    component: lazyRouteComponent(
      () => import("@/features/flows/metrics/flow-metrics"),
      "FlowMetrics",
    ),
  }),
] as const;

export const flowRoutes = [flows, newFlow, flow.addChildren([...flowTabs])] as const;
