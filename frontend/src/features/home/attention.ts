/// What needs somebody: from what the API answers to rows with one verb each. Pure.
import type { Approval } from "@/api/approvals";
import type { Trigger } from "@/api/triggers";
import type { Execution, LatestExecution } from "@/api/types";
import { plural } from "@/lib/text";

export type Need =
  | { kind: "failing"; key: string; execution: Execution; note: string }
  | { kind: "approval"; key: string; execution: Execution; note: string }
  | { kind: "capacity"; key: string; execution: Execution; note: string }
  | { kind: "agreement"; key: string; request: Approval; note: string }
  | { kind: "late"; key: string; trigger: Trigger; note: string };

/** A date is late when it passed so long ago: schedulers look every few seconds. */
export const LATE_AFTER_MS = 60_000;

export interface Asked {
  failed: readonly Execution[];
  /** The last execution of each flow that failed. */
  latest: readonly LatestExecution[];
  paused: readonly Execution[];
  queued: readonly Execution[];
  due: readonly Trigger[];
  /** Requests for the agreement of another person. */
  requests: readonly Approval[];
}

const flowOf = (one: { namespace: string; flowId: string }) => `${one.namespace}/${one.flowId}`;

/** A flow whose last run went well again needs nobody, however often it failed before. */
export function failing(
  failed: readonly Execution[],
  latest: readonly LatestExecution[],
): Extract<Need, { kind: "failing" }>[] {
  const last = new Map(latest.map((one) => [flowOf(one), one.id]));
  const counts = new Map<string, number>();
  for (const one of failed) counts.set(flowOf(one), (counts.get(flowOf(one)) ?? 0) + 1);
  return failed
    .filter((one) => last.get(flowOf(one)) === one.id)
    .map((execution) => ({
      kind: "failing",
      key: `failing:${execution.id}`,
      execution,
      note: `${plural(counts.get(flowOf(execution)) ?? 1, "failure")} in this time`,
    }));
}

export function agreements(
  requests: readonly Approval[],
  now: number,
): Extract<Need, { kind: "agreement" }>[] {
  return requests
    .filter((one) => one.state === "PENDING" && Date.parse(one.expiresAt) > now)
    .map((request) => ({
      kind: "agreement",
      key: `agreement:${request.id}`,
      request,
      note: `${request.requestedBy} asks to ${request.kind === "SAVE" ? "save" : "start"} it`,
    }));
}

export function late(due: readonly Trigger[], now: number): Extract<Need, { kind: "late" }>[] {
  return due
    .filter(({ state }) => !state.disabled && !state.backfill)
    .filter(({ state }) => now - Date.parse(state.nextEvaluationDate ?? "") > LATE_AFTER_MS)
    .map((trigger) => ({
      kind: "late",
      key: `late:${flowOf(trigger.state)}/${trigger.state.triggerId}`,
      trigger,
      note: trigger.state.locked ? "an execution still runs" : "no scheduler has looked at it",
    }));
}

/** What a person decides first stands first; each kind in the order in which it came. */
export function needs(asked: Asked, now: number): Need[] {
  const waits = (kind: "approval" | "capacity", note: string) => (execution: Execution) =>
    ({ kind, key: `${kind}:${execution.id}`, execution, note }) as const;
  return [
    ...asked.paused.map(waits("approval", "waits for somebody to resume it")),
    ...agreements(asked.requests, now),
    ...failing(asked.failed, asked.latest),
    ...late(asked.due, now),
    ...asked.queued.map(waits("capacity", "waits for a free place")),
  ];
}

/** Of those that ended: how many ended well, as a share; undefined when none ended. */
export function successRatio(totals: Readonly<Record<string, number>>): number | undefined {
  const count = (states: readonly string[]) =>
    states.reduce((sum, state) => sum + (totals[state] ?? 0), 0);
  const well = count(["SUCCESS", "WARNING"]);
  const ended = well + count(["FAILED", "KILLED"]);
  return ended ? well / ended : undefined;
}
