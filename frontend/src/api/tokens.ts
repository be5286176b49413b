/// API tokens: of oneself, and of service accounts. The text of one is seen once.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";

export interface ApiToken {
  id: string;
  name: string;
  description: string;
  prefix: string;
  iat: string;
  exp: string;
  lastUsed: string | null;
  expired: boolean;
  scopes: string[];
}

export interface NewToken {
  name: string;
  description?: string;
  /** An ISO duration: `P90D`. */
  maxAge: string;
  /** Patterns such as `flow.*`; none means everything that the owner may. */
  scopes: string[];
}

export interface IssuedToken {
  id: string;
  name: string;
  fullToken: string;
}

/** Whose tokens: mine, or those of a service account of a tenant. */
export type TokenOwner = "me" | { tenant: string; account: string };

function address(owner: TokenOwner): string {
  return owner === "me"
    ? "/api/v1/me/api-tokens"
    : tenantPath(owner.tenant, "service-accounts", owner.account, "api-tokens");
}

export function tokensQuery(owner: TokenOwner) {
  return queryOptions({
    queryKey: ["tokens", owner],
    queryFn: ({ signal }) =>
      request<{ results: ApiToken[]; total: number }>(address(owner), { signal }),
  });
}

export function issueToken(owner: TokenOwner, token: NewToken): Promise<IssuedToken> {
  return request(address(owner), { method: "POST", json: token });
}

export function revokeToken(owner: TokenOwner, id: string): Promise<unknown> {
  return request(`${address(owner)}/${encodeURIComponent(id)}`, { method: "DELETE" });
}
