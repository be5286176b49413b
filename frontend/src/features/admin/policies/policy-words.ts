/// Policies in words. Pure.
import type { Effect, Moment, PolicyMode, Rules } from "@/api/policies";

export const EFFECTS: Readonly<Record<Effect, string>> = {
  DENY: "Refuses",
  REQUIRE: "Requires",
  WARN: "Warns",
};

export const EFFECT_HINTS: Readonly<Record<Effect, string>> = {
  DENY: "Refuses what all of the rules below describe.",
  REQUIRE: "Refuses what does not meet each of the rules below.",
  WARN: "Lets through what all of the rules below describe, and says so in its log.",
};

export const EFFECT_TONES = { DENY: "danger", REQUIRE: "warning", WARN: "running" } as const;

export const MODES: Readonly<Record<PolicyMode, string>> = {
  EVALUATE: "Evaluated",
  ENFORCE: "Enforced",
};

export const MOMENTS: Readonly<Record<Moment, string>> = {
  SAVE: "When a flow is saved",
  START: "When an execution starts",
};

/** The rules in a line, for a row of the list. */
export function rulesInWords(rules: Rules): string {
  const labels = Object.entries(rules.labels ?? {}).map(([key, glob]) => `${key}: ${glob}`);
  const said = [
    listed("task types", rules.taskTypes),
    listed("triggers", rules.triggerTypes),
    listed("runners", rules.taskRunners),
    listed("images", rules.images),
    listed("labels", labels),
    rules.window ? "a window of time" : "",
    rules.condition ? "a condition" : "",
    rules.approval ? "the agreement of another person" : "",
  ].filter(Boolean);
  return said.join("; ");
}

function listed(what: string, globs: readonly string[] | null | undefined): string {
  return globs && globs.length > 0 ? `${what} ${globs.join(", ")}` : "";
}
