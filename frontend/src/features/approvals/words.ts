/// Requests in words. Pure.
import type { Approval, ApprovalState } from "@/api/approvals";

export const STATES: Readonly<Record<ApprovalState, string>> = {
  PENDING: "Waits",
  APPROVED: "Agreed",
  REJECTED: "Refused",
  USED: "Done",
};

export const TONES = {
  PENDING: "warning",
  APPROVED: "success",
  REJECTED: "danger",
  USED: "neutral",
} as const satisfies Record<ApprovalState, string>;

/** Good for a day from the request, and a day from the agreement. */
export function isOver(approval: Pick<Approval, "state" | "expiresAt">, now: number): boolean {
  const open = approval.state === "PENDING" || approval.state === "APPROVED";
  return open && Date.parse(approval.expiresAt) <= now;
}

export function whatIsAsked(approval: Pick<Approval, "kind" | "flowId">): string {
  return approval.kind === "SAVE" ? `Save ${approval.flowId}` : `Start ${approval.flowId}`;
}
