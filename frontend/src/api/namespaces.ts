/// Namespaces of a tenant: the tree, and the facts of one.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import { namespaceKeys } from "./stores";
import type { Namespace, Page } from "./types";

export function namespacesQuery(tenant: string) {
  return queryOptions({
    queryKey: [tenant, "namespaces"],
    queryFn: ({ signal }) =>
      request<Page<Namespace>>(tenantPath(tenant, "namespaces", "search"), {
        query: [
          ["page", "1"],
          ["size", "1000"],
          ["sort", "id:asc"],
        ],
        signal,
      }),
    staleTime: 60_000,
  });
}

export interface NamespaceDetail extends Namespace {
  variables: Record<string, unknown>;
  pluginDefaults: unknown[];
  allowedNamespaces: { namespace: string }[];
  workerGroup: unknown;
  createdAt: string;
  updatedAt: string;
}

export function namespaceQuery(tenant: string, namespace: string) {
  return queryOptions({
    queryKey: [...namespaceKeys.one(tenant, namespace), "facts"],
    queryFn: ({ signal }) =>
      request<NamespaceDetail>(tenantPath(tenant, "namespaces", namespace), { signal }),
  });
}

export function inheritedVariablesQuery(tenant: string, namespace: string) {
  return queryOptions({
    queryKey: [...namespaceKeys.one(tenant, namespace), "inherited-variables"],
    queryFn: ({ signal }) =>
      request<Record<string, Record<string, unknown>>>(
        tenantPath(tenant, "namespaces", namespace, "inherited-variables"),
        { signal },
      ),
  });
}

export function createNamespace(tenant: string, id: string, description: string): Promise<unknown> {
  return request(tenantPath(tenant, "namespaces"), { method: "POST", json: { id, description } });
}

export type NamespaceChange = Partial<
  Pick<NamespaceDetail, "description" | "variables" | "pluginDefaults">
>;

export function changeNamespace(
  tenant: string,
  id: string,
  change: NamespaceChange,
): Promise<NamespaceDetail> {
  return request(tenantPath(tenant, "namespaces", id), { method: "PUT", json: { id, ...change } });
}

/** What a move means: how much goes along, and what people have to do about it. */
export interface NamespaceMove {
  moved: Record<string, number>;
  mentions: { namespace: string; flowId: string; line: number; column: number; text: string }[];
  hiddenMentions: number;
  webhooks: { namespace: string; flowId: string; triggerId: string }[];
}

export function planMove(tenant: string, id: string, to: string): Promise<NamespaceMove> {
  const path = tenantPath(tenant, "namespaces", id, "move");
  return request(path, { method: "POST", json: { to, dryRun: true } });
}

export function moveNamespace(tenant: string, id: string, to: string): Promise<NamespaceMove> {
  return request(tenantPath(tenant, "namespaces", id, "move"), { method: "POST", json: { to } });
}

export function deleteNamespace(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "namespaces", id), { method: "DELETE" });
}
