/// Plans of executions: what will happen when, so that the state at any moment is a function of time.
import type { Attempt, Execution, LogLine, State, StateHistory, TaskRun } from "../api/types.ts";

export interface RunPlan {
  id: string;
  taskId: string;
  type: string;
  parent?: string;
  value?: string;
  /** Offsets from the start of the execution, in milliseconds. */
  created: number;
  attempts: { start: number; end: number; state: string }[];
  group?: boolean;
}

export interface ExecutionPlan {
  id: string;
  namespace: string;
  flowId: string;
  revision: number;
  start: number;
  end: number;
  final: string;
  runs: RunPlan[];
  labels: { key: string; value: string }[];
  inputs: Record<string, unknown>;
  trigger?: string;
  originalId?: string;
  killed?: number;
  pausedAt?: number;
}

const iso = (ms: number) => new Date(ms).toISOString().replace("Z", "000Z");

function state(changes: readonly (readonly [string, number])[], now: number): State {
  const past = changes.filter(([, at]) => at <= now);
  const histories: StateHistory[] = past.map(([name, at]) => ({ state: name, date: iso(at) }));
  const current = past.at(-1)?.[0] ?? "CREATED";
  const done = ["SUCCESS", "FAILED", "WARNING", "KILLED"].includes(current);
  const start = past[0]?.[1] ?? now;
  const end = done ? past.at(-1)?.[1] : undefined;
  return {
    current,
    histories,
    startDate: iso(start),
    endDate: end === undefined ? null : iso(end),
    duration: ((end ?? now) - start) / 1000,
  };
}

function cutByKill(plan: ExecutionPlan, at: number, name: string): readonly [string, number] {
  const killed = plan.killed;
  return killed !== undefined && at > killed ? ["KILLED", killed] : [name, at];
}

function taskRun(plan: ExecutionPlan, run: RunPlan, now: number): TaskRun {
  const changes: (readonly [string, number])[] = [["CREATED", plan.start + run.created]];
  const attempts: Attempt[] = [];
  run.attempts.forEach((attempt, number) => {
    const start = plan.start + attempt.start;
    if (plan.killed !== undefined && start > plan.killed) return;
    if (number > 0) changes.push(["RETRYING", plan.start + (run.attempts[number - 1]?.end ?? 0)]);
    const end = cutByKill(plan, plan.start + attempt.end, attempt.state);
    changes.push(["RUNNING", start], end);
    if (start <= now && !run.group) {
      attempts.push({
        state: state([["CREATED", start - 40], ["RUNNING", start], end], now),
        workerId: "worker-1",
      });
    }
  });
  return {
    id: run.id,
    taskId: run.taskId,
    parentTaskRunId: run.parent ?? null,
    value: run.value ?? null,
    attempts: run.group ? null : attempts,
    state: state(changes, now),
  };
}

export function executionAt(plan: ExecutionPlan, now: number, detail: boolean): Execution {
  const end = cutByKill(plan, plan.start + plan.end, plan.final);
  const changes: (readonly [string, number])[] = [
    ["CREATED", plan.start],
    ["RUNNING", plan.start + 20],
  ];
  if (plan.pausedAt !== undefined) changes.push(["PAUSED", plan.pausedAt]);
  else changes.push(end);
  const execution: Execution = {
    id: plan.id,
    namespace: plan.namespace,
    flowId: plan.flowId,
    flowRevision: plan.revision,
    state: state(changes, now),
    labels: plan.labels,
    inputs: plan.inputs,
    originalId: plan.originalId ?? plan.id,
    trigger: plan.trigger
      ? { id: plan.trigger, type: "core.trigger.Schedule", variables: { date: iso(plan.start) } }
      : null,
  };
  if (!detail) return execution;
  const runs = plan.runs.filter(
    (run) => plan.start + run.created <= Math.min(now, plan.killed ?? now),
  );
  return { ...execution, taskRunList: runs.map((run) => taskRun(plan, run, now)) };
}

const TEXTS = [
  "Connected to warehouse in 12 ms",
  "Read 104,233 rows from part-0001.csv (18.4 MB)",
  "Dropped 212 rows without a customer id",
  "Batch 7 of 24 written, 4,352 rows/s",
  "GET https://files.example.com/sales/2026-11-21.csv -> 200",
  "Committed transaction 8f2a91 after 340 ms",
  "Cache miss for key regions/emea, computing",
  "quality=0.991 threshold=0.98 verdict=pass",
];
const PACE = ["INFO", "DEBUG", "INFO", "INFO", "TRACE", "INFO", "DEBUG", "INFO"];

export function logsAt(plan: ExecutionPlan, now: number): LogLine[] {
  const limit = Math.min(now, plan.killed ?? now);
  const lines: LogLine[] = [];
  for (const run of plan.runs) {
    if (run.group) continue;
    run.attempts.forEach((attempt, number) => {
      const count = Math.max(4, Math.min(260, Math.floor((attempt.end - attempt.start) / 45)));
      for (let n = 0; n < count; n++) {
        const at = plan.start + attempt.start + ((attempt.end - attempt.start) * n) / count;
        if (at > limit) break;
        lines.push(line(run, number, at, n, n === count - 1 && attempt.state === "FAILED"));
      }
    });
  }
  lines.sort((a, b) => a.timestamp.localeCompare(b.timestamp));
  return lines.map((one, index) => ({ ...one, index: index + 1 }));
}

function line(run: RunPlan, attempt: number, at: number, n: number, failure: boolean): LogLine {
  return {
    timestamp: iso(at),
    level: failure ? "ERROR" : n % 23 === 17 ? "WARN" : (PACE[n % 8] ?? "INFO"),
    taskId: run.taskId,
    taskRunId: run.id,
    attemptNumber: attempt,
    message: failure
      ? 'Traceback (most recent call last):\n  File "main.py", line 4, in <module>\n    frame = pd.read_csv(source)\nConnectionResetError: [Errno 104] Connection reset by peer'
      : n % 23 === 17
        ? "The source answers slowly (1,840 ms); the next request waits 500 ms"
        : (TEXTS[(n + run.taskId.length) % TEXTS.length] ?? ""),
  };
}
