/// The search parameters of each page: what the URL may say, and what it means when it says nonsense.
import { isState } from "@/lib/states";
import { isLevel, type Level } from "@/logs/lines";

type Raw = Record<string, unknown>;

function text(value: unknown): string | undefined {
  if (typeof value === "string" && value !== "") return value;
  // A search for 42 is parsed as a number by the router.
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function texts(value: unknown): string[] | undefined {
  const list = (Array.isArray(value) ? value : [value]).flatMap((item) => text(item) ?? []);
  return list.length > 0 ? list : undefined;
}

function whole(value: unknown, least: number, most: number): number | undefined {
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
}

export function newFlowSearch(raw: Raw): NewFlowSearch {
  return tidy({ namespace: text(raw.namespace) });
}

export interface ExecutionsSearch extends FlowsSearch {
  flowId?: string;
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
}

/** Only a path inside the portal may follow a login: anything else could lead to a stranger's site. */
export function loginSearch(raw: Raw): LoginSearch {
  const next = text(raw.next);
  return next && /^\/(?![/\\])/.test(next) ? { next } : {};
}

/** Absent means the default; the URL carries only what differs. */
function tidy<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}
