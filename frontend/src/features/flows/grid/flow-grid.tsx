/// Runs × tasks: one column for each execution, one row for each task, the state in each cell.
import { Select, Skeleton, Tooltip } from "@mantine/core";
import { IconGridDots } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import {
  type FlowGridAnswer,
  type GridCell,
  type GridExecution,
  gridQuery,
} from "@/api/statistics";
import { usePolling } from "@/api/use-live";
import { useLiveExecutions } from "@/api/use-live-namespaces";
import { usePreferences } from "@/lib/preferences";
import { isTerminal, STATES, stateWord, summarise, toneOf } from "@/lib/states";
import { humanDuration, shortDate } from "@/lib/time";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { StateIcon } from "@/ui/state";
import classes from "./flow-grid.module.css";

const FROM = "/$tenant/flows/$namespace/$flowId/grid";
const SIZES = ["10", "25", "50", "100"];

export function FlowGrid() {
  const { tenant, namespace, flowId } = useParams({ from: FROM });
  const { size = 25 } = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  useLiveExecutions(tenant, namespace);
  const grid = useQuery({
    ...gridQuery(tenant, { namespace, id: flowId }, size),
    refetchInterval: usePolling(true),
  });
  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <Select
          aria-label="Executions"
          w={170}
          data={SIZES.map((value) => ({ value, label: `Last ${value} executions` }))}
          value={String(size)}
          allowDeselect={false}
          onChange={(value) =>
            void navigate({ search: { size: value === "25" ? undefined : Number(value) } })
          }
        />
        <Legend grid={grid.data} />
      </div>
      {grid.error && <Problem error={grid.error} onRetry={() => void grid.refetch()} />}
      {grid.isLoading && <Skeleton height={280} />}
      {grid.data?.executions.length === 0 && (
        <Empty icon={<IconGridDots size={22} />} title="This flow has not run yet">
          Each execution becomes a column here, each of its tasks a cell.
        </Empty>
      )}
      {grid.data && grid.data.executions.length > 0 && <Cells tenant={tenant} grid={grid.data} />}
    </div>
  );
}

function Legend({ grid }: { grid: FlowGridAnswer | undefined }) {
  const present = new Set(
    grid?.executions.flatMap((one) => [
      one.state,
      ...Object.values(one.tasks).flatMap((cell) => Object.keys(cell.states)),
    ]),
  );
  return (
    <span className={classes.legend}>
      {STATES.filter((state) => present.has(state)).map((state) => (
        <span key={state}>
          <StateIcon state={state} /> {stateWord(state)}
        </span>
      ))}
    </span>
  );
}

/** The oldest on the left, as time goes. */
function Cells({ tenant, grid }: { tenant: string; grid: FlowGridAnswer }) {
  const { zone } = usePreferences();
  const columns = grid.executions.toReversed();
  const lengths = columns.map(lengthOf);
  const longest = Math.max(1, ...lengths);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className={classes.frame} tabIndex={0} aria-label="Executions and their tasks">
      <table className={classes.grid}>
        <thead>
          <tr>
            <th scope="col" className={classes.corner}>
              Task
            </th>
            {columns.map((one, place) => (
              <th key={one.id} scope="col" className={classes.head}>
                <Tooltip label={spoken(one, zone)} multiline>
                  <Link
                    to="/$tenant/executions/$executionId"
                    params={{ tenant, executionId: one.id }}
                    aria-label={spoken(one, zone)}
                    className={classes.column}
                  >
                    <span
                      data-tone={toneOf(one.state)}
                      style={{ height: 6 + Math.round(((lengths[place] ?? 0) / longest) * 46) }}
                    />
                    <StateIcon state={one.state} size={13} />
                  </Link>
                </Tooltip>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.tasks.map((task) => (
            <tr key={task}>
              <th scope="row" className={classes.task} title={task}>
                {task}
              </th>
              {columns.map((one) => (
                <td key={one.id}>
                  {one.tasks[task] && (
                    <Cell tenant={tenant} execution={one} task={task} cell={one.tasks[task]} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function lengthOf(one: GridExecution): number {
  const end = one.endDate ? Date.parse(one.endDate) : Date.now();
  return Math.max(0, end - Date.parse(one.startDate));
}

function spoken(one: GridExecution, zone: string | undefined): string {
  const began = shortDate(Date.parse(one.startDate), zone);
  return `${began}: ${stateWord(one.state)}, ${humanDuration(lengthOf(one))}, revision ${one.flowRevision}`;
}

interface CellProps {
  tenant: string;
  execution: GridExecution;
  task: string;
  cell: GridCell;
}

function Cell({ tenant, execution, task, cell }: CellProps) {
  const state = summarise(Object.keys(cell.states)) ?? "CREATED";
  const counts = STATES.filter((one) => cell.states[one]).map(
    (one) => `${cell.states[one]} ${stateWord(one).toLowerCase()}`,
  );
  const runs = Object.values(cell.states).reduce((sum, one) => sum + one, 0);
  const took =
    cell.startDate && cell.endDate && isTerminal(state)
      ? `, ${humanDuration(Date.parse(cell.endDate) - Date.parse(cell.startDate))}`
      : "";
  const text = `${task}: ${runs === 1 ? stateWord(state) : counts.join(", ")}${took}`;
  return (
    <Tooltip label={text}>
      <Link
        to="/$tenant/executions/$executionId/gantt"
        params={{ tenant, executionId: execution.id }}
        search={{ run: cell.taskRunId }}
        className={classes.cell}
        data-tone={toneOf(state)}
        aria-label={text}
      >
        <StateIcon state={state} size={14} />
        {runs > 1 && <span>{runs}</span>}
      </Link>
    </Tooltip>
  );
}
