/// Where people of a tenant sign in: identity providers and directories.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";

export interface ProviderRules {
  allowJit: boolean;
  linkVerifiedEmail: boolean;
  emailTrust: "VERIFIED" | "ALWAYS";
  groupsClaim: string | null;
  groupMapping: Record<string, string>;
  keepUnmappedGroups: boolean;
  createMissingGroups: boolean;
  defaultRoles: { role: string; namespace: string | null }[];
  requiredClaims: Record<string, string[]>;
  sessionHours: number | null;
  [other: string]: unknown;
}

export interface Provider {
  name: string;
  displayName: string;
  type: "OIDC" | "SAML";
  enabled: boolean;
  position: number;
  domains: string[];
  rules: Partial<ProviderRules>;
  oidc: ({ issuer: string; clientId: string } & Record<string, unknown>) | null;
  saml:
    | ({ entityId: string; ssoUrl: string; certificates: string[] } & Record<string, unknown>)
    | null;
}

export interface KnownProvider extends Provider {
  rules: ProviderRules;
  clientSecretSet: boolean;
  addresses: Record<string, string>;
  certificateExpiresAt: string | null;
}

export interface ProviderWish extends Provider {
  clientSecret?: string;
}

export interface TestStart {
  id: string | null;
  location: string | null;
  addresses: Record<string, string>;
  problems: { code: string; detail: string }[];
}

export interface TestReport {
  outcome: "SIGN_IN" | "LINK" | "CREATE" | "REFUSED";
  issuer?: string;
  subject?: string;
  claims?: Record<string, unknown>;
  person?: { email: string | null; firstName: string; lastName: string; name: string };
  groups?: { said: string[]; entered: string[]; created: string[]; unknown: string[] };
  roles?: { role: string; namespace: string | null }[];
  problems: { code: string; detail: string }[];
  notes?: string[];
}

export const providersKey = (tenant: string) => [tenant, "identity-providers"] as const;
const at = (tenant: string, ...parts: string[]) =>
  tenantPath(tenant, "identity-providers", ...parts);

export function providersQuery(tenant: string) {
  return queryOptions({
    queryKey: [...providersKey(tenant), "list"],
    queryFn: ({ signal }) =>
      request<{ results: KnownProvider[]; total: number }>(at(tenant), { signal }),
  });
}

export function providerQuery(tenant: string, name: string) {
  return queryOptions({
    queryKey: [...providersKey(tenant), "one", name],
    queryFn: ({ signal }) => request<KnownProvider>(at(tenant, name), { signal }),
  });
}

export function makeProvider(tenant: string, wish: ProviderWish): Promise<KnownProvider> {
  return request(at(tenant), { method: "POST", json: wish });
}

export function changeProvider(tenant: string, wish: ProviderWish): Promise<KnownProvider> {
  return request(at(tenant, wish.name), { method: "PUT", json: wish });
}

export function deleteProvider(tenant: string, name: string): Promise<unknown> {
  return request(at(tenant, name), { method: "DELETE" });
}

/** The provider need not be saved; nothing comes of the log-in but a report. */
export function testProvider(tenant: string, wish: ProviderWish, next: string): Promise<TestStart> {
  return request(at(tenant, "test"), { method: "POST", json: { ...wish, next } });
}

export function testResultQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...providersKey(tenant), "test", id],
    queryFn: ({ signal }) =>
      request<{ finished: boolean; report: TestReport | null }>(at(tenant, "tests", id), {
        signal,
      }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export interface Directory {
  id: string;
  name: string;
  description: string;
  enabled: boolean;
  address: string;
  prefix: string;
  expiresAt: string | null;
  previousUntil: string | null;
  createdAt: string;
  lastUsedAt: string | null;
}

export const directoriesKey = (tenant: string) => [tenant, "directories"] as const;

export function directoriesQuery(tenant: string) {
  return queryOptions({
    queryKey: directoriesKey(tenant),
    queryFn: ({ signal }) =>
      request<{ results: Directory[]; total: number }>(tenantPath(tenant, "directories"), {
        signal,
      }),
  });
}

type WithToken = Directory & { fullToken: string };

export function makeDirectory(
  tenant: string,
  facts: { name: string; description: string },
): Promise<WithToken> {
  return request(tenantPath(tenant, "directories"), { method: "POST", json: facts });
}

export function changeDirectory(
  tenant: string,
  id: string,
  facts: { enabled: boolean },
): Promise<Directory> {
  return request(tenantPath(tenant, "directories", id), { method: "PUT", json: facts });
}

export function deleteDirectory(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "directories", id), { method: "DELETE" });
}

export function exchangeToken(tenant: string, id: string): Promise<WithToken> {
  return request(tenantPath(tenant, "directories", id, "token"), { method: "POST", json: {} });
}
