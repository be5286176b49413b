/// What an entry of the audit trail says, in words and as rows of a comparison. Pure.
import type { AuditLog, Facts } from "@/api/audit";

export const TYPES = [
  "CREATE",
  "UPDATE",
  "DELETE",
  "READ",
  "EXPORT",
  "LOGIN",
  "LOGOUT",
  "LOGIN_FAILURE",
  "DENIED",
  "ENTER",
] as const;

const TYPE_WORDS: Readonly<Record<string, string>> = {
  CREATE: "Created",
  UPDATE: "Changed",
  DELETE: "Deleted",
  READ: "Read",
  EXPORT: "Exported",
  LOGIN: "Signed in",
  LOGOUT: "Signed out",
  LOGIN_FAILURE: "Sign-in failed",
  DENIED: "Refused",
  ENTER: "Entered",
};

export function typeWords(type: string): string {
  return TYPE_WORDS[type] ?? type.toLowerCase().replaceAll("_", " ");
}

export type Tone = "neutral" | "running" | "warning" | "success" | "danger";

export function typeTone(type: string): Tone {
  if (type === "DENIED" || type === "LOGIN_FAILURE") return "danger";
  if (type === "DELETE" || type === "ENTER") return "warning";
  if (type === "CREATE") return "success";
  return type === "UPDATE" ? "running" : "neutral";
}

export interface FieldChange {
  field: string;
  kind: "added" | "removed" | "changed";
  before: string;
  after: string;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** The fields that differ, in the order of their names. */
export function fieldChanges(before: Facts | null, after: Facts | null): FieldChange[] {
  const old = before ?? {};
  const now = after ?? {};
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return names.flatMap((field) => {
    const was = shown(old[field]);
    const is = shown(now[field]);
    if (was === is && field in old && field in now) return [];
    const kind = field in old ? (field in now ? "changed" : "removed") : "added";
    return [{ field, kind, before: was, after: is }];
  });
}

const KNOWN = new Set(["type", "resource", "resourceType", "id", "namespace"]);

/** What the entry says besides what its columns show. */
export function otherFacts(log: AuditLog): [string, string][] {
  return Object.entries(log.detail)
    .filter(([name, value]) => !KNOWN.has(name) && value !== null && value !== "")
    .map(([name, value]) => [name, shown(value)]);
}
