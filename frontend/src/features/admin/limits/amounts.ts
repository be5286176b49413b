/// Quotas in words: what is counted, how much of it, and what becomes of the rest. Pure.
import type { QuotaKind } from "@/api/limits";
import { humanBytes } from "@/lib/text";

interface KindWords {
  label: string;
  unit: "count" | "bytes";
  /** The first is what happens when nobody chooses. */
  policies: readonly string[];
  /** Below what the quota may stand. */
  places: "any" | "namespace" | "tenant";
}

export const KINDS: Readonly<Record<QuotaKind, KindWords>> = {
  RUNNING_EXECUTIONS: {
    label: "Running executions",
    unit: "count",
    policies: ["QUEUE", "REFUSE"],
    places: "any",
  },
  RUNNING_TASK_RUNS: {
    label: "Running task runs",
    unit: "count",
    policies: ["QUEUE"],
    places: "any",
  },
  EXECUTIONS_PER_MINUTE: {
    label: "Executions per minute",
    unit: "count",
    policies: ["QUEUE", "REFUSE"],
    places: "any",
  },
  LOG_BYTES_PER_DAY: {
    label: "Log bytes per day",
    unit: "bytes",
    policies: ["DROP", "FAIL"],
    places: "any",
  },
  STORAGE_BYTES: {
    label: "Stored bytes",
    unit: "bytes",
    policies: ["REFUSE"],
    places: "namespace",
  },
  API_REQUESTS_PER_MINUTE: {
    label: "API requests per minute",
    unit: "count",
    policies: ["REFUSE"],
    places: "tenant",
  },
};

const POLICY_WORDS: Readonly<Record<string, string>> = {
  QUEUE: "The rest waits",
  REFUSE: "The rest is refused",
  DROP: "Further lines are dropped",
  FAIL: "The execution fails",
};

export function policyWords(policy: string): string {
  return POLICY_WORDS[policy] ?? policy.toLowerCase();
}

export function amountWords(kind: QuotaKind, amount: number): string {
  return KINDS[kind]?.unit === "bytes" ? humanBytes(amount) : amount.toLocaleString("en");
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** Reads "5", "1,000", "20 GB"; undefined when it is no amount. */
export function readAmount(kind: QuotaKind, text: string): number | undefined {
  const found = /^([\d,]+(?:\.\d+)?)\s*([kmgt]?)b?$/i.exec(text.trim());
  if (!found) return undefined;
  const unit = (found[2] ?? "").toLowerCase();
  if (unit && KINDS[kind].unit !== "bytes") return undefined;
  const amount = Number((found[1] ?? "").replaceAll(",", "")) * (UNITS[unit] ?? 1);
  return Number.isSafeInteger(Math.round(amount)) ? Math.round(amount) : undefined;
}

export type Fullness = "free" | "nearly full" | "full";

export function fullness(used: number | null, limit: number): Fullness {
  if (used === null) return "free";
  if (used >= limit) return "full";
  return used >= limit * 0.8 ? "nearly full" : "free";
}
