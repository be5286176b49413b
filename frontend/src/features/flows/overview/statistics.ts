/// Two numbers that say how a flow has been doing.
import { isTerminal } from "@/lib/states";
import { humanDuration } from "@/lib/time";

interface Run {
  state: { current: string; startDate?: string | null; endDate?: string | null };
}

export interface Statistics {
  rate: string | undefined;
  median: string | undefined;
}

/** Runs that were killed or skipped say nothing about the flow's health and are left out. */
export function flowStatistics(runs: readonly Run[]): Statistics {
  const judged = runs.filter((run) => ["SUCCESS", "WARNING", "FAILED"].includes(run.state.current));
  const good = judged.filter((run) => run.state.current !== "FAILED").length;
  const times = runs.flatMap(({ state }) =>
    isTerminal(state.current) && state.startDate && state.endDate
      ? [Date.parse(state.endDate) - Date.parse(state.startDate)]
      : [],
  );
  times.sort((a, b) => a - b);
  const middle = times[Math.floor(times.length / 2)];
  return {
    rate: judged.length
      ? `${Math.round((good / judged.length) * 100)}% of the last ${judged.length}`
      : undefined,
    median: middle === undefined ? undefined : humanDuration(middle),
  };
}
