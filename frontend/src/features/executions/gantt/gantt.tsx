/// The Gantt of an execution: every task run in time, with its waits and attempts; live.
import { Skeleton } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { IconChartBar } from "@tabler/icons-react";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useMemo, useState } from "react";
import type { Execution } from "@/api/types";
import { useExecution } from "@/features/executions/execution";
import { isTerminal } from "@/lib/states";
import { axisStep, humanDuration } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { Empty } from "@/ui/empty";
import classes from "./gantt.module.css";
import { GanttRow } from "./gantt-row";
import { criticalPath, ganttRows, type Span, spanOf, ticks } from "./rows";
import { RunDrawer } from "./run-drawer";

const ROW = 34;
const FROM = "/$tenant/executions/$executionId/gantt";

export function Gantt() {
  const { tenant, executionId } = useParams({ from: FROM });
  const { run: openId } = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const { data: execution } = useExecution(tenant, executionId);
  const open = useCallback(
    (run: string | undefined) => void navigate({ search: { run }, replace: true }),
    [navigate],
  );
  if (!execution) return <Skeleton height="100%" radius={0} aria-label="Loading" />;
  const opened = execution.taskRunList?.find((run) => run.id === openId);
  return (
    <>
      {execution.taskRunList?.length ? (
        <Chart execution={execution} openId={openId} onOpen={open} />
      ) : (
        <Empty icon={<IconChartBar size={22} />} title="No task has begun">
          {isTerminal(execution.state.current)
            ? "This execution ended before its first task."
            : "Tasks appear here the moment they begin."}
        </Empty>
      )}
      {opened && (
        <RunDrawer
          tenant={tenant}
          execution={execution}
          run={opened}
          onClose={() => open(undefined)}
        />
      )}
    </>
  );
}

interface ChartProps {
  execution: Execution;
  openId: string | undefined;
  onOpen: (id: string) => void;
}

function Chart({ execution, openId, onOpen }: ChartProps) {
  const live = !isTerminal(execution.state.current);
  const now = useNow(live ? 250 : undefined);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const runs = execution.taskRunList;
  const since = Date.parse(execution.state.startDate ?? execution.state.histories[0]?.date ?? "");
  // Only a replay has task runs that are older than itself.
  const start = execution.originalId && execution.originalId !== execution.id ? since : undefined;
  const rows = useMemo(() => ganttRows(runs ?? [], folded, start), [runs, folded, start]);
  const span = useMemo(() => spanOf(rows, since, now), [rows, since, now]);
  const critical = useMemo(
    () => (live ? new Set<string>() : criticalPath(ganttRows(runs ?? [], new Set(), start), since)),
    [runs, live, since, start],
  );
  const [scroll, setScroll] = useState<HTMLDivElement | null>(null);
  const { ref: axis, width } = useElementSize();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const fold = useCallback(
    (id: string) =>
      setFolded((before) => {
        const next = new Set(before);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [],
  );
  return (
    <div className={classes.scroll} ref={setScroll}>
      <div className={classes.head}>
        <div className={classes.headName}>Task</div>
        <div className={classes.axis} ref={axis}>
          <Axis span={span} width={width} />
        </div>
      </div>
      <div className={classes.rows} style={{ height: virtual.getTotalSize() }}>
        <Grid span={span} width={width} />
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <GanttRow
                key={row.run.id}
                row={row}
                span={span}
                now={now}
                top={item.start}
                height={ROW}
                folded={folded.has(row.run.id)}
                critical={critical.has(row.run.id)}
                opened={row.run.id === openId}
                onFold={fold}
                onOpen={onOpen}
              />
            )
          );
        })}
      </div>
      <Legend critical={critical.size > 0} reused={rows.some((row) => row.reused)} />
    </div>
  );
}

interface AxisProps {
  span: Span;
  width: number;
}

const PIXELS_PER_TICK = 90;

/** Ticks are round by construction: "2s", not "2.00s". */
function tickText(offset: number): string {
  if (offset === 0) return "0";
  return offset < 60_000 && offset % 1000 === 0 ? `${offset / 1000}s` : humanDuration(offset);
}

function marks({ span, width }: AxisProps) {
  const length = span.to - span.from;
  const step = axisStep(length, Math.max(2, width / PIXELS_PER_TICK));
  return ticks(span, step).map((offset) => ({ offset, left: `${(offset / length) * 100}%` }));
}

function Axis(props: AxisProps) {
  return marks(props).map(({ offset, left }) => (
    <span key={offset} className={classes.tick} style={{ left }}>
      {tickText(offset)}
    </span>
  ));
}

function Grid(props: AxisProps) {
  return (
    <div className={classes.grid} aria-hidden>
      {marks(props).map(({ offset, left }) => (
        <i key={offset} style={{ left }} />
      ))}
    </div>
  );
}

function Legend({ critical, reused }: { critical: boolean; reused: boolean }) {
  return (
    <div className={classes.legend}>
      <span>
        <i className={classes.waitKey} /> waiting
      </span>
      <span>
        <i className={classes.runKey} data-tone="success" /> running, one bar an attempt
      </span>
      {critical && (
        <span>
          <i className={classes.criticalKey} /> critical path: what decided when it ended
        </span>
      )}
      {reused && <span>“taken over”: ran in the execution that this one replays</span>}
    </div>
  );
}
