/// Invitations that a tenant has sent.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import { type Paging, pagingQuery } from "./filters";
import type { Page } from "./types";

export interface Invitation {
  id: string;
  email: string;
  status: string;
  isExpired: boolean;
  sentAt: string;
  expiredAt: string;
  acceptedAt: string | null;
}

/** The link is in this answer and in the mail, and never again. */
export type SentInvitation = Invitation & { link: string; mailSent: boolean };

export interface InvitationWish {
  email: string;
  groupIds: string[];
  bindings: { roleId: string; namespaceId?: string }[];
  maxAge: string;
}

export const invitationsKey = (tenant: string) => [tenant, "invitations"] as const;

export function invitationsQuery(tenant: string, paging: Paging) {
  return queryOptions({
    queryKey: [...invitationsKey(tenant), paging],
    queryFn: ({ signal }) =>
      request<Page<Invitation>>(tenantPath(tenant, "invitations", "search"), {
        query: pagingQuery(paging),
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export function invite(tenant: string, wish: InvitationWish): Promise<SentInvitation> {
  return request(tenantPath(tenant, "invitations"), { method: "POST", json: wish });
}

export function resendInvitation(tenant: string, id: string): Promise<SentInvitation> {
  return request(tenantPath(tenant, "invitations", id, "resend"), { method: "POST", json: {} });
}

export function revokeInvitation(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "invitations", id), { method: "DELETE" });
}
