/// Task runs as they travel when there are thousands: columns, and moments as milliseconds.
import type { Attempt, Execution, State, TaskRun } from "./types";

type PackedAttempt = [state: number, moments: number[], worker: string | null];
type PackedRun = [
  id: string,
  taskId: string,
  parent: number | null,
  value: string | null,
  iteration: number | null,
  state: number,
  moments: number[],
  attempts: PackedAttempt[] | null,
];

export interface PackedRuns {
  since: string;
  states: string[];
  rows: PackedRun[];
}

/** The execution as every page reads it. */
export function unpacked({
  taskRuns,
  ...execution
}: Execution & { taskRuns?: PackedRuns }): Execution {
  return taskRuns ? { ...execution, taskRunList: unpackedRuns(taskRuns) } : execution;
}

function unpackedRuns({ since, states, rows }: PackedRuns): TaskRun[] {
  const zero = Date.parse(since);
  const stateOf = (current: number, moments: readonly number[]): State => {
    const histories = [];
    for (let at = 0; at < moments.length; at += 2) {
      const date = new Date(zero + (moments[at + 1] ?? 0)).toISOString();
      histories.push({ state: states[moments[at] ?? 0] ?? "", date });
    }
    return { current: states[current] ?? "", histories };
  };
  const attemptOf = ([state, moments, workerId]: PackedAttempt): Attempt => ({
    state: stateOf(state, moments),
    workerId,
  });
  return rows.map(([id, taskId, parent, value, iteration, state, moments, attempts]) => ({
    id,
    taskId,
    parentTaskRunId: parent === null ? null : (rows[parent]?.[0] ?? null),
    value,
    iteration,
    state: stateOf(state, moments),
    attempts: attempts?.map(attemptOf) ?? null,
  }));
}
