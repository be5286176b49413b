/// Workers in words: how they are, and how full a group is. Pure.
import type { Capacity } from "@/api/workers";
import { plural } from "@/lib/text";

type Tone = "success" | "warning" | "danger" | "neutral";

const STATES: Readonly<Record<string, readonly [string, Tone]>> = {
  READY: ["Ready", "success"],
  DRAINING: ["Draining", "warning"],
  LOST: ["Lost", "danger"],
  STOPPED: ["Stopped", "neutral"],
};

export function workerState(state: string): readonly [string, Tone] {
  return STATES[state] ?? [state.toLowerCase(), "neutral"];
}

/** The sentence under a group's name: whether work that comes now begins now. */
export function capacityWords(capacity: Capacity): string {
  const { workers, slots, used, free } = capacity;
  if (workers === 0) return "No worker is alive: what comes waits.";
  if (free === 0) return `All ${slots} slots are used: what comes waits.`;
  return `${used} of ${slots} slots are used; what comes begins at once.`;
}

/** How many task runs wait for a slot. */
export function waitingWords({ waiting, waitingExact }: Capacity): string {
  if (waiting === 0) return "Nothing waits";
  const count = plural(waiting, "task run waits", "task runs wait");
  return waitingExact ? count : `More than ${count}`;
}

/** "workers" is the key of the group in `downbeat worker --group`. */
export function startCommand(key: string, url: string, remote: boolean): string {
  return remote
    ? `downbeat worker --remote ${url} --token-file worker-token`
    : `downbeat worker --group ${key}`;
}
