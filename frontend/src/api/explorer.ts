/// Questions about rights: who may, why, what would be lost, what nobody uses.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import { type Named, type Person, rightsKey } from "./principals";
import type { Binding } from "./roles";

/** One way to a right: through a group or not, by a role, on a namespace (null: the tenant). */
export interface Chain {
  bindingId: string;
  namespace: string | null;
  origin: "GROUP" | "BINDING";
  group: Named | null;
  role: Named;
}

export interface WhoCan {
  results: { user: Person; chains: Chain[] }[];
  superAdmins: Person[];
}

export interface Why {
  user: Person;
  allowed: boolean;
  active: boolean;
  superAdmin: boolean;
  chains: Chain[];
}

export interface Impact {
  bindings: Binding[];
  losses: {
    user: Person;
    namespace: string | null;
    permissions: string[];
    /** Where below it they could do so all the same. */
    kept: { namespace: string; permissions: string[] }[];
  }[];
}

export interface Unused {
  results: { binding: Binding; unused: string[]; lastUsed: Record<string, string> }[];
  recordedSince: string | null;
}

const explorerKey = (tenant: string) => [...rightsKey(tenant), "explorer"] as const;

function place(namespace: string | undefined) {
  return namespace ? ([["namespace", namespace]] as const) : [];
}

/** Every permission that there is, as `resource.verb`. */
export function catalogueQuery(tenant: string) {
  return queryOptions({
    queryKey: [...explorerKey(tenant), "catalogue"],
    queryFn: ({ signal }) =>
      request<{ actions: string[] }>(tenantPath(tenant, "access", "permissions"), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function whoCanQuery(tenant: string, permission: string, namespace?: string) {
  return queryOptions({
    queryKey: [...explorerKey(tenant), "who", permission, namespace ?? ""],
    queryFn: ({ signal }) =>
      request<WhoCan>(tenantPath(tenant, "access", "who-can"), {
        query: [["permission", permission], ...place(namespace)],
        signal,
      }),
  });
}

export function whyQuery(tenant: string, user: string, permission: string, namespace?: string) {
  return queryOptions({
    queryKey: [...explorerKey(tenant), "why", user, permission, namespace ?? ""],
    queryFn: ({ signal }) =>
      request<Why>(tenantPath(tenant, "access", "why"), {
        query: [["userId", user], ["permission", permission], ...place(namespace)],
        signal,
      }),
  });
}

export function impactQuery(tenant: string, going: { groupId?: string; bindingId?: string }) {
  return queryOptions({
    queryKey: [...explorerKey(tenant), "impact", going],
    queryFn: ({ signal }) =>
      request<Impact>(tenantPath(tenant, "access", "impact"), {
        query: Object.entries(going).filter(([, id]) => id) as [string, string][],
        signal,
      }),
    retry: false,
  });
}

export function unusedQuery(tenant: string, days: number) {
  return queryOptions({
    queryKey: [...explorerKey(tenant), "unused", days],
    queryFn: ({ signal }) =>
      request<Unused>(tenantPath(tenant, "access", "unused"), {
        query: [["days", String(days)]],
        signal,
      }),
  });
}
