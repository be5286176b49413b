/// An identity provider as a form, and as the API writes it. Pure.
import type { KnownProvider, ProviderRules, ProviderWish } from "@/api/sign-in";

export interface Draft {
  name: string;
  displayName: string;
  type: "OIDC" | "SAML";
  enabled: boolean;
  domains: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
  entityId: string;
  ssoUrl: string;
  certificates: string;
  allowJit: boolean;
  groupsClaim: string;
  /** One line each: `claim = group`. */
  groupMapping: string;
  keepUnmappedGroups: boolean;
  createMissingGroups: boolean;
  /** One line each: `claim = value, value`. */
  requiredClaims: string;
  /** What the form does not show; it goes back as it came. */
  rest: { rules: Partial<ProviderRules>; oidc: object; saml: object; position: number };
}

export const EMPTY: Draft = {
  name: "",
  displayName: "",
  type: "OIDC",
  enabled: false,
  domains: "",
  issuer: "",
  clientId: "",
  clientSecret: "",
  entityId: "",
  ssoUrl: "",
  certificates: "",
  allowJit: true,
  groupsClaim: "",
  groupMapping: "",
  keepUnmappedGroups: false,
  createMissingGroups: false,
  requiredClaims: "",
  rest: { rules: {}, oidc: {}, saml: {}, position: 0 },
};

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

export function draftOf(known: KnownProvider): Draft {
  const { rules } = known;
  return {
    ...EMPTY,
    name: known.name,
    displayName: known.displayName,
    type: known.type,
    enabled: known.enabled,
    domains: known.domains.join(", "),
    issuer: known.oidc?.issuer ?? "",
    clientId: known.oidc?.clientId ?? "",
    entityId: known.saml?.entityId ?? "",
    ssoUrl: known.saml?.ssoUrl ?? "",
    certificates: known.saml?.certificates.join("\n") ?? "",
    allowJit: rules.allowJit,
    groupsClaim: rules.groupsClaim ?? "",
    groupMapping: lines(rules.groupMapping, (group) => group),
    keepUnmappedGroups: rules.keepUnmappedGroups,
    createMissingGroups: rules.createMissingGroups,
    requiredClaims: lines(rules.requiredClaims, (values) => values.join(", ")),
    rest: { rules, oidc: known.oidc ?? {}, saml: known.saml ?? {}, position: known.position },
  };
}

export function wishOf(draft: Draft): ProviderWish {
  const oidc = draft.type === "OIDC";
  return {
    name: draft.name.trim(),
    displayName: draft.displayName.trim() || draft.name.trim(),
    type: draft.type,
    enabled: draft.enabled,
    position: draft.rest.position,
    domains: words(draft.domains),
    rules: {
      ...draft.rest.rules,
      allowJit: draft.allowJit,
      groupsClaim: draft.groupsClaim.trim() || null,
      groupMapping: pairs(draft.groupMapping),
      keepUnmappedGroups: draft.keepUnmappedGroups,
      createMissingGroups: draft.createMissingGroups,
      requiredClaims: Object.fromEntries(
        Object.entries(pairs(draft.requiredClaims)).map(([claim, text]) => [claim, words(text)]),
      ),
    },
    oidc: oidc
      ? { ...draft.rest.oidc, issuer: draft.issuer.trim(), clientId: draft.clientId.trim() }
      : null,
    saml: oidc
      ? null
      : {
          ...draft.rest.saml,
          entityId: draft.entityId.trim(),
          ssoUrl: draft.ssoUrl.trim(),
          certificates: certificatesIn(draft.certificates),
        },
    ...(oidc && draft.clientSecret ? { clientSecret: draft.clientSecret } : {}),
  };
}

/** Several certificates in one box; one that was pasted without its frame is one too. */
export function certificatesIn(text: string): string[] {
  const framed = text.match(CERTIFICATE);
  if (framed) return [...framed];
  return text.trim() ? [text.trim()] : [];
}

function words(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter(Boolean);
}

/** `claim = group` by line; a line without "=" names nothing. */
export function pairs(text: string): Record<string, string> {
  const found = text.split("\n").flatMap((line) => {
    const at = line.lastIndexOf("=");
    const name = line.slice(0, at).trim();
    const value = line.slice(at + 1).trim();
    return at > 0 && name && value ? [[name, value]] : [];
  });
  return Object.fromEntries(found);
}

function lines<T>(
  map: Readonly<Record<string, T>> | undefined,
  show: (value: T) => string,
): string {
  return Object.entries(map ?? {})
    .map(([name, value]) => `${name} = ${show(value)}`)
    .join("\n");
}
