/// Numbers that the tasks of a flow have measured, over time.
import { Select, Skeleton } from "@mantine/core";
import { IconChartBar } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { RANGES } from "@/api/filters";
import { metricNamesQuery, metricSeriesQuery } from "@/api/statistics";
import type { FlowKey } from "@/api/types";
import { usePreferences } from "@/lib/preferences";
import { shortDate } from "@/lib/time";
import type { FlowMetricsSearch } from "@/routes/search";
import { Card } from "@/ui/card";
import { NumberChart } from "@/ui/charts";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import classes from "./flow-metrics.module.css";

const FROM = "/$tenant/flows/$namespace/$flowId/metrics";
const DEFAULTS = { aggregation: "sum", range: "P7D" };
const AGGREGATIONS = [
  { value: "sum", label: "Sum" },
  { value: "avg", label: "Average" },
  { value: "min", label: "Least" },
  { value: "max", label: "Most" },
];

export function FlowMetrics() {
  const { tenant, namespace, flowId } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const flow = { namespace, id: flowId };
  const names = useQuery(metricNamesQuery(tenant, flow));
  const change = (next: FlowMetricsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  if (names.error)
    return (
      <div className={classes.page}>
        <Problem error={names.error} onRetry={() => void names.refetch()} />
      </div>
    );
  if (!names.data)
    return (
      <div className={classes.page}>
        <Skeleton height={240} />
      </div>
    );
  const metric = search.metric ?? names.data[0];
  if (!metric)
    return (
      <Empty icon={<IconChartBar size={22} />} title="This flow has measured nothing yet">
        Many task types count what they do. Scripts add a number by printing{" "}
        <code>{'::{"metrics": [{"name": "rows", "type": "counter", "value": 3}]}::'}</code>.
      </Empty>
    );
  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <Select
          aria-label="Metric"
          searchable
          data={[...new Set([metric, ...names.data])]}
          value={metric}
          allowDeselect={false}
          onChange={(value) => change({ metric: value ?? undefined })}
        />
        <Select
          aria-label="Aggregation"
          w={110}
          data={AGGREGATIONS}
          value={search.aggregation ?? DEFAULTS.aggregation}
          allowDeselect={false}
          onChange={(value) => change({ aggregation: value ?? undefined })}
        />
        <Select
          aria-label="Time"
          w={150}
          data={RANGES.map(({ value, label }) => ({ value, label }))}
          value={search.range ?? DEFAULTS.range}
          allowDeselect={false}
          onChange={(value) => change({ range: value ?? undefined })}
        />
      </div>
      <Series tenant={tenant} flow={flow} search={{ ...DEFAULTS, ...search, metric }} />
    </div>
  );
}

interface SeriesProps {
  tenant: string;
  flow: FlowKey;
  search: { metric: string; aggregation: string; range: string };
}

function Series({ tenant, flow, search }: SeriesProps) {
  const { zone } = usePreferences();
  const { data, error, refetch } = useQuery(metricSeriesQuery(tenant, flow, search));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={240} />;
  if (data.aggregations.length === 0)
    return (
      <Empty icon={<IconChartBar size={22} />} title="Nothing was measured in this time">
        Choose a longer time.
      </Empty>
    );
  return (
    <Card title={search.metric} side={`by ${data.groupBy}`} flush>
      <NumberChart
        title={`${search.metric} by ${data.groupBy}`}
        points={data.aggregations.map((one) => ({
          label: shortDate(Date.parse(one.date), zone),
          value: one.value,
        }))}
      />
    </Card>
  );
}
