/// The two-person rule: what somebody asks for, another person has seen and agreed to.
import { queryOptions } from "@tanstack/react-query";
import { ApiProblem, request, tenantPath } from "./client";

export type ApprovalState = "PENDING" | "APPROVED" | "REJECTED" | "USED";

interface Common {
  id: string;
  namespace: string;
  flowId: string;
  note: string;
  state: ApprovalState;
  requestedBy: string;
  decidedBy: string | null;
  decidedAt: string | null;
  expiresAt: string;
  createdAt: string;
}

export type Approval =
  | (Common & { kind: "SAVE"; subject: { source: string } })
  | (Common & {
      kind: "START";
      subject: {
        revision: number;
        inputs: Record<string, string>;
        labels: Record<string, string>;
      };
    });

/** What somebody wants to start, exactly: another input is another request. */
export interface StartWish {
  namespace: string;
  flowId: string;
  inputs: Record<string, string>;
  labels: Record<string, string>;
}

export const approvalsKey = (tenant: string) => [tenant, "approvals"] as const;

export function approvalsQuery(tenant: string, state?: ApprovalState) {
  return queryOptions({
    queryKey: [...approvalsKey(tenant), "list", state ?? null],
    queryFn: ({ signal }) =>
      request<{ results: Approval[] }>(tenantPath(tenant, "policies", "approvals"), {
        query: state ? [["state", state]] : [],
        signal,
      }),
  });
}

export function approvalQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...approvalsKey(tenant), id],
    queryFn: ({ signal }) =>
      request<Approval>(tenantPath(tenant, "policies", "approvals", id), { signal }),
  });
}

export function askToSave(tenant: string, source: string, note: string): Promise<Approval> {
  return request(tenantPath(tenant, "policies", "approvals", "save"), {
    method: "POST",
    json: { source, note },
  });
}

export function askToStart(tenant: string, wish: StartWish, note: string): Promise<Approval> {
  return request(tenantPath(tenant, "policies", "approvals", "start"), {
    method: "POST",
    json: { ...wish, note },
  });
}

export function decideApproval(
  tenant: string,
  id: string,
  verdict: "approve" | "reject",
  note: string,
): Promise<Approval> {
  return request(tenantPath(tenant, "policies", "approvals", id, verdict), {
    method: "POST",
    json: { note },
  });
}

/** Whether nothing but another person's agreement is missing. */
export function lacksOnlyApproval(error: Error | null): boolean {
  return (
    error instanceof ApiProblem &&
    error.errors.length > 0 &&
    error.errors.every(({ code }) => code === "policy.approval")
  );
}
