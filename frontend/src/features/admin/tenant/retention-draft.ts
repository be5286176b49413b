/// How long a tenant or a namespace keeps things, as somebody types it. Pure.
import { RETENTION_KINDS, type Retention, type RetentionKind } from "@/api/tenant";

/** Days by kind; null follows what is above. */
export type DaysDraft = Partial<Record<RetentionKind, number | null>>;

export const KIND_WORDS: Readonly<Record<RetentionKind, string>> = {
  executions: "Executions",
  logs: "Logs",
  metrics: "Metrics",
  audit: "Audit trail",
};

const LEAST: Readonly<Record<RetentionKind, number>> = {
  executions: 1,
  logs: 1,
  metrics: 1,
  audit: 30,
};

export function leastOf(kind: RetentionKind): number {
  return LEAST[kind];
}

/** The kinds of which anything is said here. */
export function kindsOf(retention: Retention): RetentionKind[] {
  return RETENTION_KINDS.filter((kind) => retention[kind] !== undefined);
}

export function draftOf(retention: Retention): DaysDraft {
  return Object.fromEntries(
    kindsOf(retention).map((kind) => [kind, retention[kind]?.days ?? null]),
  );
}

/** Only what is changed: what stays is nobody's decision of today. */
export function changesOf(retention: Retention, draft: DaysDraft): Partial<DaysDraft> {
  const changed = kindsOf(retention).filter((kind) => draft[kind] !== retention[kind]?.days);
  return Object.fromEntries(changed.map((kind) => [kind, draft[kind]]));
}

/** The kinds that will be kept for less time than now: what is older goes within the hour. */
export function shortened(retention: Retention, draft: DaysDraft): RetentionKind[] {
  return kindsOf(retention).filter((kind) => {
    const next = draft[kind] ?? retention.limits[kind];
    return next < (retention[kind]?.effective ?? 0);
  });
}
