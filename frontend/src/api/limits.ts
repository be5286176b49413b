/// How much a tenant may run and keep; what is stopped, and why.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import type { Page } from "./types";

export const QUOTA_KINDS = [
  "RUNNING_EXECUTIONS",
  "RUNNING_TASK_RUNS",
  "EXECUTIONS_PER_MINUTE",
  "LOG_BYTES_PER_DAY",
  "STORAGE_BYTES",
  "API_REQUESTS_PER_MINUTE",
] as const;
export type QuotaKind = (typeof QUOTA_KINDS)[number];

export interface Quota {
  id: string;
  namespace: string | null;
  flowId: string | null;
  kind: QuotaKind;
  limit: number;
  policy: string;
  /** Set by the instance: the tenant sees it and cannot raise it. */
  ofInstance: boolean;
  used: number | null;
}

export interface QuotaWish {
  kind: QuotaKind;
  limit: number;
  policy?: string;
  namespace?: string;
  flowId?: string;
}

const MOST = 1000;
const whole = [
  ["page", "1"],
  ["size", String(MOST)],
] as const;

export const quotasKey = (tenant: string) => [tenant, "quotas"] as const;

export function quotasQuery(tenant: string) {
  return queryOptions({
    queryKey: [...quotasKey(tenant), "list"],
    queryFn: ({ signal }) =>
      request<Page<Quota>>(tenantPath(tenant, "quotas"), { query: whole, signal }),
    refetchInterval: 15_000,
  });
}

export function makeQuota(tenant: string, wish: QuotaWish): Promise<Quota> {
  return request(tenantPath(tenant, "quotas"), { method: "POST", json: wish });
}

export function changeQuota(tenant: string, id: string, limit: number): Promise<Quota> {
  return request(tenantPath(tenant, "quotas", id), { method: "PUT", json: { limit } });
}

export function liftQuota(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "quotas", id), { method: "DELETE" });
}

const ceilings = (tenant: string) => `/api/v1/instance/tenants/${encodeURIComponent(tenant)}`;

export function ceilingsQuery(tenant: string) {
  return queryOptions({
    queryKey: ["instance", "ceilings", tenant],
    queryFn: ({ signal }) =>
      request<{ results: Quota[] }>(`${ceilings(tenant)}/quotas`, { signal }),
  });
}

export function setCeiling(tenant: string, wish: QuotaWish): Promise<Quota> {
  return request(`${ceilings(tenant)}/quotas`, { method: "PUT", json: wish });
}

export function liftCeiling(tenant: string, kind: QuotaKind): Promise<unknown> {
  return request(`${ceilings(tenant)}/quotas/${kind}`, { method: "DELETE" });
}

export function shareQuery(tenant: string) {
  return queryOptions({
    queryKey: ["instance", "share", tenant],
    queryFn: ({ signal }) => request<{ weight: number }>(`${ceilings(tenant)}/share`, { signal }),
  });
}

export function setShare(tenant: string, weight: number): Promise<unknown> {
  return request(`${ceilings(tenant)}/share`, { method: "PUT", json: { weight } });
}

export type Starts = "QUEUE" | "REFUSE";
export type Running = "CONTINUE" | "PAUSE" | "KILL";

export interface Switch {
  id: string;
  name: string;
  /** Null: the whole instance. */
  tenantId: string | null;
  namespace: string | null;
  flowId: string | null;
  description: string;
  starts: Starts;
  running: Running;
  enabled: boolean;
  active: boolean;
  maintenance: boolean;
  by: string;
  startDate: string;
  endDate: string | null;
}

export interface SwitchWish {
  name: string;
  description: string;
  tenantId?: string;
  namespace?: string;
  flowId?: string;
  starts: Starts;
  running: Running;
  enabled: boolean;
  startDate?: string;
  endDate?: string;
}

/** Those of a tenant, or (undefined) all that the instance knows. */
export function switchesQuery(tenant: string | undefined) {
  return queryOptions({
    queryKey: [tenant ?? "instance", "switches"],
    queryFn: ({ signal }) =>
      request<Page<Switch>>(
        tenant ? tenantPath(tenant, "kill-switches") : "/api/v1/kill-switches/search",
        { query: whole, signal },
      ),
    refetchInterval: 15_000,
  });
}

function switchAddress(tenant: string | undefined, id?: string): string {
  const base = tenant ? tenantPath(tenant, "kill-switches") : "/api/v1/kill-switches";
  return id ? `${base}/${encodeURIComponent(id)}` : base;
}

export function throwSwitch(tenant: string | undefined, wish: SwitchWish): Promise<Switch> {
  return request(switchAddress(tenant), { method: "POST", json: wish });
}

export function liftSwitch(tenant: string | undefined, id: string): Promise<unknown> {
  return request(switchAddress(tenant, id), { method: "DELETE" });
}

export interface Maintenance {
  maintenance: boolean;
  message?: string;
  by?: string;
  since?: string;
  until?: string | null;
}

export const maintenanceQuery = queryOptions({
  queryKey: ["instance", "maintenance"],
  queryFn: ({ signal }) => request<Maintenance>("/api/v1/instance/maintenance/status", { signal }),
  refetchInterval: 30_000,
  retry: false,
});

export function enterMaintenance(message: string, endDate?: string): Promise<Maintenance> {
  return request("/api/v1/instance/maintenance/enter", {
    method: "POST",
    json: { message, endDate },
  });
}

export function leaveMaintenance(): Promise<Maintenance> {
  return request("/api/v1/instance/maintenance/exit", { method: "POST", json: {} });
}
