/// Lines of many executions, the newest first; more come as one scrolls, and only those on the screen exist.
import { Skeleton } from "@mantine/core";
import { IconFileText } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import { type FoundLine, type LogSearch, logSearchQuery } from "@/api/logs";
import { usePreferences } from "@/lib/preferences";
import { shortDate } from "@/lib/time";
import { splitByMatch, withoutAnsi } from "@/logs/lines";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import classes from "./logs.module.css";

interface LogResultsProps {
  tenant: string;
  search: LogSearch;
  /** The lines of one flow do not repeat its name. */
  ofOneFlow: boolean;
}

export function LogResults({ tenant, search, ofOneFlow }: LogResultsProps) {
  const found = useInfiniteQuery(logSearchQuery(tenant, search));
  const lines = useMemo(
    () => found.data?.pages.flatMap((page) => page.results) ?? [],
    [found.data],
  );
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length + (found.hasNextPage ? 1 : 0),
    getScrollElement: () => scroll.current,
    estimateSize: () => 30,
    overscan: 15,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  useEffect(() => {
    if (lines.length > 0 && last >= lines.length - 1 && hasNextPage && !isFetchingNextPage)
      void fetchNextPage();
  }, [last, lines.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (found.error) return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  if (found.isLoading) return <Skeleton height={300} />;
  if (lines.length === 0)
    return (
      <Empty icon={<IconFileText size={22} />} title="No line matches">
        Try fewer words, a lower level or a longer time.
      </Empty>
    );
  return (
    <div
      ref={scroll}
      className={classes.results}
      role="log"
      aria-label="Log lines"
      aria-live="off"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
    >
      <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {items.map((item) => {
          const line = lines[item.index];
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={classes.place}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {line ? (
                <Line tenant={tenant} line={line} query={search.q ?? ""} ofOneFlow={ofOneFlow} />
              ) : (
                <Skeleton height={24} />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const TONES: Record<string, string> = { ERROR: "danger", WARN: "warning", INFO: "running" };

interface LineProps {
  tenant: string;
  line: FoundLine;
  query: string;
  ofOneFlow: boolean;
}

function Line({ tenant, line, query, ofOneFlow }: LineProps) {
  const { zone } = usePreferences();
  const pieces = query
    ? splitByMatch(withoutAnsi(line.message), query)
    : [withoutAnsi(line.message)];
  return (
    <div className={classes.line} data-tone={TONES[line.level] ?? "neutral"}>
      <span className={classes.time}>{shortDate(Date.parse(line.timestamp), zone)}</span>
      <span className={classes.level}>{line.level}</span>
      <Link
        to="/$tenant/executions/$executionId/logs"
        params={{ tenant, executionId: line.executionId }}
        search={line.taskRunId ? { task: line.taskRunId } : {}}
        className={classes.source}
        title={`${line.namespace}.${line.flowId}, execution ${line.executionId}`}
      >
        {ofOneFlow
          ? (line.taskId ?? line.flowId)
          : `${line.flowId}${line.taskId ? ` › ${line.taskId}` : ""}`}
      </Link>
      <span className={classes.message}>
        {pieces.map((piece, place) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text never move.
          place % 2 ? <mark key={place}>{piece}</mark> : piece,
        )}
      </span>
    </div>
  );
}
