/// Log lines of an execution, a stretch at a time, wherever one looks; and a search in all.
import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import { lastIndex } from "@/logs/lines";
import { type LogWindow, opened, PAGE, withLater } from "@/logs/window";
import { request, tenantPath } from "./client";
import { filter, type QueryPair, RANGES } from "./filters";
import type { LogLine } from "./types";

/** Which lines of an execution are shown. */
export interface LogChoice {
  level: string;
  /** The id of a task, or of one of its runs. */
  task?: string | undefined;
}

const RUN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-/;

function taskQuery(task: string | undefined): QueryPair[] {
  return task ? [[RUN_ID.test(task) ? "taskRunId" : "taskId", task]] : [];
}

export interface LogPlace {
  after?: number;
  before?: number;
  fromEnd?: boolean;
}

/** One stretch of a log: at most a page of lines, after or before a line, or at an end. */
export function readLines(
  tenant: string,
  id: string,
  choice: LogChoice,
  place: LogPlace,
  signal?: AbortSignal,
): Promise<LogLine[]> {
  return request<LogLine[]>(tenantPath(tenant, "logs", id), {
    query: [
      ["minLevel", choice.level],
      ["size", String(PAGE)],
      ...taskQuery(choice.task),
      ...Object.entries(place).map(([name, value]) => [name, String(value)] as const),
    ],
    ...(signal ? { signal } : {}),
  });
}

// A log that grew by more than this since it was last read is opened anew at its end.
const CAUGHT_UP = 5;

export function logsQuery(
  tenant: string,
  id: string,
  choice: LogChoice,
  fromEnd: boolean,
  client: QueryClient,
) {
  const queryKey = [tenant, "logs", id, "window", choice.level, choice.task ?? ""] as const;
  const read = (place: LogPlace, signal: AbortSignal) =>
    readLines(tenant, id, choice, place, signal);
  return queryOptions({
    queryKey,
    queryFn: async ({ signal }): Promise<LogWindow<LogLine>> => {
      let window = client.getQueryData<LogWindow<LogLine>>(queryKey);
      if (!window) return opened(await read(fromEnd ? { fromEnd } : {}, signal), fromEnd);
      if (!window.atEnd) return window;
      for (let turn = 0; turn < CAUGHT_UP; turn += 1) {
        const after = lastIndex(window.lines);
        window = withLater(window, await read(after === undefined ? {} : { after }, signal));
        if (window.atEnd) return window;
      }
      return opened(await read({ fromEnd: true }, signal), true);
    },
    // Lines only ever arrive; comparing thousands of them deeply at each batch is wasted work.
    structuralSharing: false,
  });
}

/** As many places of a text are stepped through. */
const MOST_FOUND = 1000;

/** The numbers of the lines of an execution that hold a text, from its first line on. */
export function foundInLogQuery(tenant: string, id: string, choice: LogChoice, text: string) {
  return queryOptions({
    queryKey: [tenant, "logs", id, "found", choice.level, choice.task ?? "", text],
    queryFn: async ({ signal }) => {
      const page = await request<FoundLines>(tenantPath(tenant, "logs", "search"), {
        query: [
          ["size", String(MOST_FOUND)],
          ["sort", "timestamp:asc"],
          ...filter("executionId", "EQUALS", id),
          ...filter("q", "EQUALS", text),
          ...filter("level", "GREATER_THAN_OR_EQUAL_TO", choice.level),
          ...taskQuery(choice.task).flatMap(([name, value]) => filter(name, "EQUALS", value)),
        ],
        signal,
      });
      const places = page.results.flatMap(({ index }) => (index === undefined ? [] : [index]));
      return { places, total: page.total, exact: page.totalExact !== false };
    },
  });
}

/** The last thing that a run said as an error: why it failed, in its own words. */
export function lastErrorQuery(tenant: string, id: string, taskRunId: string) {
  return queryOptions({
    queryKey: [tenant, "logs", id, "last-error", taskRunId],
    queryFn: async ({ signal }): Promise<string | null> => {
      const lines = await request<LogLine[]>(tenantPath(tenant, "logs", id), {
        query: [
          ["minLevel", "ERROR"],
          ["taskRunId", taskRunId],
        ],
        signal,
      });
      return lines.at(-1)?.message ?? null;
    },
  });
}

export function logsDownloadPath(tenant: string, id: string): string {
  return tenantPath(tenant, "logs", id, "download");
}

export interface FoundLine extends LogLine {
  namespace: string;
  flowId: string;
  executionId: string;
  triggerId?: string;
}

export interface LogSearch {
  q?: string;
  level?: string;
  namespace?: string;
  flowId?: string;
  task?: string;
  range?: string;
}

interface FoundLines {
  results: FoundLine[];
  total: number;
  totalExact?: boolean;
  nextCursor?: string;
}

/** The newest first, page after page by a cursor: a million lines cost no more than a hundred. */
export function logSearchQuery(tenant: string, search: LogSearch) {
  return infiniteQueryOptions({
    queryKey: [tenant, "logs", "search", search],
    queryFn: ({ signal, pageParam }) => {
      const span = RANGES.find((range) => range.value === search.range)?.ms;
      const from = span ? new Date(Date.now() - span).toISOString() : undefined;
      return request<FoundLines>(tenantPath(tenant, "logs", "search"), {
        query: [
          ["size", "100"],
          ...(pageParam ? ([["after", pageParam]] as const) : []),
          ...filter("q", "EQUALS", search.q),
          ...filter("level", "GREATER_THAN_OR_EQUAL_TO", search.level),
          ...filter("namespace", search.flowId ? "EQUALS" : "PREFIX", search.namespace),
          ...filter("flowId", "EQUALS", search.flowId),
          ...filter("taskId", "EQUALS", search.task),
          ...filter("startDate", "GREATER_THAN_OR_EQUAL_TO", from),
        ],
        signal,
      });
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
  });
}
