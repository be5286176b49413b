/// The stretch of a log that is looked at: it grows where one scrolls, and jumps where one asks.
import { type QueryKey, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { type LogChoice, type LogPlace, logsQuery, readLines } from "@/api/logs";
import type { LogLine } from "@/api/types";
import { useLiveQueries, usePolling } from "@/api/use-live";
import { lastIndex } from "@/logs/lines";
import { type LogWindow, opened, PAGE, withEarlier, withLater } from "@/logs/window";
import { tellProblem } from "@/ui/toast";

type Held = LogWindow<LogLine>;

export function useLogWindow(tenant: string, id: string, choice: LogChoice, live: boolean) {
  const client = useQueryClient();
  const options = logsQuery(tenant, id, choice, live, client);
  const { queryKey } = options;
  const polling = usePolling(true);
  useLiveQueries([`logs:${id}`], [queryKey]);
  useLastLines(queryKey, live);
  const query = useQuery({ ...options, refetchInterval: live ? polling : false });
  const asking = useRef(false);
  const read = (place: LogPlace) => readLines(tenant, id, choice, place);
  /** One question at a time: what is scrolled past meanwhile is asked for next. */
  const change = async (how: (held: Held) => Promise<Held>) => {
    const held = client.getQueryData<Held>(queryKey);
    if (!held || asking.current) return;
    asking.current = true;
    try {
      const next = await how(held);
      // Lines that arrived at the end meanwhile are asked for again by the next event.
      client.setQueryData<Held>(queryKey, next);
    } catch (error) {
      tellProblem(error);
    } finally {
      asking.current = false;
    }
  };
  return {
    ...query,
    earlier: () =>
      change(async (held) => {
        const before = held.lines[0]?.index;
        if (held.atStart || before === undefined) return held;
        return withEarlier(held, await read({ before, fromEnd: true }));
      }),
    later: () =>
      change(async (held) => {
        const after = lastIndex(held.lines);
        if (held.atEnd || after === undefined) return held;
        return withLater(held, await read({ after }));
      }),
    toStart: () => change(async () => opened(await read({}), false)),
    toEnd: () => change(async () => opened(await read({ fromEnd: true }), true)),
    around: (index: number) =>
      change(async () => {
        const [before, after] = await Promise.all([
          read({ before: index, fromEnd: true }),
          read({ after: index - 1 }),
        ]);
        const lines = [...before, ...after];
        return { lines, atStart: before.length < PAGE, atEnd: after.length < PAGE };
      }),
  };
}

// Lines leave a worker in batches: the last one may arrive after the end of its execution.
const LAST_BATCH = 1500;

function useLastLines(queryKey: QueryKey, live: boolean): void {
  const client = useQueryClient();
  const key = JSON.stringify(queryKey);
  useEffect(() => {
    if (!live) return;
    const ask = () => client.invalidateQueries({ queryKey: JSON.parse(key) as QueryKey });
    return () => void setTimeout(ask, LAST_BATCH);
  }, [client, key, live]);
}
