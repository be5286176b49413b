/// The search parameters of each page: what the URL may say, and what it means when it says nonsense.
import { RANGES } from "@/api/filters";
import { isState } from "@/lib/states";
import { isLevel, type Level } from "@/logs/lines";

export type Raw = Record<string, unknown>;

export function text(value: unknown): string | undefined {
  if (typeof value === "string" && value !== "") return value;
  // A search for 42 is parsed as a number by the router.
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

export function texts(value: unknown): string[] | undefined {
  const list = (Array.isArray(value) ? value : [value]).flatMap((item) => text(item) ?? []);
  return list.length > 0 ? list : undefined;
}

export function whole(value: unknown, least: number, most: number): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number >= least && number <= most ? number : undefined;
}

export interface FlowsSearch {
  q?: string;
  namespace?: string;
  labels?: string[];
  page?: number;
  size?: number;
  sort?: string;
}

export function flowsSearch(raw: Raw): FlowsSearch {
  return tidy({
    q: text(raw.q),
    namespace: text(raw.namespace),
    labels: texts(raw.labels),
    page: whole(raw.page, 2, 100_000),
    size: whole(raw.size, 10, 1000),
    sort: text(raw.sort),
  });
}

export interface NewFlowSearch {
  namespace?: string;
  /** The blueprint to begin from. */
  blueprint?: string;
}

export function newFlowSearch(raw: Raw): NewFlowSearch {
  return tidy({ namespace: text(raw.namespace), blueprint: text(raw.blueprint) });
}

export interface ExecutionsSearch extends FlowsSearch {
  flowId?: string;
  /** The trigger that started them. */
  triggerId?: string;
  states?: string[];
  range?: string;
  from?: string;
  to?: string;
}

export function executionsSearch(raw: Raw): ExecutionsSearch {
  const states = texts(raw.states)?.filter(isState);
  return tidy({
    ...flowsSearch(raw),
    flowId: text(raw.flowId),
    triggerId: text(raw.triggerId),
    states: states?.length ? states : undefined,
    range: text(raw.range),
    from: instant(raw.from),
    to: instant(raw.to),
  });
}

function instant(value: unknown): string | undefined {
  const written = text(value);
  return written && !Number.isNaN(Date.parse(written)) ? written : undefined;
}

export interface LogsSearch {
  level?: Level;
  q?: string;
  task?: string;
}

export function logsSearch(raw: Raw): LogsSearch {
  return tidy({
    level: isLevel(raw.level) ? raw.level : undefined,
    q: text(raw.q),
    task: text(raw.task),
  });
}

function oneOf<T extends string>(value: unknown, known: readonly T[]): T | undefined {
  return known.find((one) => one === value);
}

const range = (value: unknown) =>
  oneOf(
    value,
    RANGES.map((one) => one.value),
  );

export interface HomeSearch {
  namespace?: string;
  range?: string;
}

export function homeSearch(raw: Raw): HomeSearch {
  return tidy({ namespace: text(raw.namespace), range: range(raw.range) });
}

export const TRIGGER_KINDS = ["SCHEDULE", "POLLING", "REALTIME"] as const;
export const TRIGGER_STATES = ["ENABLED", "DISABLED"] as const;

export interface TriggersSearch {
  q?: string;
  namespace?: string;
  kind?: string;
  state?: string;
  locked?: boolean;
  page?: number;
  size?: number;
  sort?: string;
  /** The trigger that is looked at: "namespace/flow/trigger". */
  open?: string;
}

export function triggersSearch(raw: Raw): TriggersSearch {
  return tidy({
    q: text(raw.q),
    namespace: text(raw.namespace),
    kind: oneOf(raw.kind, TRIGGER_KINDS),
    state: oneOf(raw.state, TRIGGER_STATES),
    locked: raw.locked === true || raw.locked === "true" ? true : undefined,
    page: whole(raw.page, 2, 100_000),
    size: whole(raw.size, 10, 1000),
    sort: text(raw.sort),
    open: text(raw.open),
  });
}

export interface AllLogsSearch {
  q?: string;
  namespace?: string;
  flowId?: string;
  level?: Level;
  task?: string;
  range?: string;
}

export function allLogsSearch(raw: Raw): AllLogsSearch {
  return tidy({
    ...logsSearch(raw),
    namespace: text(raw.namespace),
    flowId: text(raw.flowId),
    range: range(raw.range),
  });
}

export interface CatalogueSearch {
  q?: string;
  kind?: string;
  tag?: string;
}

export function catalogueSearch(raw: Raw): CatalogueSearch {
  return tidy({ q: text(raw.q), kind: text(raw.kind), tag: text(raw.tag) });
}

export interface FilesSearch {
  path?: string;
}

export function filesSearch(raw: Raw): FilesSearch {
  return tidy({ path: text(raw.path) });
}

export interface FlowMetricsSearch {
  metric?: string;
  aggregation?: string;
  range?: string;
}

export function flowMetricsSearch(raw: Raw): FlowMetricsSearch {
  return tidy({
    metric: text(raw.metric),
    aggregation: oneOf(raw.aggregation, ["sum", "avg", "min", "max"]),
    range: range(raw.range),
  });
}

export interface GridSearch {
  size?: number;
}

export function gridSearch(raw: Raw): GridSearch {
  return tidy({ size: whole(raw.size, 5, 100) });
}

export interface PageSearch {
  page?: number;
  size?: number;
  q?: string;
}

export function pageSearch(raw: Raw): PageSearch {
  return tidy({
    q: text(raw.q),
    page: whole(raw.page, 2, 100_000),
    size: whole(raw.size, 10, 1000),
  });
}

export interface RunSearch {
  run?: string;
}

export function runSearch(raw: Raw): RunSearch {
  return tidy({ run: text(raw.run) });
}

export interface RevisionsSearch {
  base?: number;
  against?: number;
}

export function revisionsSearch(raw: Raw): RevisionsSearch {
  return tidy({
    base: whole(raw.base, 1, 1_000_000),
    against: whole(raw.against, 1, 1_000_000),
  });
}

export interface LoginSearch {
  next?: string;
  /** Whose identity providers are shown; the server says it when it refuses a sign-in. */
  tenant?: string;
  /** The code with which a sign-in was refused. */
  error?: string;
}

/** Only a path inside the portal may follow a login: anything else could lead to a stranger's site. */
export function loginSearch(raw: Raw): LoginSearch {
  const next = text(raw.next);
  const inside = next && /^\/(?![/\\])/.test(next) ? next : undefined;
  const tenant = word(raw.tenant, /^[a-z0-9][a-z0-9-]{0,62}$/);
  return tidy({ next: inside, tenant, error: word(raw.error, /^[a-z_.]{1,60}$/) });
}

function word(value: unknown, pattern: RegExp): string | undefined {
  const written = text(value);
  return written && pattern.test(written) ? written : undefined;
}

/** Absent means the default; the URL carries only what differs. */
export function tidy<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}
