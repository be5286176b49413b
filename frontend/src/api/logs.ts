/// Log lines of an execution: the whole once, then only what came after the last line.
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { lastIndex, mergeLogs } from "@/logs/lines";
import { request, tenantPath } from "./client";
import type { LogLine } from "./types";

// The server cuts long answers; one of at least this length may have more behind it.
const FULL_ANSWER = 1000;

function linesAfter(
  tenant: string,
  id: string,
  after: number | undefined,
  signal: AbortSignal,
): Promise<LogLine[]> {
  const cursor = after === undefined ? [] : ([["after", String(after)]] as const);
  return request<LogLine[]>(tenantPath(tenant, "logs", id), {
    query: [["minLevel", "TRACE"], ...cursor],
    signal,
  });
}

export function logsQuery(tenant: string, id: string, client: QueryClient) {
  const queryKey = [tenant, "logs", id] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ signal }): Promise<LogLine[]> => {
      let lines = client.getQueryData<LogLine[]>(queryKey) ?? [];
      for (;;) {
        const fresh = await linesAfter(tenant, id, lastIndex(lines), signal);
        lines = mergeLogs(lines, fresh);
        if (fresh.length < FULL_ANSWER || lastIndex(lines) === undefined) return lines;
      }
    },
    // Lines only ever arrive; comparing ten thousand of them deeply at each batch is wasted work.
    structuralSharing: false,
  });
}

export function logsDownloadPath(tenant: string, id: string): string {
  return tenantPath(tenant, "logs", id, "download");
}
