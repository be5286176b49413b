/// A trusted issuer as somebody types it, and back. Pure.
import type { Condition, IssuerWish, TrustedIssuer } from "@/api/trusted-issuers";

/** A claim of 1 is not the text "1": `literal` tests compare numbers and flags, the others texts. */
export type Test = "equals" | "in" | "matches" | "literal" | "literals";
export type KeySource = "discovery" | "address" | "written";

export interface ConditionDraft {
  claim: string;
  test: Test;
  value: string;
}

export interface IssuerDraft {
  name: string;
  description: string;
  enabled: boolean;
  issuer: string;
  keySource: KeySource;
  jwksUrl: string;
  keys: string;
  audiences: string[];
  conditions: ConditionDraft[];
  algorithms: string[];
  serviceAccount: string | undefined;
  scopes: string[];
  minutes: number;
  singleUse: boolean;
}

export const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
] as const;

export const EMPTY: IssuerDraft = {
  name: "",
  description: "",
  enabled: true,
  issuer: "",
  keySource: "discovery",
  jwksUrl: "",
  keys: "",
  audiences: [],
  conditions: [{ claim: "", test: "equals", value: "" }],
  algorithms: ["RS256", "ES256"],
  serviceAccount: undefined,
  scopes: [],
  minutes: 60,
  singleUse: false,
};

interface Preset {
  label: string;
  issuer: string;
  conditions: ConditionDraft[];
}

/** Claims that cannot be registered again by somebody else when a name becomes free. */
export const PRESETS: readonly Preset[] = [
  {
    label: "GitHub Actions",
    issuer: "https://token.actions.githubusercontent.com",
    conditions: [
      { claim: "repository_id", test: "equals", value: "" },
      { claim: "ref", test: "equals", value: "refs/heads/main" },
    ],
  },
  {
    label: "GitLab CI",
    issuer: "https://gitlab.com",
    conditions: [
      { claim: "project_id", test: "equals", value: "" },
      { claim: "ref_protected", test: "equals", value: "true" },
    ],
  },
  {
    label: "Kubernetes",
    issuer: "https://kubernetes.default.svc.cluster.local",
    conditions: [{ claim: "sub", test: "equals", value: "system:serviceaccount:" }],
  },
];

export function draftOf(issuer: TrustedIssuer): IssuerDraft {
  return {
    name: issuer.name,
    description: issuer.description,
    enabled: issuer.enabled,
    issuer: issuer.issuer,
    keySource: issuer.keys ? "written" : issuer.jwksUrl ? "address" : "discovery",
    jwksUrl: issuer.jwksUrl,
    keys: issuer.keys ? JSON.stringify(issuer.keys, null, 2) : "",
    audiences: issuer.audiences,
    conditions: issuer.conditions.map(conditionDraft),
    algorithms: issuer.algorithms,
    serviceAccount: issuer.serviceAccount,
    scopes: issuer.scopes,
    minutes: minutesOf(issuer.maxLifetime),
    singleUse: issuer.singleUse,
  };
}

function conditionDraft({ claim, equals, in: anyOf, matches }: Condition): ConditionDraft {
  if (anyOf) {
    const texts = anyOf.every((one) => typeof one === "string");
    const lines = texts ? anyOf : anyOf.map((one) => JSON.stringify(one));
    return { claim, test: texts ? "in" : "literals", value: lines.join("\n") };
  }
  if (typeof matches === "string") return { claim, test: "matches", value: matches };
  const text = typeof equals === "string";
  return { claim, test: text ? "equals" : "literal", value: text ? equals : String(equals ?? "") };
}

export function wishOf(draft: IssuerDraft): IssuerWish {
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    enabled: draft.enabled,
    issuer: draft.issuer.trim(),
    jwksUrl: draft.keySource === "address" ? draft.jwksUrl.trim() : "",
    keys: draft.keySource === "written" ? keysOf(draft.keys) : null,
    audiences: draft.audiences,
    conditions: draft.conditions.filter(isSaid).map(conditionOf),
    algorithms: draft.algorithms,
    serviceAccount: draft.serviceAccount ?? "",
    scopes: draft.scopes,
    maxLifetime: `PT${draft.minutes}M`,
    singleUse: draft.singleUse,
  };
}

function isSaid({ claim, value }: ConditionDraft): boolean {
  return claim.trim() !== "" && value.trim() !== "";
}

function conditionOf({ claim, test, value }: ConditionDraft): Condition {
  const name = claim.trim();
  const lines = value
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  switch (test) {
    case "matches":
      return { claim: name, matches: value.trim() };
    case "equals":
      return { claim: name, equals: value.trim() };
    case "literal":
      return { claim: name, equals: literal(value.trim()) };
    case "in":
      return { claim: name, in: lines };
    case "literals":
      return { claim: name, in: lines.map(literal) };
  }
}

/** A number or a flag; anything else stays the text that it is. */
function literal(text: string): string | number | boolean {
  try {
    const found: unknown = JSON.parse(text);
    const known = typeof found === "number" || typeof found === "boolean";
    return known || typeof found === "string" ? found : text;
  } catch {
    return text;
  }
}

/** Text that is no JSON goes as an object without keys: the server says what it wants instead. */
function keysOf(text: string): IssuerWish["keys"] {
  try {
    return JSON.parse(text) as IssuerWish["keys"];
  } catch {
    return { keys: [] };
  }
}

function minutesOf(duration: string): number {
  const found = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(duration);
  const [hours, minutes, seconds] = [found?.[1], found?.[2], found?.[3]].map(Number);
  const whole = (hours || 0) * 60 + (minutes || 0) + Math.round((seconds || 0) / 60);
  return Math.max(1, whole);
}

export function isWhole(draft: IssuerDraft): boolean {
  return (
    draft.name.trim() !== "" &&
    draft.issuer.trim() !== "" &&
    draft.audiences.length > 0 &&
    draft.algorithms.length > 0 &&
    draft.conditions.some(isSaid) &&
    !!draft.serviceAccount
  );
}

/** A condition as a sentence. */
export function inWords({ claim, equals, in: anyOf, matches }: Condition): string {
  if (typeof matches === "string") return `${claim} matches ${matches}`;
  return anyOf ? `${claim} is one of ${anyOf.join(", ")}` : `${claim} is ${equals}`;
}
