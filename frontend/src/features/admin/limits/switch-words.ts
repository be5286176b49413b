/// Kill switches in words. Pure.
import type { Running, Starts, Switch } from "@/api/limits";

const STARTS: Readonly<Record<Starts, string>> = {
  QUEUE: "New starts wait",
  REFUSE: "New starts are refused",
};
const RUNNING: Readonly<Record<Running, string>> = {
  CONTINUE: "What runs goes on",
  PAUSE: "What runs is paused",
  KILL: "What runs is killed",
};

export const startsWords = (starts: Starts) => STARTS[starts];
export const runningWords = (running: Running) => RUNNING[running];
export const STARTS_CHOICES = Object.entries(STARTS).map(([value, label]) => ({ value, label }));
export const RUNNING_CHOICES = Object.entries(RUNNING).map(([value, label]) => ({ value, label }));

/** The place that a switch stops: a flow, a namespace, a tenant, or everything. */
export function switchPlace(one: Pick<Switch, "tenantId" | "namespace" | "flowId">): string {
  if (one.flowId) return `Flow ${one.namespace}.${one.flowId}`;
  if (one.namespace) return `Namespace ${one.namespace}`;
  return one.tenantId ? `Tenant ${one.tenantId}` : "The whole instance";
}
