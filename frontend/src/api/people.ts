/// Who may do what in a namespace.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import { pagingQuery } from "./filters";
import type { Page } from "./types";

export interface Binding {
  id: string;
  type: string;
  namespace: string | null;
  role: { id: string; name: string };
  user: { id: string; username: string; displayName: string } | null;
  group: { id: string; name: string } | null;
}

export const bindingKeys = { all: (tenant: string) => [tenant, "bindings"] as const };

export function bindingsQuery(tenant: string) {
  return queryOptions({
    queryKey: [...bindingKeys.all(tenant), "all"],
    queryFn: ({ signal }) =>
      request<Page<Binding>>(tenantPath(tenant, "bindings", "search"), {
        query: pagingQuery({ page: 1, size: 1000 }),
        signal,
      }),
  });
}

export interface Role {
  id: string;
  name: string;
  description: string;
}

export function rolesQuery(tenant: string) {
  return queryOptions({
    queryKey: [tenant, "roles"],
    queryFn: ({ signal }) =>
      request<Page<Role>>(tenantPath(tenant, "roles", "search"), {
        query: pagingQuery({ page: 1, size: 1000 }),
        signal,
      }),
    staleTime: 60_000,
  });
}

export interface Principal {
  id: string;
  name: string;
  kind: "USER" | "GROUP";
}

export async function findPrincipals(
  tenant: string,
  q: string,
  signal: AbortSignal,
): Promise<Principal[]> {
  const people = request<{ id: string; username: string; displayName?: string }[]>(
    tenantPath(tenant, "tenant-access", "autocomplete"),
    { method: "POST", json: { q }, signal },
  );
  const groups = request<{ id: string; name: string }[]>(
    tenantPath(tenant, "groups", "autocomplete"),
    { method: "POST", json: { q }, signal },
  );
  const [persons, teams] = await Promise.all([people, groups]);
  return [
    ...persons.map((one) => ({ id: one.id, name: one.username, kind: "USER" as const })),
    ...teams.map((one) => ({ id: one.id, name: one.name, kind: "GROUP" as const })),
  ];
}

export function createBinding(
  tenant: string,
  wish: { type: string; externalId: string; roleId: string; namespaceId: string },
): Promise<unknown> {
  return request(tenantPath(tenant, "bindings"), { method: "POST", json: wish });
}

export function deleteBinding(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "bindings", id), { method: "DELETE" });
}
