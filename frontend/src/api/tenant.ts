/// One tenant: its settings, its logo, how long it keeps things, whether it works.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";

export interface TenantSettings {
  timezone: string | null;
  startPage: string | null;
  requireExistingNamespace: boolean;
  allowedTaskRunners: string[] | null;
}

export type RunningWork = "FINISH" | "HOLD" | "KILL";

export interface Suspension {
  since: string;
  reason: string;
  running: RunningWork;
  by: string;
}

export interface TenantDetail {
  id: string;
  name: string;
  settings: TenantSettings;
  suspended: Suspension | null;
  /** What tells its picture from another; null without one. */
  logo: string | null;
  createdAt: string;
}

export const RETENTION_KINDS = ["executions", "logs", "metrics", "audit"] as const;
export type RetentionKind = (typeof RETENTION_KINDS)[number];

interface Kept {
  days: number | null;
  effective: number;
  source: string;
}

/** The audit trail is kept for the whole tenant: a namespace says nothing of it. */
export type Retention = Record<Exclude<RetentionKind, "audit">, Kept> & {
  audit?: Kept;
  limits: Record<RetentionKind, number>;
};

const at = (id: string, ...parts: string[]) =>
  `/api/v1/tenants/${[id, ...parts].map(encodeURIComponent).join("/")}`;

export const tenantKey = (id: string) => ["tenant", id] as const;

export function tenantQuery(id: string) {
  return queryOptions({
    queryKey: [...tenantKey(id), "facts"],
    queryFn: ({ signal }) => request<TenantDetail>(at(id), { signal }),
  });
}

export function changeTenant(
  id: string,
  facts: { name?: string; settings?: Partial<TenantSettings> },
): Promise<TenantDetail> {
  return request(at(id), { method: "PUT", json: facts });
}

/** The id goes along twice, so that a slip in the address deletes nothing. */
export function deleteTenant(id: string): Promise<unknown> {
  return request(at(id), { method: "DELETE", query: [["confirm", id]] });
}

export function suspendTenant(
  id: string,
  facts: { reason: string; running: RunningWork },
): Promise<TenantDetail> {
  return request(at(id, "suspend"), { method: "POST", json: facts });
}

export function resumeTenant(id: string): Promise<TenantDetail> {
  return request(at(id, "resume"), { method: "POST", json: {} });
}

function retentionPath(tenant: string, namespace: string | undefined): string {
  return namespace
    ? tenantPath(tenant, "namespaces", namespace, "retention")
    : tenantPath(tenant, "retention");
}

/** Of a namespace, or (undefined) of the tenant. */
export function retentionQuery(tenant: string, namespace?: string) {
  return queryOptions({
    queryKey: [...tenantKey(tenant), "retention", namespace ?? ""],
    queryFn: ({ signal }) => request<Retention>(retentionPath(tenant, namespace), { signal }),
  });
}

export function setRetention(
  tenant: string,
  namespace: string | undefined,
  days: Partial<Record<RetentionKind, number | null>>,
): Promise<Retention> {
  return request(retentionPath(tenant, namespace), { method: "PUT", json: days });
}

/** The address changes with the picture, so that no browser shows an old one. */
export function logoAddress(id: string, digest: string): string {
  return `${at(id, "logo")}?of=${digest.slice(0, 16)}`;
}

export function setLogo(id: string, file: File): Promise<unknown> {
  const form = new FormData();
  form.set("logo", file);
  return request(at(id, "logo"), { method: "POST", form });
}

export function removeLogo(id: string): Promise<unknown> {
  return request(at(id, "logo"), { method: "DELETE" });
}
