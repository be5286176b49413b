/// Joining a tenant by an invitation's link.
import { request } from "./client";

export interface InvitationRead {
  id: string;
  tenant: { id: string; name: string };
  email: string;
  expiredAt: string;
  hasAccount: boolean;
}

export interface NewMember {
  token: string;
  password: string;
  firstName: string;
  lastName: string;
}

const at = (verb: string, id: string) => `/api/v1/invitation/${verb}/${encodeURIComponent(id)}`;

export function readInvitation(id: string, token: string): Promise<InvitationRead> {
  return request<InvitationRead>(at("read", id), { method: "POST", json: { token } });
}

export function joinAsNew(id: string, member: NewMember): Promise<unknown> {
  return request(at("create", id), { method: "POST", json: member });
}

export function join(id: string, token: string): Promise<unknown> {
  return request(at("accept", id), { method: "POST", json: { token } });
}
