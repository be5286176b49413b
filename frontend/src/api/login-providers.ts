/// The identity providers at which people of a tenant sign in, and why a provider's answer was refused.
import { queryOptions } from "@tanstack/react-query";
import { request } from "./client";

export interface ProviderButton {
  name: string;
  displayName: string;
  type: "OIDC" | "SAML";
  startUrl: string;
  suggested: boolean;
}

export interface LoginConfig {
  isBasicAuthInitialized: boolean;
  tenant: string | null;
  providers: ProviderButton[];
}

/** Without a tenant the server knows which one is meant only if there is just one. */
export function loginConfigQuery(tenant: string | undefined) {
  const query = tenant ? `?tenant=${encodeURIComponent(tenant)}` : "";
  return queryOptions({
    queryKey: ["login-config", tenant ?? ""],
    queryFn: ({ signal }) => request<LoginConfig>(`/api/v1/configs/login${query}`, { signal }),
    staleTime: 60_000,
    retry: false,
  });
}

/** Where the button leads: a page of the server, which sends the browser on. */
export function startAddress(provider: ProviderButton, next: string | undefined): string {
  return next ? `${provider.startUrl}?next=${encodeURIComponent(next)}` : provider.startUrl;
}

/** A page inside the portal names its tenant: `/acme/flows`. */
export function tenantOf(next: string | undefined): string | undefined {
  return next?.match(/^\/([a-z0-9][a-z0-9-]{0,62})(?:[/?#]|$)/)?.[1];
}

const REASONS: [pattern: RegExp, words: string][] = [
  [
    /^identity\.link_needed$/,
    "Somebody here has your e-mail address already. Sign in with your password, then link the account on your own page.",
  ],
  [/^identity\.unknown$/, "Nobody here has this account yet. Ask an administrator to let you in."],
  [/^identity\.taken$/, "That account belongs to somebody else here."],
  [/^person\./, "You cannot enter this tenant any more. Ask an administrator."],
  [/^claims\.required$/, "Your account is not one of those that this tenant lets in."],
  [/^state\./, "This sign-in took too long, or was begun in another window. Try again."],
  [/^answer\.error$/, "The identity provider did not sign you in. Try again."],
  [/^provider\.unreachable$/, "The identity provider cannot be reached. Try again in a minute."],
];

/** The refusal in words for whoever wanted to come in; administrators find more in the audit trail. */
export function refusalInWords(code: string): string {
  const found = REASONS.find(([pattern]) => pattern.test(code));
  return (
    found?.[1] ?? `The identity provider's answer was refused (${code}). Ask an administrator.`
  );
}
