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

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const NAMES = ["name", "displayName", "key", "email", "title", "message"] as const;

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What was changed, by the name that people know it by; an id says nothing to a reader. */
export function objectName(log: AuditLog): string | undefined {
  const { detail } = log;
  const several = severalOf(log);
  if (several) return several;
  const id = text(detail.id);
  if (id && !UUID.test(id)) return id;
  for (const facts of [log.after, log.before, detail]) {
    const name = NAMES.map((one) => text(facts?.[one])).find(Boolean);
    if (name) return name;
    const role = text(facts?.role);
    if (role) return `role ${role}`;
    const kind = text(facts?.kind);
    if (kind) return sentence(kind);
  }
  return id && `…${id.slice(-8)}`;
}

/** An act on files or on many things at once names them elsewhere than in its id. */
function severalOf({ detail, before, after }: AuditLog): string | undefined {
  const { query, objects } = detail;
  const paths = (query as { path?: unknown } | undefined)?.path;
  const path = Array.isArray(paths) ? text(paths[0]) : text(paths);
  if (path) return path;
  if (!Array.isArray(objects)) return undefined;
  const one = objects.length === 1 ? text(objects[0]) : undefined;
  if (!one) return `${objects.length} at once`;
  const names = Object.keys(after ?? before ?? {});
  return UUID.test(one) ? `…${one.slice(-8)}` : (names[0] ?? one);
}

/** "LOG_BYTES_PER_DAY" becomes "log bytes per day". */
export function sentence(code: string): string {
  return RESOURCE_WORDS[code] ?? code.toLowerCase().replaceAll("_", " ");
}

const RESOURCE_WORDS: Readonly<Record<string, string>> = {
  KVSTORE: "key-value store",
  WORKERGROUP: "worker group",
  NAMESPACE_FILE: "file",
};
