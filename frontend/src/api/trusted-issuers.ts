/// Issuers whose tokens act as service accounts.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import type { Named } from "./principals";
import type { Page } from "./types";

export interface Condition {
  claim: string;
  equals?: string | number | boolean;
  in?: (string | number | boolean)[];
  matches?: string;
}

export interface IssuerWish {
  name: string;
  description: string;
  enabled: boolean;
  issuer: string;
  jwksUrl: string;
  keys: { keys: unknown[] } | null;
  audiences: string[];
  conditions: Condition[];
  algorithms: string[];
  serviceAccount: string;
  scopes: string[];
  /** An ISO duration. */
  maxLifetime: string;
  singleUse: boolean;
}

export interface TrustedIssuer extends IssuerWish {
  id: string;
  createdAt: string;
  updatedAt: string;
  lastUsedAt: string | null;
}

export interface TokenReport {
  accepted: boolean;
  code: string;
  message: string;
  serviceAccount?: Named;
  scopes?: string[];
  expiresAt?: string | null;
  claims?: Record<string, unknown>;
  opinions: { trustedIssuer: Named; accepted: boolean; code: string; message: string }[];
}

export const issuersKey = (tenant: string) => [tenant, "trusted-issuers"] as const;

export function issuersQuery(tenant: string) {
  return queryOptions({
    queryKey: [...issuersKey(tenant), "list"],
    queryFn: ({ signal }) =>
      request<Page<TrustedIssuer>>(tenantPath(tenant, "trusted-issuers"), { signal }),
  });
}

export function issuerQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...issuersKey(tenant), id],
    queryFn: ({ signal }) =>
      request<TrustedIssuer>(tenantPath(tenant, "trusted-issuers", id), { signal }),
  });
}

export function makeIssuer(tenant: string, wish: IssuerWish): Promise<TrustedIssuer> {
  return request(tenantPath(tenant, "trusted-issuers"), { method: "POST", json: wish });
}

export function changeIssuer(tenant: string, id: string, wish: IssuerWish): Promise<TrustedIssuer> {
  return request(tenantPath(tenant, "trusted-issuers", id), { method: "PUT", json: wish });
}

export function deleteIssuer(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "trusted-issuers", id), { method: "DELETE" });
}

export function tryToken(tenant: string, token: string): Promise<TokenReport> {
  return request(tenantPath(tenant, "trusted-issuers", "test"), {
    method: "POST",
    json: { token },
  });
}
