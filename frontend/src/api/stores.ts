/// What a namespace keeps: key-value pairs, secrets (written, never read), connections.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import { filter } from "./filters";
import type { Page } from "./types";

export const namespaceKeys = {
  one: (tenant: string, namespace: string) => [tenant, "namespaces", "one", namespace] as const,
};

function below(tenant: string, namespace: string, ...parts: string[]): string {
  return tenantPath(tenant, "namespaces", namespace, ...parts);
}

export interface Pair {
  namespace: string;
  key: string;
  revision: number;
  description: string | null;
  creationDate: string;
  updateDate: string;
  expirationDate: string | null;
}

export interface PairValue {
  type: string;
  value: unknown;
  revision: number;
  updated: string;
}

/** Its own keys and those that it sees of its ancestors. */
export function pairsQuery(tenant: string, namespace: string) {
  return queryOptions({
    queryKey: [...namespaceKeys.one(tenant, namespace), "kv"],
    queryFn: ({ signal }) =>
      request<Pair[]>(below(tenant, namespace, "kv", "inheritance"), { signal }),
  });
}

export function pairQuery(tenant: string, namespace: string, key: string) {
  return queryOptions({
    queryKey: [...namespaceKeys.one(tenant, namespace), "kv", key],
    queryFn: ({ signal }) => request<PairValue>(below(tenant, namespace, "kv", key), { signal }),
    retry: false,
  });
}

export interface PairWish {
  key: string;
  /** JSON; text that is not JSON stands for itself. */
  value: string;
  description?: string;
  ttl?: string;
}

export function putPair(tenant: string, namespace: string, wish: PairWish): Promise<unknown> {
  const headers: Record<string, string> = {};
  if (wish.description) headers.description = wish.description;
  if (wish.ttl) headers.ttl = wish.ttl;
  return request(below(tenant, namespace, "kv", wish.key), {
    method: "PUT",
    text: wish.value,
    headers,
  });
}

export function deletePair(tenant: string, namespace: string, key: string): Promise<unknown> {
  return request(below(tenant, namespace, "kv", key), { method: "DELETE" });
}

export interface SecretFacts {
  key: string;
  namespace: string;
  description: string;
  tags: { key: string; value: string }[];
  version: number;
  updatedAt: string;
}

export function secretsQuery(tenant: string, namespace: string) {
  return queryOptions({
    queryKey: [...namespaceKeys.one(tenant, namespace), "secrets"],
    queryFn: ({ signal }) =>
      request<Page<SecretFacts> & { readOnly: boolean }>(tenantPath(tenant, "secrets"), {
        query: [["size", "1000"], ...filter("namespace", "EQUALS", namespace)],
        signal,
      }),
  });
}

/** Names by namespace: all that flows of the namespace can use. */
export function inheritedSecretsQuery(tenant: string, namespace: string) {
  return queryOptions({
    queryKey: [...namespaceKeys.one(tenant, namespace), "inherited-secrets"],
    queryFn: ({ signal }) =>
      request<Record<string, string[]>>(below(tenant, namespace, "inherited-secrets"), { signal }),
    retry: false,
  });
}

export function putSecret(
  tenant: string,
  namespace: string,
  secret: { key: string; value: string; description?: string },
): Promise<unknown> {
  return request(below(tenant, namespace, "secrets"), { method: "PUT", json: secret });
}

export function deleteSecret(tenant: string, namespace: string, key: string): Promise<unknown> {
  return request(below(tenant, namespace, "secrets", key), { method: "DELETE" });
}

export interface Connection {
  id: string;
  namespace: string;
  name: string;
  type: string;
  description: string;
  version: number;
  createdAt: string;
  updatedAt: string;
}

export interface ConnectionDetail extends Connection {
  values: Record<string, unknown>;
  /** The names of values that are kept and never shown. */
  secrets: string[];
}

export interface ConnectionType {
  type: string;
  title: string;
  description: string;
  schema: { properties?: Record<string, unknown>; required?: string[] };
  secrets: string[];
  variables: Record<string, string[]>;
  testable: boolean;
}

export const connectionTypesQuery = queryOptions({
  queryKey: ["plugins", "connections"],
  queryFn: ({ signal }) => request<ConnectionType[]>("/api/v1/plugins/connections", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export function connectionsQuery(tenant: string, namespace: string) {
  return queryOptions({
    queryKey: [...namespaceKeys.one(tenant, namespace), "connections"],
    queryFn: ({ signal }) =>
      request<Page<Connection>>(below(tenant, namespace, "credentials"), {
        query: [["size", "1000"]],
        signal,
      }),
  });
}

export function inheritedConnectionsQuery(tenant: string, namespace: string) {
  return queryOptions({
    queryKey: [...namespaceKeys.one(tenant, namespace), "connections", "inherited"],
    queryFn: ({ signal }) =>
      request<{ levels: { namespace: string; credentials: Connection[] }[] }>(
        below(tenant, namespace, "credentials", "inherited"),
        { signal },
      ),
  });
}

export function connectionQuery(tenant: string, namespace: string, name: string) {
  return queryOptions({
    queryKey: [...namespaceKeys.one(tenant, namespace), "connections", name],
    queryFn: ({ signal }) =>
      request<ConnectionDetail>(below(tenant, namespace, "credentials", name), { signal }),
    staleTime: 0,
  });
}

export interface ConnectionWish {
  name: string;
  type: string;
  description?: string;
  values: Record<string, unknown>;
}

export function saveConnection(
  tenant: string,
  namespace: string,
  wish: ConnectionWish,
  exists: boolean,
): Promise<ConnectionDetail> {
  const path = below(tenant, namespace, "credentials", ...(exists ? [wish.name] : []));
  return request(path, { method: exists ? "PUT" : "POST", json: wish });
}

export function deleteConnection(
  tenant: string,
  namespace: string,
  name: string,
): Promise<unknown> {
  return request(below(tenant, namespace, "credentials", name), { method: "DELETE" });
}

export interface ConnectionCheck {
  ok?: boolean | null;
  message?: string | null;
}

export function testConnection(
  tenant: string,
  namespace: string,
  name: string,
): Promise<ConnectionCheck> {
  return request(below(tenant, namespace, "credentials", name, "test"), { method: "POST" });
}
