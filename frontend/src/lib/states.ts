/// The states of executions, task runs and attempts, and what each one means for the reader.

export const STATES = [
  "CREATED",
  "QUEUED",
  "RUNNING",
  "PAUSED",
  "RETRYING",
  "RESTARTED",
  "KILLING",
  "SUCCESS",
  "WARNING",
  "FAILED",
  "KILLED",
  "CANCELLED",
  "RETRIED",
  "SKIPPED",
] as const;

export type StateName = (typeof STATES)[number];

/** The colour families of the theme; several states may share one, the word tells them apart. */
export type Tone =
  | "success"
  | "danger"
  | "running"
  | "warning"
  | "paused"
  | "retrying"
  | "killed"
  | "neutral";

const TONES: Record<StateName, Tone> = {
  CREATED: "neutral",
  QUEUED: "neutral",
  RUNNING: "running",
  PAUSED: "paused",
  RETRYING: "retrying",
  RESTARTED: "running",
  KILLING: "killed",
  SUCCESS: "success",
  WARNING: "warning",
  FAILED: "danger",
  KILLED: "killed",
  CANCELLED: "neutral",
  RETRIED: "retrying",
  SKIPPED: "neutral",
};

const TERMINAL: ReadonlySet<string> = new Set([
  "SUCCESS",
  "WARNING",
  "FAILED",
  "KILLED",
  "CANCELLED",
  "RETRIED",
  "SKIPPED",
]);

const RESTARTABLE: ReadonlySet<string> = new Set(["FAILED", "KILLED", "WARNING", "CANCELLED"]);

export function isState(text: string): text is StateName {
  return text in TONES;
}

export function toneOf(state: string): Tone {
  return isState(state) ? TONES[state] : "neutral";
}

export function isTerminal(state: string): boolean {
  return TERMINAL.has(state);
}

export function isRestartable(state: string): boolean {
  return RESTARTABLE.has(state);
}

/** "RUNNING" becomes "Running": what a badge says. */
export function stateWord(state: string): string {
  return state.charAt(0) + state.slice(1).toLowerCase();
}

const ATTENTION: readonly string[] = [
  "FAILED",
  "KILLING",
  "RUNNING",
  "RETRYING",
  "PAUSED",
  "RESTARTED",
  "QUEUED",
  "CREATED",
  "KILLED",
  "WARNING",
  "SUCCESS",
  "CANCELLED",
  "RETRIED",
  "SKIPPED",
];

/** The one state that speaks for many runs of a task: failures first, then whatever is under way. */
export function summarise(states: readonly string[]): string | undefined {
  const present = new Set(states);
  return ATTENTION.find((state) => present.has(state));
}
