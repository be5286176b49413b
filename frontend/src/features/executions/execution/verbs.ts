/// Which verbs an execution's state allows.
import type { Verb } from "@/api/executions";
import { isRestartable, isTerminal } from "@/lib/states";

export interface Allowed {
  /** In the order in which they are offered. */
  verbs: readonly Verb[];
  canDelete: boolean;
}

export function verbsFor(state: string): Allowed {
  if (isTerminal(state)) {
    return { verbs: isRestartable(state) ? ["restart", "replay"] : ["replay"], canDelete: true };
  }
  if (state === "PAUSED") return { verbs: ["resume", "kill"], canDelete: false };
  if (state === "KILLING") return { verbs: [], canDelete: false };
  if (state === "RUNNING") return { verbs: ["pause", "kill"], canDelete: false };
  return { verbs: ["kill"], canDelete: false };
}
