/// The audit trail of a tenant, or of the instance (`tenant` undefined).
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import { filter, type Paging, pagingQuery, type QueryPair, RANGES } from "./filters";
import type { Page } from "./types";

export type Facts = Record<string, unknown>;

export interface AuditLog {
  id: string;
  type: string;
  action: string;
  resource: string;
  detail: Facts & { id?: string; namespace?: string | null };
  date: string;
  userId: string | null;
  username: string;
  tokenId: string | null;
  superAdmin: boolean;
  ipAddress: string | null;
  userAgent: string | null;
  before: Facts | null;
  after: Facts | null;
  seq: number | null;
  hash: string | null;
}

export interface AuditItem {
  auditLog: AuditLog;
  user: { id: string | null; type: string; username: string };
}

export interface AuditFilters {
  q?: string;
  type?: string;
  resource?: string;
  user?: string;
  namespace?: string;
  object?: string;
  range?: string;
}

export interface ChainVerdict {
  checked: number;
  seq: number;
  head: string;
  intact: boolean;
  findings: { seq: number | null; what: string }[];
}

function at(tenant: string | undefined, ...parts: string[]): string {
  return tenant
    ? tenantPath(tenant, "auditlogs", ...parts)
    : `/api/v1/auditlogs/${parts.map(encodeURIComponent).join("/")}`;
}

export function auditQuery(filters: AuditFilters, now: number): QueryPair[] {
  const span = RANGES.find((range) => range.value === filters.range);
  return [
    ...filter("q", "EQUALS", filters.q),
    ...filter("type", "EQUALS", filters.type),
    ...filter("resources", "EQUALS", filters.resource),
    ...filter("userId", "EQUALS", filters.user),
    ...filter("namespace", "PREFIX", filters.namespace),
    ...filter("id", "EQUALS", filters.object),
    ...filter(
      "startDate",
      "GREATER_THAN_OR_EQUAL_TO",
      span && new Date(now - span.ms).toISOString(),
    ),
  ];
}

export function auditSearchQuery(tenant: string | undefined, search: AuditFilters & Paging) {
  return queryOptions({
    queryKey: [tenant ?? "instance", "audit", search],
    queryFn: ({ signal }) =>
      request<Page<AuditItem>>(at(tenant, "search"), {
        query: [...pagingQuery(search), ...auditQuery(search, Date.now())],
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export function chainQuery(tenant: string | undefined) {
  return queryOptions({
    queryKey: [tenant ?? "instance", "audit-chain"],
    queryFn: ({ signal }) => request<ChainVerdict>(at(tenant, "chain"), { signal }),
    // Reading the whole trail costs; it happens when somebody asks for it.
    enabled: false,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function exportAddress(
  tenant: string | undefined,
  filters: AuditFilters,
  format: "csv" | "jsonl",
  now: number,
): string {
  const query = new URLSearchParams([
    ["format", format],
    ...auditQuery(filters, now).map(([name, value]) => [name, value]),
  ]);
  return `${at(tenant, "export")}?${query}`;
}
