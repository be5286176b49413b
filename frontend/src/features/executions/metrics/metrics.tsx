/// The numbers that the tasks of an execution reported.
import { IconChartBar } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { metricsQuery } from "@/api/executions";
import type { Metric } from "@/api/types";
import { useExecution } from "@/features/executions/execution";
import { humanDuration } from "@/lib/time";
import { Empty } from "@/ui/empty";
import { LabelChip } from "@/ui/label-chip";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { Waiting } from "@/ui/waiting";
import classes from "./metrics.module.css";

export function Metrics() {
  const { tenant, executionId } = useParams({ from: "/$tenant/executions/$executionId/metrics" });
  const { data, error } = useQuery(metricsQuery(tenant, executionId));
  const { data: execution } = useExecution(tenant, executionId);
  if (error) return <Problem error={error} />;
  if (!data) {
    return (
      <div style={{ padding: "0 20px" }}>
        <Waiting />
      </div>
    );
  }
  if (data.results.length === 0) {
    return (
      <Empty icon={<IconChartBar size={22} />} title="No metrics">
        A script reports one by printing a line such as{" "}
        <code className="mono">
          {'::{"metrics": [{"name": "rows", "type": "counter", "value": 42}]}::'}
        </code>
      </Empty>
    );
  }
  const values = new Map(execution?.taskRunList?.map((run) => [run.id, run.value]));
  const greatest = greatestByName(data.results);
  return (
    <div className={classes.page}>
      <div className={table.frame}>
        <table className={table.table}>
          <thead>
            <tr>
              <th>Metric</th>
              <th>Task</th>
              <th className={table.end}>Value</th>
              <th>
                <span className="visually-hidden">Compared</span>
              </th>
              <th>Tags</th>
            </tr>
          </thead>
          <tbody>
            {data.results.map((metric, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one task may report the same metric again and again.
              <tr key={row}>
                <td data-grow>
                  <span className={table.primary}>{metric.name}</span>{" "}
                  <span className={table.secondary}>{metric.type}</span>
                </td>
                <td className={table.secondary}>
                  {[metric.taskId, values.get(metric.taskRunId ?? "")].filter(Boolean).join(" · ")}
                </td>
                <td className={`numeric ${table.end}`}>{metricText(metric)}</td>
                <td className={classes.barCell}>
                  {greatest.has(metric.name) && (
                    <span
                      className={classes.bar}
                      style={{ width: share(metric, greatest.get(metric.name)) }}
                    />
                  )}
                </td>
                <td>
                  {Object.entries(metric.tags ?? {}).map(([key, value]) => (
                    <LabelChip key={key} label={{ key, value }} />
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function metricText(metric: Metric): string {
  // Timers are told in seconds.
  return metric.type === "timer"
    ? humanDuration(metric.value * 1000)
    : metric.value.toLocaleString("en");
}

/** Of the metrics that were reported more than once: a bar that stands alone compares nothing. */
function greatestByName(metrics: readonly Metric[]): Map<string, number> {
  const first = new Map<string, number>();
  const greatest = new Map<string, number>();
  for (const { name, value } of metrics) {
    const size = Math.abs(value);
    const before = greatest.get(name) ?? first.get(name);
    if (before === undefined) first.set(name, size);
    else greatest.set(name, Math.max(before, size));
  }
  return greatest;
}

function share(metric: Metric, greatest: number | undefined): string {
  return greatest ? `${(Math.abs(metric.value) / greatest) * 100}%` : "0";
}
