/// Second factors: the second step of a login, and one's own apps, passkeys and recovery codes.
import { queryOptions } from "@tanstack/react-query";
import { ApiProblem, request } from "./client";

export type SecondMethod = "TOTP" | "WEBAUTHN" | "RECOVERY_CODE";

export interface Enrolment {
  secret: string;
  address: string;
  /** An SVG that a telephone reads. */
  picture: string;
}

/** What the server wants to see after the password. */
export interface SecondStepAsked {
  methods: readonly SecondMethod[];
  publicKey?: PublicKeyCredentialRequestOptionsJSON;
  enrol?: Enrolment;
}

export interface Factor {
  id: string;
  kind: "TOTP" | "WEBAUTHN";
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
}

export interface Factors {
  results: readonly Factor[];
  recoveryCodesLeft: number;
  required: boolean;
  passkeys: boolean;
}

export interface Shown {
  code?: string;
  recoveryCode?: string;
  credential?: unknown;
}

interface Codes {
  recoveryCodes: readonly string[];
}

const MINE = "/api/v1/me/second-factors";

/** The question of a log-in that needs a second step; undefined for every other problem. */
export function askedOf(error: Error | null): SecondStepAsked | undefined {
  if (!(error instanceof ApiProblem)) return undefined;
  if (!["login.second_factor", "login.enrol_second_factor"].includes(error.code)) return undefined;
  const said = error.said as Partial<SecondStepAsked>;
  return { methods: said.methods ?? [], publicKey: said.publicKey, enrol: said.enrol };
}

export const factorsQuery = queryOptions({
  queryKey: ["me", "second-factors"],
  queryFn: ({ signal }) => request<Factors>(MINE, { signal }),
  staleTime: 0,
});

export function secondStep(shown: Shown): Promise<Codes> {
  return request<Codes>("/login/second-factor", { method: "POST", json: shown });
}

export function beginApp(password: string): Promise<Enrolment & { id: string }> {
  return request(MINE, { method: "POST", json: { kind: "TOTP", password } });
}

/** Makes a passkey in this browser and proves it. */
export async function addPasskey(password: string, name: string): Promise<Codes> {
  const begun = await request<{ id: string; publicKey: PublicKeyCredentialCreationOptionsJSON }>(
    MINE,
    { method: "POST", json: { kind: "WEBAUTHN", password, name } },
  );
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(begun.publicKey);
  const made = await navigator.credentials.create({ publicKey });
  return proveFactor(begun.id, { credential: asJson(made) });
}

/** Lets a passkey of this browser sign what the server asked for. */
export async function signWithPasskey(
  asked: PublicKeyCredentialRequestOptionsJSON,
): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
  return asJson(await navigator.credentials.get({ publicKey }));
}

export function proveFactor(id: string, shown: Shown): Promise<Codes> {
  return request<Codes>(`${MINE}/${id}/proof`, { method: "POST", json: shown });
}

export function removeFactor(id: string, password: string): Promise<unknown> {
  return request(`${MINE}/${id}`, { method: "DELETE", json: { password } });
}

export function newRecoveryCodes(password: string): Promise<Codes> {
  return request<Codes>("/api/v1/me/recovery-codes", { method: "POST", json: { password } });
}

function asJson(credential: Credential | null): unknown {
  if (!(credential instanceof PublicKeyCredential)) throw new Error("No passkey was chosen.");
  return credential.toJSON();
}
