/// Flows: find, read, validate, save, switch on and off.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ApiProblem, request, tenantPath } from "./client";
import { type FlowFilters, flowQuery, type Paging, pagingQuery } from "./filters";
import type { Flow, FlowGraph, FlowKey, Label, Page, Validation } from "./types";

export const flowKeys = {
  all: (tenant: string) => [tenant, "flows"] as const,
  lists: (tenant: string) => [tenant, "flows", "search"] as const,
  one: (tenant: string, key: FlowKey) => [tenant, "flows", key.namespace, key.id] as const,
};

export function flowsQuery(tenant: string, search: FlowFilters & Paging) {
  return queryOptions({
    queryKey: [...flowKeys.lists(tenant), search],
    queryFn: ({ signal }) =>
      request<Page<Flow>>(tenantPath(tenant, "flows", "search"), {
        query: [...pagingQuery(search), ...flowQuery(search)],
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export function flowDetailQuery(tenant: string, key: FlowKey, revision?: number) {
  return queryOptions({
    queryKey: [...flowKeys.one(tenant, key), "source", revision ?? "latest"],
    queryFn: ({ signal }) =>
      request<Flow>(tenantPath(tenant, "flows", key.namespace, key.id), {
        query: [
          ["source", "true"],
          ...(revision ? ([["revision", String(revision)]] as const) : []),
        ],
        signal,
      }),
  });
}

export function revisionsQuery(tenant: string, key: FlowKey) {
  return queryOptions({
    queryKey: [...flowKeys.one(tenant, key), "revisions"],
    queryFn: ({ signal }) =>
      request<Flow[]>(tenantPath(tenant, "flows", key.namespace, key.id, "revisions"), { signal }),
  });
}

export function flowGraphQuery(tenant: string, key: FlowKey, revision?: number) {
  return queryOptions({
    queryKey: [...flowKeys.one(tenant, key), "graph", revision ?? "latest"],
    queryFn: ({ signal }) =>
      request<FlowGraph>(tenantPath(tenant, "flows", key.namespace, key.id, "graph"), {
        query: revision ? [["revision", String(revision)]] : [],
        signal,
      }),
  });
}

/** The graph of a source that nobody saved; a source with problems keeps the last good picture. */
export function sourceGraphQuery(tenant: string, source: string) {
  return queryOptions({
    queryKey: [...flowKeys.all(tenant), "source-graph", source],
    queryFn: ({ signal }) =>
      request<FlowGraph>(tenantPath(tenant, "flows", "graph"), {
        method: "POST",
        yaml: source,
        signal,
      }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

export function validationQuery(tenant: string, source: string) {
  return queryOptions({
    queryKey: [...flowKeys.all(tenant), "validation", source],
    queryFn: async ({ signal }) => {
      try {
        return await request<Validation[]>(tenantPath(tenant, "flows", "validate"), {
          method: "POST",
          yaml: source,
          signal,
        });
      } catch (error) {
        // Text that is not YAML at all may be refused as a whole; it is still an answer about the text.
        if (error instanceof ApiProblem && error.status === 422) return [refusedWhole(error)];
        throw error;
      }
    },
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

function refusedWhole(problem: ApiProblem): Validation {
  return { index: 0, constraints: problem.message, errors: [...problem.errors] };
}

export function createFlow(tenant: string, source: string): Promise<Flow> {
  return request<Flow>(tenantPath(tenant, "flows"), { method: "POST", yaml: source });
}

/** `read`: the revision that the change was made from; a newer one is not replaced. */
export function updateFlow(
  tenant: string,
  key: FlowKey,
  source: string,
  read?: number,
): Promise<Flow> {
  return request<Flow>(tenantPath(tenant, "flows", key.namespace, key.id), {
    method: "PUT",
    yaml: source,
    ...(read === undefined ? {} : { headers: { "If-Match": `"${read}"` } }),
  });
}

export interface NewerRevision {
  revision: number;
  author: string;
}

/** What a refused save says of the revision that somebody else has saved. */
export function newerRevision(error: unknown): NewerRevision | undefined {
  if (!(error instanceof ApiProblem) || error.code !== "flow.revision_conflict") return undefined;
  return { revision: Number(error.said.revision), author: String(error.said.author) };
}

export function deleteFlow(tenant: string, key: FlowKey): Promise<unknown> {
  return request(tenantPath(tenant, "flows", key.namespace, key.id), { method: "DELETE" });
}

export function switchFlows(
  tenant: string,
  flows: readonly FlowKey[],
  to: "enable" | "disable",
): Promise<unknown> {
  return request(tenantPath(tenant, "flows", to, "by-ids"), {
    method: "POST",
    json: flows.map(({ namespace, id }) => ({ namespace, id })),
  });
}

/** Labels travel as a list, and older answers carry a map. */
export function labelsOf(labels: Flow["labels"]): Label[] {
  if (!labels) return [];
  if (Array.isArray(labels)) return labels;
  return Object.entries(labels).map(([key, value]) => ({ key, value: String(value) }));
}
