/// Triggers: find, switch, free, run over past dates, and the dates of a schedule.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import { filter, type Paging, pagingQuery } from "./filters";
import type { FlowKey, Page } from "./types";

export interface TriggerAddress {
  namespace: string;
  flowId: string;
  triggerId: string;
}

export interface Backfill {
  start: string;
  end: string;
  currentDate: string;
  paused: boolean;
  inputs?: Record<string, unknown>;
}

export interface TriggerState extends TriggerAddress {
  updatedAt: string;
  disabled: boolean;
  locked: boolean;
  kind?: "SCHEDULE" | "POLLING" | "REALTIME";
  nextEvaluationDate?: string;
  evaluatedAt?: string;
  lastTriggeredDate?: string;
  executionId?: string;
  workerId?: string;
  error?: string;
  backfill?: Backfill;
}

export interface WrittenTrigger {
  id: string;
  type: string;
  disabled?: boolean;
  cron?: string;
  timezone?: string;
  interval?: string;
  description?: string;
  conditions?: unknown[];
  [key: string]: unknown;
}

export interface Trigger {
  trigger: WrittenTrigger;
  state: TriggerState;
}

export interface TriggerFilters {
  q?: string;
  namespace?: string;
  flowId?: string;
  kind?: string;
  state?: string;
  locked?: boolean;
  /** Only those whose next date has passed by then. */
  dueBefore?: string;
  /** Only those with a date from then on. */
  dueAfter?: string;
}

export const triggerKeys = {
  all: (tenant: string) => [tenant, "triggers"] as const,
};

export function triggersQuery(tenant: string, search: TriggerFilters & Paging) {
  return queryOptions({
    queryKey: [...triggerKeys.all(tenant), "search", search],
    queryFn: ({ signal }) =>
      request<Page<Trigger>>(tenantPath(tenant, "triggers", "search"), {
        query: [
          ...pagingQuery(search),
          ...filter("q", "EQUALS", search.q),
          ...filter("namespace", search.flowId ? "EQUALS" : "PREFIX", search.namespace),
          ...filter("flowId", "EQUALS", search.flowId),
          ...filter("kind", "IN", search.kind),
          ...filter("triggerState", "EQUALS", search.state),
          ...filter("locked", "EQUALS", search.locked ? "true" : undefined),
          ...filter("nextExecutionDate", "LESS_THAN_OR_EQUAL_TO", search.dueBefore),
          ...filter("nextExecutionDate", "GREATER_THAN_OR_EQUAL_TO", search.dueAfter),
        ],
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

/** The dates of all schedules of some flows that are on, the soonest first. */
export function nextDatesQuery(tenant: string, flows: readonly FlowKey[]) {
  const ids = [...new Set(flows.map((flow) => flow.id))].sort();
  return queryOptions({
    queryKey: [...triggerKeys.all(tenant), "next-of", ids],
    queryFn: ({ signal }) =>
      request<Page<Trigger>>(tenantPath(tenant, "triggers", "search"), {
        query: [
          ...pagingQuery({ page: 1, size: 300, sort: "nextExecutionDate:asc" }),
          ...filter("flowId", "IN", ids),
          ...filter("kind", "IN", "SCHEDULE"),
          ...filter("triggerState", "EQUALS", "ENABLED"),
        ],
        signal,
      }),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
  });
}

export interface DatesSearch {
  from: string;
  to?: string;
  size?: number;
}

function onePath(tenant: string, at: TriggerAddress, verb: string): string {
  return tenantPath(tenant, "triggers", at.namespace, at.flowId, at.triggerId, verb);
}

export function datesQuery(tenant: string, at: TriggerAddress, search: DatesSearch) {
  return queryOptions({
    queryKey: [...triggerKeys.all(tenant), "dates", at, search],
    queryFn: ({ signal }) =>
      request<{ dates: string[]; truncated: boolean }>(onePath(tenant, at, "dates"), {
        query: [
          ["from", search.from],
          ...(search.to ? ([["to", search.to]] as const) : []),
          ["size", String(search.size ?? 1000)],
        ],
        signal,
      }),
    retry: false,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
}

function addressOf({ namespace, flowId, triggerId }: TriggerAddress): TriggerAddress {
  return { namespace, flowId, triggerId };
}

export function switchTriggers(
  tenant: string,
  triggers: readonly TriggerAddress[],
  disabled: boolean,
): Promise<unknown> {
  return request(tenantPath(tenant, "triggers", "set-disabled", "by-triggers"), {
    method: "POST",
    json: { triggers: triggers.map(addressOf), disabled },
  });
}

export function unlockTriggers(
  tenant: string,
  triggers: readonly TriggerAddress[],
): Promise<unknown> {
  return request(tenantPath(tenant, "triggers", "unlock", "by-triggers"), {
    method: "POST",
    json: triggers.map(addressOf),
  });
}

export function restartTrigger(tenant: string, at: TriggerAddress): Promise<unknown> {
  return request(onePath(tenant, at, "restart"), { method: "POST" });
}

export interface BackfillWish {
  start: string;
  end: string;
  inputs?: Record<string, unknown>;
  labels?: { key: string; value: string }[];
}

export function createBackfill(
  tenant: string,
  at: TriggerAddress,
  backfill: BackfillWish,
): Promise<unknown> {
  return request(tenantPath(tenant, "triggers", "backfill", "create"), {
    method: "PUT",
    json: { ...addressOf(at), backfill },
  });
}

export type BackfillVerb = "pause" | "unpause" | "delete";

export function actOnBackfill(
  tenant: string,
  at: TriggerAddress,
  verb: BackfillVerb,
): Promise<unknown> {
  return request(tenantPath(tenant, "triggers", "backfill", verb), {
    method: verb === "delete" ? "POST" : "PUT",
    json: addressOf(at),
  });
}

export function ofFlow(flow: FlowKey): TriggerFilters {
  return { namespace: flow.namespace, flowId: flow.id };
}
