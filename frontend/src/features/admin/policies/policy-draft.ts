/// A policy as somebody types it, and back. Pure.
import type { InstancePolicy, InstancePolicyWish } from "@/api/instance-policies";
import type { Effect, Hours, Moment, Policy, PolicyMode, PolicyWish, Rules } from "@/api/policies";

export const DAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"] as const;

export interface HoursDraft {
  days: string[];
  from: string;
  to: string;
}

/** Both in the form of a datetime-local box, read in UTC. */
export interface SpanDraft {
  from: string;
  to: string;
}

export interface PolicyDraft {
  name: string;
  description: string;
  namespace: string | undefined;
  /** Of a policy of the instance: the tenants that it is for; none: all of them. */
  tenants: string[];
  effect: Effect;
  mode: PolicyMode;
  on: Moment[];
  taskTypes: string[];
  triggerTypes: string[];
  taskRunners: string[];
  images: string[];
  /** One line each: key = glob. */
  labels: string;
  timezone: string;
  hours: HoursDraft[];
  spans: SpanDraft[];
  condition: string;
  approval: boolean;
}

/** A new policy only tries itself: what it would stop is known before it stops anything. */
export const EMPTY: PolicyDraft = {
  name: "",
  description: "",
  namespace: undefined,
  tenants: [],
  effect: "DENY",
  mode: "EVALUATE",
  on: ["SAVE", "START"],
  taskTypes: [],
  triggerTypes: [],
  taskRunners: [],
  images: [],
  labels: "",
  timezone: "UTC",
  hours: [],
  spans: [],
  condition: "",
  approval: false,
};

export function draftOf(policy: Policy): PolicyDraft {
  return { ...saidBy(policy), namespace: policy.namespace ?? undefined };
}

export function draftOfInstance(policy: InstancePolicy): PolicyDraft {
  return { ...saidBy(policy), tenants: policy.tenants ?? [] };
}

function saidBy(policy: Omit<PolicyWish, "namespace">): PolicyDraft {
  const { rules } = policy;
  return {
    ...EMPTY,
    name: policy.name,
    description: policy.description,
    effect: policy.effect,
    mode: policy.mode,
    on: policy.on,
    taskTypes: rules.taskTypes ?? [],
    triggerTypes: rules.triggerTypes ?? [],
    taskRunners: rules.taskRunners ?? [],
    images: rules.images ?? [],
    labels: Object.entries(rules.labels ?? {})
      .map(([key, glob]) => `${key} = ${glob}`)
      .join("\n"),
    timezone: rules.window?.timezone ?? "UTC",
    hours: (rules.window?.hours ?? []).map(hoursDraft),
    spans: (rules.window?.spans ?? []).map(({ from, to }) => ({
      from: local(from),
      to: local(to),
    })),
    condition: rules.condition ?? "",
    approval: rules.approval ?? false,
  };
}

function hoursDraft({ days, from, to }: Hours): HoursDraft {
  return {
    days: days ?? [...DAYS],
    from: (from ?? "00:00").slice(0, 5),
    to: (to ?? "23:59").slice(0, 5),
  };
}

function local(moment: string): string {
  return new Date(moment).toISOString().slice(0, 16);
}

export function wishOf(draft: PolicyDraft): PolicyWish {
  return { ...said(draft), namespace: draft.namespace ?? null };
}

export function instanceWishOf(draft: PolicyDraft): InstancePolicyWish {
  return { ...said(draft), tenants: draft.tenants.length > 0 ? draft.tenants : null };
}

function said(draft: PolicyDraft): Omit<PolicyWish, "namespace"> {
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    effect: draft.effect,
    mode: draft.mode,
    on: draft.on,
    rules: rulesOf(draft),
  };
}

/** Only the rules that are said: one without a pattern would describe nothing, or everything. */
export function rulesOf(draft: PolicyDraft): Rules {
  const labels = labelsOf(draft.labels);
  const window = windowOf(draft);
  return {
    ...patterns("taskTypes", draft.taskTypes),
    ...patterns("triggerTypes", draft.triggerTypes),
    ...patterns("taskRunners", draft.taskRunners),
    ...patterns("images", draft.images),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(window && { window }),
    ...(draft.condition.trim() && { condition: draft.condition.trim() }),
    ...(draft.approval && { approval: true }),
  };
}

function patterns(name: keyof Rules, globs: readonly string[]): Rules {
  return globs.length > 0 ? { [name]: [...globs] } : {};
}

function labelsOf(text: string): Record<string, string> {
  const pairs = text.split("\n").flatMap((line): [string, string][] => {
    const [key = "", ...glob] = line.split("=");
    return key.trim() ? [[key.trim(), glob.join("=").trim() || "*"]] : [];
  });
  return Object.fromEntries(pairs);
}

function windowOf({ timezone, hours, spans }: PolicyDraft): Rules["window"] {
  const whole = spans.filter(({ from, to }) => from && to);
  if (hours.length === 0 && whole.length === 0) return undefined;
  return {
    timezone,
    hours: hours.map(({ days, from, to }) => ({ days, from, to })),
    spans: whole.map(({ from, to }) => ({ from: `${from}:00Z`, to: `${to}:00Z` })),
  };
}

/** Whether anything is ruled: the server refuses a policy that says nothing. */
export function saysSomething(draft: PolicyDraft): boolean {
  return Object.keys(rulesOf(draft)).length > 0;
}
