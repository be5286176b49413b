/// Policies of the instance, which hold in every tenant that they are for.
import { queryOptions } from "@tanstack/react-query";
import { request } from "./client";
import type { Policy, PolicyWish } from "./policies";
import type { Page } from "./types";

export type InstancePolicyWish = Omit<PolicyWish, "namespace"> & {
  /** Globs of the slugs of tenants; null: all tenants. */
  tenants: string[] | null;
};

export type InstancePolicy = InstancePolicyWish & Pick<Policy, "id">;

/** What a policy would have stopped in a tenant; only numbers, since its inside is its own. */
export interface TenantEvaluation {
  tenantId: string;
  flows: { checked: number; blocked: number };
  executions: { checked: number; blocked: number };
}

const MOST = "1000";

function address(...parts: string[]): string {
  return ["/api/v1/instance/policies", ...parts.map(encodeURIComponent)].join("/");
}

export const instancePoliciesKey = ["instance", "policies"] as const;

export const instancePoliciesQuery = queryOptions({
  queryKey: [...instancePoliciesKey, "list"],
  queryFn: ({ signal }) =>
    request<Page<InstancePolicy>>(address("search"), { query: [["size", MOST]], signal }),
});

export function instancePolicyQuery(id: string) {
  return queryOptions({
    queryKey: [...instancePoliciesKey, id],
    queryFn: ({ signal }) => request<InstancePolicy>(address(id), { signal }),
  });
}

export function makeInstancePolicy(wish: InstancePolicyWish): Promise<InstancePolicy> {
  return request(address(), { method: "POST", json: wish });
}

export function changeInstancePolicy(
  id: string,
  wish: InstancePolicyWish,
): Promise<InstancePolicy> {
  return request(address(id), { method: "PUT", json: wish });
}

export function deleteInstancePolicy(id: string): Promise<unknown> {
  return request(address(id), { method: "DELETE" });
}

/** The first tenants that it is for, and what it would have stopped in each. */
export function tryInstancePolicy(wish: InstancePolicyWish): Promise<Page<TenantEvaluation>> {
  return request(address("evaluate"), { method: "POST", json: wish });
}
