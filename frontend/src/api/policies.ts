/// What flows and starts must be: policies, and what they would have done.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";

export type Effect = "DENY" | "REQUIRE" | "WARN";
export type PolicyMode = "ENFORCE" | "EVALUATE";
export type Moment = "SAVE" | "START";

export interface Hours {
  days?: string[];
  from?: string;
  to?: string;
}

export interface Span {
  from: string;
  to: string;
}

export interface Window {
  timezone?: string;
  hours?: Hours[];
  spans?: Span[];
}

export interface Rules {
  taskTypes?: string[] | null;
  triggerTypes?: string[] | null;
  taskRunners?: string[] | null;
  images?: string[] | null;
  labels?: Record<string, string> | null;
  window?: Window | null;
  condition?: string | null;
  approval?: boolean;
}

export interface PolicyWish {
  name: string;
  description: string;
  namespace: string | null;
  effect: Effect;
  mode: PolicyMode;
  on: Moment[];
  rules: Rules;
}

export interface Policy extends PolicyWish {
  id: string;
  /** Who has set it; what the instance has set a tenant sees and cannot change. */
  scope: "INSTANCE" | "TENANT" | "NAMESPACE";
}

interface Counted {
  checked: number;
  blocked: number;
  results: { id: string; namespace: string; flowId: string; reason: string }[];
}

export interface Evaluation {
  flows: Counted;
  executions: Counted;
}

export const policiesKey = (tenant: string) => [tenant, "policies"] as const;

export function policiesQuery(tenant: string) {
  return queryOptions({
    queryKey: [...policiesKey(tenant), "list"],
    queryFn: ({ signal }) =>
      request<{ results: Policy[] }>(tenantPath(tenant, "policies"), { signal }),
  });
}

export function policyQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...policiesKey(tenant), id],
    queryFn: ({ signal }) => request<Policy>(tenantPath(tenant, "policies", id), { signal }),
  });
}

export function makePolicy(tenant: string, wish: PolicyWish): Promise<Policy> {
  return request(tenantPath(tenant, "policies"), { method: "POST", json: wish });
}

export function changePolicy(tenant: string, id: string, wish: PolicyWish): Promise<Policy> {
  return request(tenantPath(tenant, "policies", id), { method: "PUT", json: wish });
}

export function deletePolicy(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "policies", id), { method: "DELETE" });
}

/** What a policy would have stopped, whether or not it is stored yet. */
export function evaluatePolicy(tenant: string, wish: PolicyWish): Promise<Evaluation> {
  return request(tenantPath(tenant, "policies", "evaluate"), { method: "POST", json: wish });
}

/** The same of a stored one, for those who may only look. */
export function evaluateStored(tenant: string, id: string): Promise<Evaluation> {
  return request(tenantPath(tenant, "policies", id, "evaluate"));
}
